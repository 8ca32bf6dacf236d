import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { FAULTS, ProjectError, describeProblem } from '../errors.ts';
import { checkSettings } from '../manifests/manifests.ts';
import type { Problem } from '../model.ts';
import { readBases } from '../regeneration/base.ts';
import { BAD_INPUTS, GOOD } from './bad-inputs.fixture.test.ts';
import { addPhase } from './edit.ts';
import { readProject } from './files.ts';
import { loadProject } from './load.ts';

const load = (autopilot = GOOD, operator?: string) =>
  loadProject({
    autopilot: { file: 'autopilot.yaml', text: autopilot },
    ...(operator !== undefined && { operator: { file: 'autopilot-operator.yaml', text: operator } }),
  });

/** Problems that come from elsewhere than the two files' contents, and what has to be said about them. */
const ELSEWHERE: readonly {
  readonly name: string;
  readonly found: () => readonly Problem[] | Promise<readonly Problem[]>;
  readonly problems: readonly string[];
}[] = [
  {
    name: 'a folder without a project',
    found: () => read(() => Promise.resolve()),
    problems: [
      'There is no autopilot.yaml in <folder> or in a folder above it. Change to an operator project, or start one with `yo autopilot`. (ERR_AP_PROJECT_MISSING)',
    ],
  },
  {
    name: 'folders in the place of files',
    found: () =>
      read(async (folder) => {
        await mkdir(join(folder, 'autopilot.yaml'));
        await mkdir(join(folder, 'autopilot-operator.yaml'));
      }),
    problems: [
      'autopilot.yaml: The file cannot be read: it is a folder. Make it a readable text file. (ERR_AP_FILE_UNREADABLE)',
      'autopilot-operator.yaml: The file cannot be read: it is a folder. Make it a readable text file. (ERR_AP_FILE_UNREADABLE)',
    ],
  },
  {
    name: 'another encoding',
    found: () => read((folder) => writeFile(join(folder, 'autopilot.yaml'), Buffer.from([0x6b, 0xff, 0xfe]))),
    problems: ['autopilot.yaml: The file is not UTF-8 text. Save it as UTF-8. (ERR_AP_FILE_ENCODING)'],
  },
  {
    name: 'base versions that are damaged',
    found: () =>
      thrown(async (folder) => {
        await mkdir(join(folder, '.autopilot/base/generated/src'), { recursive: true });
        await writeFile(join(folder, '.autopilot/base/generated/src/a.ts'), 'a\n<<<<<<< HEAD\n=======\nb\n>>>>>>> x\n');
        await writeFile(join(folder, '.autopilot/base/generated/src/b.ts'), Buffer.from([0xff]));
        await readBases(folder);
      }),
    problems: [
      '.autopilot/base/generated/src/a.ts: What the tool wrote last cannot be read here: conflict markers were left in line 2. Bring it back from version control, or delete it: the file that it is of then counts as edited where it differs. (ERR_AP_BASE_DAMAGED)',
      '.autopilot/base/generated/src/b.ts: What the tool wrote last cannot be read here: it is not UTF-8 text. Bring it back from version control, or delete it: the file that it is of then counts as edited where it differs. (ERR_AP_BASE_DAMAGED)',
    ],
  },
  {
    name: 'a phase that is there',
    found: () => refused(() => addPhase(GOOD, { name: 'ready' })),
    problems: [
      'There is a phase `Ready` already. Choose another name, or change the phase in autopilot.yaml. (ERR_AP_EDIT_EXISTS)',
    ],
  },
  {
    name: 'an edit that cannot be made',
    found: () => refused(() => addPhase(GOOD, { name: 'Done' }, { after: 'Nowhere' })),
    problems: [
      'Adding the phase `Done` cannot be done by the tool: there is no phase `Nowhere`. Make this change by hand, and start the command again. (ERR_AP_EDIT)',
    ],
  },
  {
    name: 'settings of a deployment',
    found: () =>
      checkSettings(
        { kind: 'Tenant', scope: 'Cluster', operator: { enableLeaderElection: false } },
        { image: 'a b', replicas: 2, cpuRequest: 'x', memoryRequest: '2Gi', memoryLimit: '1Gi', watch: 'namespaced' },
      ),
    problems: [
      'image: `a b` is not the name of a container image. Write for example `registry.example.com/team/operator:1.0.0`. (ERR_AP_IMAGE)',
      'watch: Tenant has scope Cluster, so its operator cannot be deployed for one namespace. Deploy it for the whole cluster, or set `scope: Namespaced` in autopilot.yaml. (ERR_AP_NAMESPACED_SCOPE)',
      'replicas: 2 replicas would all work at once, since `enableLeaderElection` is false. Use 1, or set `enableLeaderElection: true` in autopilot-operator.yaml. (ERR_AP_REPLICAS)',
      'cpuRequest: `x` is not an amount of a resource. Write for example `100m` for processors and `128Mi` for memory. (ERR_AP_QUANTITY)',
      'memoryLimit: The limit of memory, 1Gi, is below what is requested, 2Gi. Raise the limit, or lower the request. (ERR_AP_MEMORY_LIMIT)',
    ],
  },
];

