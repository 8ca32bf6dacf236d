import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { choicesOf } from '../flags.ts';
import { createProgram } from '../program.ts';
import { completions, type Candidates, type Place } from './candidates.ts';
import { KNOWN_PLACES } from './values.ts';

const program: Command = createProgram(() => undefined);
const asked: Place[] = [];
const words = async (...typed: readonly string[]): Promise<readonly string[]> => {
  const found = await completions(program, typed, (place) => {
    asked.push(place);
    const { name } = place;
    const known: Candidates =
      name === 'dir' ? 'directories' : [`${name} one`, `${name} two`].map((value) => ({ value, description: '' }));
    return Promise.resolve(known);
  });
  return typeof found === 'string' ? [found] : found.map(({ value }) => value);
};

/** Values that nobody but the user knows. */
const FREE = new Set(
  `--kind --group --version --operator-name --phases --runtime --devcluster --description --image --replicas --cpu-request --memory-request
   --memory-limit --concurrency --work-interval --metrics-addr --metrics-cert-dir --health-addr --profiling-addr --against
   --image-build-args --timeout --since`.split(/\s+/),
);

describe('the completion of words', () => {
  beforeEach(() => void asked.splice(0));

  it('has every command and every option of the program', async () => {
    const visible = program.createHelp().visibleCommands(program);
    assert.ok(visible.length > 10);
    assert.deepEqual(
      await words(''),
      visible.map((command) => command.name()),
    );
    for (const command of program.commands) {
      const shown = program
        .createHelp()
        .visibleOptions(command)
        .flatMap(({ long }) => long ?? []);
      assert.deepEqual(await words(command.name(), '--'), shown, command.name());
      for (const option of shown)
        assert.ok((await words(command.name(), option.slice(0, -1))).includes(option), `${command.name()} ${option}`);
    }
  });

  it('knows of every value where it comes from', () => {
    for (const command of program.commands)
      for (const option of command.options) {
        const { long, required, optional, hidden } = option;
        if (!(required || optional) || choicesOf(option) || hidden || long === undefined) continue;
        assert.ok(
          KNOWN_PLACES.includes(long) || FREE.has(long),
          `${command.name()} ${long}: give it choices, a source in values.ts, or a place in the list of this test`,
        );
      }
  });

  it('has the values of options, however they are written', async () => {
    assert.deepEqual(await words('logs', '--output', ''), ['pretty', 'json']);
    assert.deepEqual(await words('logs', '-o', 'j'), ['json']);
    assert.deepEqual(await words('logs', '--output=p'), ['--output=pretty']);
    assert.deepEqual(await words('deploy', 'image', '-p', '--builder', 'b'), ['buildah']);
    assert.deepEqual(await words('status', '--context=--context t'), ['--context=--context two']);
    assert.deepEqual(await words('init', '--mesh', 'ist'), ['istio']);
    assert.deepEqual(await words('phase', '--from', 'A,--from t'), ['A,--from two']);
    assert.deepEqual(await words('build', '--push='), [], 'a flag has none');
  });

  it('asks for what only the cluster and the project know, with what was typed before', async () => {
    assert.deepEqual(await words('status', '--context', 'staging', '-n', 'routing', ''), [
      'resource one',
      'resource two',
    ]);
    assert.deepEqual(await words('logs', '--phase', '--phase t'), ['--phase two']);
    assert.deepEqual(await words('validate', ''), ['directories']);
    assert.deepEqual(
      asked.map(({ command, name, given }) => [command, name, Object.fromEntries(given)]),
      [
        ['status', 'resource', { '--context': 'staging', '--namespace': 'routing' }],
        ['logs', '--phase', {}],
        ['validate', 'dir', {}],
      ],
    );
  });

  it('tells arguments from options and commands', async () => {
    assert.deepEqual(await words('status', 'a', ''), [], 'it takes one');
    assert.deepEqual(await words('status', '--', '-'), [], 'behind -- there are no options');
    assert.deepEqual(await words('completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(await words('help', 'und'), ['undeploy']);
    assert.deepEqual(await words('unknown', ''), []);
    assert.deepEqual(
      await words('deploy', '-'),
      (await words('deploy', '--')).flatMap((long) => {
        const option = program.commands
          .find((each) => each.name() === 'deploy')
          ?.options.find((each) => each.long === long);
        return long === '--help' ? [long, '-h'] : option?.short ? [long, option.short] : [long];
      }),
    );
  });
});
