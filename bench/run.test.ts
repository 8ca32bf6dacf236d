import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

describe('The operator that is measured', () => {
  it('is started with the flags of its image', async () => {
    const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, 'flow-operator', file), 'utf8');
    const [, given = ''] = /^CMD \["node", (.*), "dist\/main\.mjs"\]$/m.exec(await read('Dockerfile')) ?? [];
    const flags = given.replaceAll(/"|,/g, '');
    assert.match(flags, /^--/);
    const run = await read('run');
    assert.ok(run.includes(`exec "\${node:-node}" ${flags} "$here/dist/main.mjs"`), `${run}\ndoes not have ${flags}`);
  });
});
