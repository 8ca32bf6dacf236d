import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

describe('The test of faults in README.md', () => {
  it('is that of examples/autorouter, which runs', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const example = await readFile(join(ROOT, 'examples', 'autorouter', 'test', 'faults.test.ts'), 'utf8');
    assert.ok(readme.includes(`\`\`\`ts\n${example}\`\`\`\n`));
  });
});