async function read(fill: (folder: string) => Promise<unknown>): Promise<readonly Problem[]> {
  const folder = await mkdtemp(join(tmpdir(), 'autopilot-'));
  try {
    await fill(folder);
    const { problems } = await readProject(folder, folder);
    return problems.map((problem) =>
      Object.assign({}, problem, { message: problem.message.replace(folder, '<folder>') }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function thrown(work: (folder: string) => Promise<unknown>): Promise<readonly Problem[]> {
  const folder = await mkdtemp(join(tmpdir(), 'autopilot-'));
  try {
    await work(folder);
  } catch (error) {
    if (error instanceof ProjectError) return error.problems;
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
  return [];
}

function refused(edit: () => unknown): readonly Problem[] {
  try {
    edit();
  } catch (error) {
    if (error instanceof ProjectError) return error.problems;
    throw error;
  }
  return [];
}

describe('bad projects', () => {
  it('start from a good one', () => {
    assert.deepEqual(load().problems, []);
  });

  for (const { name, autopilot, operator, problems } of BAD_INPUTS) {
    it(`are told of ${name}`, () => {
      const loaded = load(autopilot, operator);
      assert.deepEqual(loaded.problems.map(describeProblem), problems);
      assert.equal(loaded.project, undefined);
      assert.ok(problems.length > 0);
    });
  }

  const CASES = [...BAD_INPUTS, ...ELSEWHERE];
  const CODES = new Set(CASES.flatMap(({ problems }) => problems.map(codeIn)));
  it(`are ${CASES.length} cases with ${CODES.size} codes: at least 100 with 45`, () => {
    assert.ok(CASES.length >= 100);
    assert.ok(CODES.size >= 45);
  });

  for (const { name, found, problems } of ELSEWHERE) {
    it(`are told of ${name}`, async () => {
      assert.deepEqual((await found()).map(describeProblem), problems);
    });
  }

  it('have a case for each code', () => {
    const codes = Object.values(FAULTS).map(({ code }) => code);
    assert.deepEqual([...new Set(codes)], codes, 'a code is used twice');
    assert.deepEqual(
      codes.filter((code) => !CODES.has(code)),
      [],
    );
  });

  it('say what is wrong in a sentence, and what to do in another', () => {
    for (const { name, autopilot, operator } of BAD_INPUTS) {
      for (const { message, remedy, file, line, column } of load(autopilot, operator).problems) {
        assert.match(`${message}|${remedy}`, /^[A-Z`\d-].*\.\|[A-Z].*[.?]$/s, name);
        assert.ok(file !== undefined && line !== undefined && column !== undefined, name);
      }
    }
  });

  it('are told of everything at once, in the order of the files', () => {
    const { problems } = load(
      GOOD.replace('AutoRoute', 'autoRoute')
        .replace('[deployments]\n    outputs', '[deployment]\n    outputs')
        .replace('  - name: Ready\n', '  - name: Ready\n    next: [Nowhere]\n'),
      'logLevel: Loud\nversion: 1\n',
    );
    assert.deepEqual(
      problems.map(({ file, line, code }) => `${file}:${line} ${code}`),
      [
        'autopilot.yaml:1 ERR_AP_KIND',
        'autopilot.yaml:8 ERR_AP_PARAMETER_UNKNOWN',
        'autopilot.yaml:13 ERR_AP_PHASE_UNKNOWN',
        'autopilot-operator.yaml:1 ERR_AP_UNKNOWN_VALUE',
        'autopilot-operator.yaml:2 ERR_AP_WRONG_TYPE',
      ],
    );
  });

  it('are placed alike with Windows line ends and a byte order mark', () => {
    for (const { name, autopilot = GOOD, operator, problems } of BAD_INPUTS) {
      // A line end inside a text is part of the text.
      if (autopilot === '') continue;
      const windows = load(`\uFEFF${autopilot.replaceAll('\n', '\r\n')}`, operator?.replaceAll('\n', '\r\n'));
      assert.deepEqual(windows.problems.map(describeProblem), problems, name);
    }
  });

  it('never bring the reading down', () => {
    for (const text of [
      '[',
      '{',
      '"',
      '&a *a',
      '? a\n: b',
      '!!binary x',
      '%YAML 9.9\n---\na: b',
      '['.repeat(5000),
      // What would be compared with every name of the catalogue.
      GOOD.replace('[deployments]', `[${'a'.repeat(1_000_000)}]`),
      '\0',
      'a: |\n',
      '---',
      '...',
      '\u2028',
      'kind: !!js/function x',
    ]) {
      assert.ok(load(text).problems.length > 0, JSON.stringify(text.slice(0, 20)));
    }
  });
});

function codeIn(problem: string): string {
  return /\((ERR_AP_\w+)\)$/.exec(problem)?.[1] ?? '';
}
