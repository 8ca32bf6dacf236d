import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { FAULTS, ProjectError, describeProblem } from '../errors.ts';
import { checkSettings } from '../manifests/manifests.ts';
import type { Problem } from '../model.ts';
import { BAD_INPUTS, GOOD } from './bad-inputs.fixture.test.ts';
import { addPhase } from './edit.ts';
import { readProject } from './files.ts';
import { loadProject } from './load.ts';

const load = (autopilot = GOOD, operator?: string) =>
  loadProject({
    autopilot: { file: 'autopilot.yaml', text: autopilot },
    ...(operator !== undefined && { operator: { file: 'autopilot-operator.yaml', text: operator } }),
  });

/** Problems that come from elsewhere than the two files' contents. */
const ELSEWHERE: Readonly<Record<string, () => readonly Problem[] | Promise<readonly Problem[]>>> = {
  'a folder without a project': () => read(() => Promise.resolve()),
  'a folder in the place of a file': () => read((folder) => mkdir(join(folder, 'autopilot.yaml'))),
  'another encoding': () =>
    read((folder) => writeFile(join(folder, 'autopilot.yaml'), Buffer.from([0x6b, 0xff, 0xfe]))),
  'a phase that is there': () => refused(() => addPhase(GOOD, { name: 'ready' })),
  'an edit that cannot be made': () => refused(() => addPhase(GOOD, { name: 'Done' }, { after: 'Nowhere' })),
  'settings of a deployment': () =>
    checkSettings(
      { kind: 'Tenant', scope: 'Cluster' },
      { image: 'a b', cpuRequest: 'x', memoryRequest: '2Gi', memoryLimit: '1Gi', watch: 'namespaced' },
    ),
};

async function read(fill: (folder: string) => Promise<unknown>): Promise<readonly Problem[]> {
  const folder = await mkdtemp(join(tmpdir(), 'autopilot-'));
  try {
    await fill(folder);
    return (await readProject(folder, folder)).problems;
  } finally {
    await rm(folder, { recursive: true });
  }
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

  it('have at least 60 cases with 30 codes', () => {
    assert.ok(BAD_INPUTS.length >= 60);
    assert.ok(new Set(BAD_INPUTS.flatMap(({ problems }) => problems.map(codeIn))).size >= 30);
  });

  it('have a case for each code', async () => {
    const found = new Set(BAD_INPUTS.flatMap(({ problems }) => problems.map(codeIn)));
    for (const [name, problemsOf] of Object.entries(ELSEWHERE)) {
      const problems = await problemsOf();
      assert.ok(problems.length > 0, name);
      for (const { code, message, remedy } of problems) {
        found.add(code);
        assert.match(`${message}|${remedy}`, /^[A-Z`].*\.\|[A-Z].*[.?]$/, name);
      }
    }
    const codes = Object.values(FAULTS).map(({ code }) => code);
    assert.deepEqual([...new Set(codes)], codes, 'a code is used twice');
    assert.deepEqual(
      codes.filter((code) => !found.has(code)),
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
