import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
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
      ...defaults('❯ services', 'Another one?', 'What of others', 'Phases that lead to it'),
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

  /** Edits a line of src/operator.ts, and the one of autopilot.yaml that it is made from. */
  const conflict = async (from: string, mine: string, now: string) => {
    await replace(path('autopilot.yaml'), from, now);
    await replace(path('src/operator.ts'), from, mine);
  };

  it('ends with 130 after Ctrl-C, under yo and under ap, with nothing written', async () => {
    await conflict('Does the work.', 'Mine.', 'Does it all.');
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

  it('fails without a terminal, under yo and under ap, with the place, and nothing written', async () => {
    const before = await tree(project);
    for (const [program, word] of [
      ['yo', 'autopilot'],
      ['ap', 'generate'],
    ] as const) {
      const { code, output } = await installed().run(project, program, word);
      assert.equal(code, 1, output);
      assert.match(output, /src\/operator\.ts: You and the tool have changed the same \(line \d+\).*ERR_AP_EDITED/);
    }
    assert.deepEqual(differences(before, await tree(project)), []);
  });

  it('shows the menu where an edit cannot be merged, the differences as often as asked, and keeps mine', async () => {
    const question = 'Overwrite src/operator.ts?';
    const again = [
      { to: question, type: `d${ENTER}` },
      { to: '+    /** Does it all. */', type: '' },
    ];
    const output = await yo('yo autopilot', ...again, ...again, ...again, ...again, ...again, {
      to: question,
      type: `n${ENTER}`,
    });
    assert.match(output, /skip src\/operator\.ts/);
    assert.match(await readFile(path('src/operator.ts'), 'utf8'), /\/\*\* Mine\. \*\//);
    await check();
  });

  it('puts both versions between markers, refuses the file as long as they are there, and --force ends that', async () => {
    await replace(path('src/operator.ts'), 'Mine.', 'Does it all.');
    await conflict('Does it all.', 'Mine again.', 'Does everything.');
    const output = await yo('yo autopilot', { to: 'Overwrite src/operator.ts?', type: `m${ENTER}` });
    assert.match(output, /conflict markers, for you to decide before anything else:\s+src\/operator\.ts/);
    assert.match(
      await readFile(path('src/operator.ts'), 'utf8'),
      /<<<<<<< mine\n.*Mine again\..*\n=======\n.*Does everything\..*\n>>>>>>> new\n/,
    );
    const refused = await installed().inTerminal(project, 'yo autopilot', []);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /src\/operator\.ts:\d+: Conflict markers of a merge were left here/);
    await yo('yo autopilot --force');
    await check();
  });

  it('shows and checks without writing, under yo and under ap', async () => {
    await replace(path('autopilot.yaml'), 'Does everything.', 'Does the work.');
    const before = await tree(project);
    for (const [program, word] of [
      ['yo', 'autopilot'],
      ['ap', 'generate'],
    ] as const) {
      const shown = await succeed(installed().run(project, program, word, '--dry-run'));
      assert.match(shown, /^-.*Does everything\.[^]*^\+.*Does the work\.[^]*Nothing was written\./m);
      const { code, output } = await installed().run(project, program, word, '--check');
      assert.equal(code, 1);
      assert.match(output, /src\/operator\.ts: It is out of date\..*ERR_AP_DRIFT/);
    }
    assert.deepEqual(differences(before, await tree(project)), []);
    await yo('yo autopilot');
    await succeed(installed().run(project, 'yo', 'autopilot', '--check'));
  });
}

async function replace(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  assert.ok(text.includes(from), `${from} is not in ${file}`);
  await writeFile(file, text.replace(from, to));
}
