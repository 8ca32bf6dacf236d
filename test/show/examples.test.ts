import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { scaffold } from '../../examples/autorouter/show/scaffold.ts';
import { EXAMPLES } from '../../scripts/example-recipes.ts';
import { ap, differences, ROOT, tree } from '../scaffold/workbench.ts';

for (const [name, recipe] of Object.entries(EXAMPLES)) {
  const example = join(ROOT, name);

  describe(`The project ${name}`, () => {
    let folder: string;
    before(async () => {
      await mkdir(join(ROOT, '.work'), { recursive: true });
      folder = await mkdtemp(join(ROOT, '.work', 'example-'));
    });
    after(() => rm(folder, { recursive: true }));

    it('is what the generators make today of the files in it that are a user’s own (npm run examples)', async () => {
      await scaffold(folder, example, () => undefined, recipe);
      const kept = [...(await tree(example))].filter(([path]) => !/^(show\/|\.work\/|dist\/|run$)/.test(path));
      assert.deepEqual(differences(new Map(kept), await tree(folder)), []);
    });

    it('passes ap generate --check', async () => {
      const { code, stderr } = await ap(example, 'generate', '--check');
      assert.equal(code, 0, stderr);
    });
  }).timeout(60_000);
}
