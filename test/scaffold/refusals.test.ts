import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, differences, generate, openFolder, removeFolder, scaffold, tree } from './workbench.ts';
import type { Command, GeneratorName } from './workbench.ts';

interface Refusal {
  readonly what: string;
  readonly generator?: GeneratorName;
  readonly command: Command;
  /** A project is there. */
  readonly inProject?: boolean;
  /** Done to the folder first. */
  readonly given?: (folder: string) => Promise<unknown>;
  /** All of these are in the message: where it is wrong, what is wrong, what to do, and the code. */
  readonly says: readonly string[];
}

const yes = { yes: true };
const write = (path: string, text: string) => (folder: string) => writeFile(join(folder, path), text);

const REFUSALS: readonly Refusal[] = [
  {
    what: 'a value that is none of the choices',
    command: { options: { ...yes, mesh: 'consul' } },
    says: ['--mesh: `consul` is none of the possible values. Choose none, istio, gateway-api. (ERR_AP_OPTION_CHOICE)'],
  },
  {
    what: 'a flag that is neither true nor false',
    command: { args: ['x'], options: { ...yes, finalizer: 'maybe' } },
    says: ['--finalizer: `maybe` is neither true nor false. Write --finalizer alone', '(ERR_AP_OPTION_FLAG)'],
  },
  {
    what: 'an option without its value',
    command: { options: { ...yes, operatorName: true } },
    says: ['--operator-name: The option has no value. Write --operator-name=<value>. (ERR_AP_OPTION_VALUE)'],
  },
  {
    what: 'an option given twice',
    command: { options: { ...yes, kind: ['A', 'B'] } },
    says: ['--kind: The option is given more than once. Give it once. (ERR_AP_OPTION_REPEATED)'],
  },
  {
    what: 'a slip of the keyboard',
    command: { options: { ...yes, knd: 'Route' } },
    says: ['--knd: There is no such option. Did you mean --kind? (ERR_AP_OPTION_UNKNOWN)'],
  },
  {
    what: 'a check where a command always changes something',
    generator: 'phase',
    inProject: true,
    command: { args: ['A'], options: { ...yes, check: true } },
    says: [
      '--check: This command always changes something, so there is nothing to check. Use `ap generate --check`',
      '(ERR_AP_OPTION_ELSEWHERE)',
    ],
  },
  {
    what: 'drift, where that is checked for',
    inProject: true,
    given: (folder) => appendFile(join(folder, 'autopilot.yaml'), 'enableFinalizer: true\n'),
    command: { options: { check: true } },
    says: [
      'src/finalizer.ts: It is missing. Run the command without --check',
      'src/operator.ts: It is out of date.',
      '(ERR_AP_DRIFT)',
    ],
  },
  {
    what: 'an argument too many',
    command: { args: ['one', 'two'], options: yes },
    says: ['`two` is one argument too many. Leave it out, or give it as an option. (ERR_AP_ARGUMENT)'],
  },
  {
    what: 'a question without default that nobody is there to answer',
    generator: 'phase',
    inProject: true,
    command: { options: yes },
    says: [
      '--name: It has no default, so it has to be given. Write for example --name=Syncing. (ERR_AP_OPTION_REQUIRED)',
    ],
  },
  {
    what: 'questions without a terminal',
    command: { options: { kind: 'Route', skipInstall: true } },
    says: [
      '--directory, --group, --version, --operator-name, --scope, --mesh, --phases, --finalizer, --package-manager: ' +
        'There is no terminal to ask on, and no answer was given. Give these options, or --yes to take the defaults. (ERR_AP_NO_TERMINAL)',
    ],
  },
  {
    what: 'everything that is wrong, at once',
    command: { options: { ...yes, kind: 'route', group: 'x', version: '1', operatorName: 'A b', mesh: 'consul' } },
    says: [
      '--kind: ',
      'ERR_AP_KIND',
      '--group: ',
      'ERR_AP_GROUP',
      '--version: ',
      'ERR_AP_VERSION',
      '--operator-name: ',
      '--mesh: ',
    ],
  },
  {
    what: 'a phase to go to that is none',
    command: { options: { ...yes, onOutputDrift: 'Prosessing' } },
    says: ['--on-output-drift: There is no phase `Prosessing`.', 'Did you mean `Processing`?'],
  },
  {
    what: 'a phase to go to that a project that is there does not have',
    inProject: true,
    command: { options: { ...yes, onSpecChange: 'Prosessing' } },
    says: ['--on-spec-change: There is no phase `Prosessing`.', 'Did you mean `Processing`?'],
  },
  {
    what: 'a folder that is a file',
    given: write('taken', ''),
    command: { args: ['taken'], options: yes },
    says: ['--directory: taken is no folder. Name another one. (ERR_AP_NOT_A_FOLDER)'],
  },
  {
    what: 'a folder where a file is to be',
    given: (folder) => mkdir(join(folder, 'README.md')),
    command: { options: yes },
    says: ['README.md: A file is to be written here, and this is something else. Move it away. (ERR_AP_NOT_A_FILE)'],
  },
  {
    what: 'another kind for a project that is there',
    inProject: true,
    command: { options: { ...yes, kind: 'Other' } },
    says: ['--kind: There is a project here already, where this is `Example`.', '(ERR_AP_PROJECT_EXISTS)'],
  },
  {
    what: 'no phases for a project that has some',
    inProject: true,
    command: { options: { ...yes, phases: 'none' } },
    says: ['--phases: There is a project here already, where this is `Initializing, Processing, Finished`.'],
  },
  {
    what: 'edits that cannot be merged, without a terminal',
    inProject: true,
    given: edited,
    generator: 'phase',
    command: { args: ['Checking'], options: yes },
    says: [
      'src/operator.ts: You and the tool have changed the same (line 35), and there is no terminal to ask on: nothing was',
      'with --force',
      '(ERR_AP_EDITED)',
    ],
  },
  {
    what: 'a phase outside of a project',
    generator: 'phase',
    command: { args: ['A'], options: yes },
    says: ['There is no autopilot.yaml in', '(ERR_AP_PROJECT_MISSING)'],
  },
  {
    what: 'a phase that is there',
    generator: 'phase',
    inProject: true,
    command: { args: ['Processing'], options: yes },
    says: ['--name: There is a phase `Processing` already.', '(ERR_AP_EDIT_EXISTS)'],
  },
  {
    what: 'a phase with senseless inputs, outputs and followers',
    generator: 'phase',
    inProject: true,
    command: {
      args: ['Checking'],
      options: { ...yes, inputs: 'pod,x', outputs: 'metrics', patches: 'node', next: 'Finish' },
    },
    says: [
      '--patches: `node` is neither built in nor one of `customParameters`. Did you mean `nodes`?',
      '--inputs: `pod`',
      'Did you mean `pods`?',
      '--outputs: `metrics` can be read only.',
      '--next: There is no phase `Finish`.',
    ],
  },
  {
    what: 'a phase after one that there is not, and what else is wrong with it',
    generator: 'phase',
    inProject: true,
    command: { args: ['Checking'], options: { ...yes, from: 'Nope,Processin', next: 'Finish' } },
    says: [
      '--next: There is no phase `Finish`.',
      '--from: There is no phase `Nope`. There is `Initializing`, `Processing`, `Finished`. (ERR_AP_PHASE_UNKNOWN)',
      '--from: There is no phase `Processin`. Did you mean `Processing`? (ERR_AP_PHASE_UNKNOWN)',
    ],
  },
  {
    what: 'a phase for a list that is written in a way that the tool cannot change',
    generator: 'phase',
    inProject: true,
    given: write(
      'autopilot.yaml',
      'kind: Example\napiVersion: examples.io/v1\noperatorName: example\nphases: [{ name: A, initial: true, next: &n [A, B] }, { name: B, next: *n }]\n',
    ),
    command: { args: ['Checking'], options: yes },
    says: ['autopilot.yaml: Adding the phase `Checking` cannot be done by the tool', '(ERR_AP_EDIT)'],
  },
  {
    what: 'a second initial phase',
    generator: 'phase',
    inProject: true,
    command: { args: ['Checking'], options: { ...yes, initial: true } },
    says: ['--initial: ', 'is initial', '(ERR_AP_INITIAL_SEVERAL)'],
  },
  {
    what: 'a final phase that works',
    generator: 'phase',
    inProject: true,
    command: { args: ['Checking'], options: { ...yes, final: true, outputs: 'pods' } },
    says: ['--outputs: The phase `Checking` is final', '(ERR_AP_FINAL_WORK)'],
  },
  {
    what: 'a phase in a project that is broken',
    generator: 'phase',
    inProject: true,
    given: (folder) => appendFile(join(folder, 'autopilot.yaml'), 'kindd: X\n'),
    command: { args: ['Checking'], options: yes },
    says: ['autopilot.yaml:', 'There is no key `kindd` here.', 'ERR_AP_UNKNOWN_KEY'],
  },
  {
    what: 'manifests with senseless settings',
    generator: 'deploy-manifests',
    inProject: true,
    command: {
      options: {
        ...yes,
        image: 'A B',
        targetNamespace: 'X_',
        replicas: '-2',
        memoryLimit: 'much',
        logLevel: 'Loud',
        concurrency: '0',
      },
    },
    says: [
      '--image: `A B` is not the name of a container image.',
      '--target-namespace: ',
      '--replicas: -2 is out of range.',
      '--memory-limit: ',
      '--log-level: `Loud` is none of the possible values.',
      '--concurrency: ',
    ],
  },
  {
    what: 'manifests of replicas that elect no leader',
    generator: 'deploy-manifests',
    inProject: true,
    command: { options: { ...yes, replicas: '2', enableLeaderElection: false } },
    says: ['--replicas: 2 replicas would all work at once, since `enableLeaderElection` is false.'],
  },
  {
    what: 'manifests that request more memory than the default limit',
    generator: 'deploy-manifests',
    inProject: true,
    command: { options: { ...yes, memoryRequest: '512Mi' } },
    says: ['--memory-limit: The limit of memory, 256Mi, is below what is requested, 512Mi.'],
  },
  {
    what: 'manifests that limit memory below the default request',
    generator: 'deploy-manifests',
    inProject: true,
    command: { options: { ...yes, memoryLimit: '64Mi' } },
    says: ['--memory-limit: The limit of memory, 64Mi, is below what is requested, 128Mi.'],
  },
  {
    what: 'an API that throws',
    inProject: true,
    given: write('src/api/examples/v1/spec.ts', 'export const status = 1;\nexport const spec = nothing.at.all;\n'),
    command: {},
    says: ['spec.ts:2:', 'The schemas cannot be evaluated: nothing is not defined.', '(ERR_AP_SPEC)'],
  },
  {
    what: 'a folder that cannot be written to',
    generator: 'phase',
    inProject: true,
    // Where a command stages what it is about to write.
    given: write('.autopilot/tx', 'in the way'),
    command: { args: ['Checking'], options: yes },
    says: ['The project cannot be written, and is as it was: ENOTDIR', '(ERR_AP_NOT_WRITTEN)'],
  },
  {
    what: 'an API that is no TypeScript',
    inProject: true,
    given: write('src/api/examples/v1/spec.ts', '\n\nexport const spec = ;\n'),
    command: {},
    says: ['spec.ts:3 ', 'Expression expected', '(ERR_AP_SPEC)'].map((word) => word.trim()),
  },
  {
    what: 'an API that no CRD can have',
    inProject: true,
    given: write(
      'src/api/examples/v1/spec.ts',
      "import { z } from 'zod';\nexport const spec = z.object({ pair: z.tuple([z.string(), z.number()]) });\nexport const status = z.object({});\n",
    ),
    command: {},
    says: ['src/api/examples/v1/spec.ts spec.pair: ', '(ERR_AP_SCHEMA_TUPLE)'],
  },
  {
    what: 'an API without a status',
    inProject: true,
    given: write('src/api/examples/v1/spec.ts', "import { z } from 'zod';\nexport const spec = z.object({});\n"),
    command: {},
    says: [
      'src/api/examples/v1/spec.ts status: The module exports no `status`.',
      '`export const status = z.object({});`',
      '(ERR_AP_SPEC_STATUS)',
    ],
  },
];

