import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BAD_INPUTS, GOOD } from '../../project/config/bad-inputs.fixture.test.ts';
import { ap, differences, generate, openFolder, removeFolder, tree } from './workbench.ts';
import type { Command, GeneratorName } from './workbench.ts';

const COMMANDS: Readonly<Record<GeneratorName, Command>> = {
  app: { options: { yes: true } },
  phase: { args: ['Checking'], options: { yes: true } },
  'deploy-manifests': { options: { yes: true, image: 'example.com/operator:1' } },
};

describe('Bad projects', function () {
  this.timeout(60_000);

  let folder: string;
  before(async () => {
    folder = await openFolder();
  });
  after(() => removeFolder(folder));

  async function write(autopilot = GOOD, operator?: string): Promise<void> {
    await writeFile(join(folder, 'autopilot.yaml'), autopilot);
    const file = join(folder, 'autopilot-operator.yaml');
    await (operator === undefined ? rm(file, { force: true }) : writeFile(file, operator));
  }

  for (const name of ['app', 'phase', 'deploy-manifests'] as const) {
    it(`are refused by ${name} with all that is wrong, and nothing is written`, async () => {
      for (const { name: what, autopilot, operator, problems } of BAD_INPUTS) {
        // Where there never was one, the first phase is yet to be added: that is what `phase` is for, and `app` waits for it.
        if (name !== 'deploy-manifests' && what === 'no phases') continue;
        await write(autopilot, operator);
        const before = await tree(folder);
        await assert.rejects(generate(folder, name, COMMANDS[name]), ({ message }: Error) => {
          for (const problem of problems) assert.ok(message.includes(problem), `${what}: ${message}`);
          return true;
        });
        assert.deepEqual(differences(before, await tree(folder)), [], what);
      }
    });
  }

  it('are told by `ap validate`, each problem on a line, with exit code 1', async () => {
    for (const what of ['faults of each file, and of both together', 'several documents', 'tags that mean nothing']) {
      const found = BAD_INPUTS.find(({ name }) => name === what);
      assert.ok(found, what);
      await write(found.autopilot, found.operator);
      const before = await tree(folder);
      const { code, stdout, stderr } = await ap(folder, 'validate');
      assert.deepEqual([code, stdout, stderr.trimEnd().split('\n')], [1, '', found.problems]);
      assert.deepEqual(differences(before, await tree(folder)), []);
    }
  });
});
