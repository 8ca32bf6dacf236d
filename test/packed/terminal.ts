import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, tree } from '../scaffold/workbench.ts';
import { succeed } from './installed.ts';
import type { Installed, Reply } from './installed.ts';

const ENTER = '\r';
const CTRL_C = '\u0003';

/** Takes what each question offers. */
const defaults = (...questions: readonly string[]): Reply[] => questions.map((to) => ({ to, type: ENTER }));

/** What a user does with `yo` in a terminal, with the project's own check after each step. */
export function terminalTests(installed: () => Installed): void {
  let project: string;
  const path = (file: string) => join(project, file);
  const check = () => succeed(installed().run(project, 'npm', 'run', 'check'));
  const yo = (command: string, ...replies: readonly Reply[]) =>
    succeed(installed().inTerminal(project, command, replies));

  before(async function () {
    // Other systems have a `script` with other options.
    if (process.platform !== 'linux') this.skip();
    project = await installed().empty('terminal');
  });

  it('asks, writes, and says what is next', async () => {
    const output = await yo(
      'yo autopilot',
      ...defaults('Folder of the project'),
      { to: 'Kind of the custom resource', type: `route${ENTER}` },
      { to: 'is not a kind', type: `\u0015Route${ENTER}` },
      ...defaults('API group', 'API version', 'Name of the operator', 'Scope of', 'Service mesh', 'Phases to begin'),
      ...defaults('A finalizer', 'Package manager'),
      { to: 'Install the packages', type: `n${ENTER}` },
    );
    assert.match(output, /create src\/workers\/processing\/worker\.ts/);
    assert.match(output, /route-operator is ready\. Next:\s+npm install\s+npm run dev/);
    await succeed(installed().run(project, 'npm', 'install'));
    await check();
  });

  it('adds two phases, from a folder of the project too', async () => {
    await yo(
      'yo autopilot:phase',
      { to: 'Name of the phase', type: `Checking${ENTER}` },
      ...defaults('What happens in it', 'A final phase'),
      { to: 'What it reads', type: 'deploy' },
      ...defaults('❯ deployments', 'Another one?'),
      { to: 'What it makes', type: 'serv' },
      ...defaults('❯ services', 'Another one?', 'Phases that lead to it'),
      { to: 'Phases that it may go to', type: 'Fini' },
      ...defaults('❯ Finished', 'Another one?'),
    );
    const text = await readFile(path('autopilot.yaml'), 'utf8');
    assert.match(
      text,
      /name: Checking\n {4}inputs:\n {6}- deployments\n {4}outputs:\n {6}- services\n {4}next: \[Finished\]/,
    );
    await check();

    const output = await yo(
      'cd src/workers && yo autopilot:phase',
      { to: 'Name of the phase', type: `Failed${ENTER}` },
      ...defaults('What happens in it'),
      { to: 'A final phase', type: `y${ENTER}` },
      ...defaults('Phases that lead to it'),
    );
    assert.match(output, /added the phase Failed/);
    await check();
  });

  it('generates again, and asks about nothing that is the user’s', async () => {
    await appendFile(path('src/workers/checking/worker.ts'), '// Mine.\n');
    const before = await tree(project);
    assert.match(await yo('yo autopilot'), /All files are up to date/);
    assert.deepEqual(differences(before, await tree(project)), []);
    await check();
  });

  it('shows the menu for an edited file of the tool, and leaves the file where that is answered', async () => {
    await appendFile(path('src/operator.ts'), '// Mine, too.\n');
    const before = await tree(project);
    const output = await yo(
      'yo autopilot',
      { to: 'Overwrite src/operator.ts?', type: `d${ENTER}` },
      { to: '- // Mine, too.', type: '' },
      { to: 'Overwrite src/operator.ts?', type: `n${ENTER}` },
    );
    assert.match(output, /skip src\/operator\.ts/);
    assert.deepEqual(differences(before, await tree(project)), []);
    await check();
  });

  it('ends with 130 after Ctrl-C, under yo and under ap, with nothing written', async () => {
    const before = await tree(project);
    for (const [command, to] of [
      ['yo autopilot', 'Overwrite src/operator.ts?'],
      ['ap generate', 'Overwrite src/operator.ts?'],
      ['yo autopilot:phase', 'Name of the phase'],
      ['ap phase', 'Name of the phase'],
    ] as const) {
      const { code } = await installed().inTerminal(project, command, [{ to, type: CTRL_C }]);
      assert.equal(code, 130, command);
    }
    assert.deepEqual(differences(before, await tree(project)), []);
  });
}