/** An edit in a line that another phase changes. */
async function edited(folder: string): Promise<void> {
  const file = join(folder, 'src/operator.ts');
  await writeFile(file, (await readFile(file, 'utf8')).replace("next: ['Finished'],", "next: ['Finished'], // mine"));
}

/** Refused elsewhere: a race, an interrupted write, a full disk, a package manager, kubectl, a command that no generator runs, a checkout without a build. */
const ELSEWHERE = [
  'ERR_AP_BUSY',
  'ERR_AP_CHANGED_MEANWHILE',
  'ERR_AP_INSTALL_FAILED',
  'ERR_AP_KUBECTL',
  'ERR_AP_NOT_INSTALLED',
  'ERR_AP_NOT_RECOVERED',
  'ERR_AP_NO_BUNDLE',
] as const;

describe('Refused, with where and what and what to do, and nothing written:', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
  });
  afterEach(() => removeFolder(folder));

  for (const { what, generator = 'app', command, inProject, given, says } of REFUSALS) {
    it(what, async () => {
      if (inProject) await scaffold(folder);
      await given?.(folder);
      const before = await tree(folder);
      await assert.rejects(generate(folder, generator, command), ({ message }: Error) => {
        for (const words of says) assert.ok(message.includes(words), `${words}\nis not in\n${message}`);
        return true;
      });
      assert.deepEqual(differences(before, await tree(folder)), []);
    });
  }

  it('every code of the generators has a case', async () => {
    const source = await readFile(join(ROOT, 'generators/errors.ts'), 'utf8');
    const codes = new Set(source.match(/ERR_AP_[A-Z_]+/g));
    const cased = REFUSALS.flatMap(({ says }): string[] => says.join(' ').match(/ERR_AP_[A-Z_]+/g) ?? []);
    const known = new Set<string>([...cased, ...ELSEWHERE]);
    assert.deepEqual(
      [...codes].filter((code) => !known.has(code)),
      [],
    );
  });

  it('what changed on disk while somebody was asked', async () => {
    await scaffold(folder);
    await edited(folder);
    const meanwhile = () => rmSync(join(folder, 'src/operator.ts'));
    await assert.rejects(
      generate(folder, 'phase', { args: ['Checking'], options: yes, answers: { action: 'm' }, meanwhile }),
      /src\/operator\.ts.*ERR_AP_CHANGED_MEANWHILE/,
    );
  });

  it('an edit of autopilot.yaml that was saved while somebody was asked', async () => {
    await scaffold(folder);
    await edited(folder);
    const meanwhile = () => appendFileSync(join(folder, 'autopilot.yaml'), '# saved meanwhile\n');
    await assert.rejects(
      generate(folder, 'phase', { args: ['Checking'], options: yes, answers: { action: 'write' }, meanwhile }),
      /autopilot\.yaml.*ERR_AP_CHANGED_MEANWHILE/,
    );
    assert.match(await readFile(join(folder, 'autopilot.yaml'), 'utf8'), /saved meanwhile/);
  });
});
