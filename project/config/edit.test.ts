import assert from 'node:assert/strict';
import { array, assert as assertProperty, boolean, constantFrom, property, record } from 'fast-check';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { ProjectError } from '../errors.ts';
import { addPhase, removeAutopilotKey, setAutopilotKey, setOperatorKey } from './edit.ts';
import type { PhasePlace } from './edit.ts';
import { loadProject } from './load.ts';
import { freshAutopilotYaml, freshOperatorYaml } from './write.ts';
import type { FreshPhase } from './write.ts';

const COMMENTED = `# Our project.
kind: "AutoRoute" # the kind
apiVersion: 'examples.io/v1'
operatorName:   autoroute-operator

phases: # three
  # Where all begins.
  - name: Initializing   # first
    initial: yes_really
    # belongs to Initializing

  # Does the work.
  - name: Syncing
    description: |
      Makes services.

      And more.
    next: [Ready,  "Initializing"] # back and forth
  - name: "Ready"
    next:
      - Syncing # again
# The end.
rbac: []
`;

/** The lines that were added, by their place in the new text; fails where a line was changed or is gone. */
function added(before: string, after: string): readonly string[] {
  const lines = after.split('\n');
  const kept = before.split('\n');
  const result: string[] = [];
  for (const line of lines) {
    if (line === kept[0]) kept.shift();
    else result.push(line);
  }
  assert.deepEqual(kept, [], 'these lines were changed or are gone');
  return result;
}

function codeOf(edit: () => string): string {
  try {
    return edit();
  } catch (error) {
    assert.ok(error instanceof ProjectError);
    return `${error.code}: ${error.problems[0]?.message}`;
  }
}

const X: FreshPhase = { name: 'Checking', inputs: ['pods'] };

describe('adding a phase', () => {
  it('puts it at the end, as the others are written', () => {
    const text = addPhase(COMMENTED, { ...X, description: 'Looks: closely', final: true });
    assert.deepEqual(added(COMMENTED, text), [
      '',
      '  - name: Checking',
      "    description: 'Looks: closely'",
      '    final: true',
      '    inputs:',
      '      - pods',
    ]);
    assert.ok(text.endsWith('      - pods\n# The end.\nrbac: []\n'));
  });

  it('puts it where it is told to, with the comments staying with their phases', () => {
    const after = addPhase(COMMENTED, X, { after: 'Initializing' });
    assert.match(
      after,
      /# belongs to Initializing\n\n {2}- name: Checking\n {4}inputs:\n {6}- pods\n\n {2}# Does the work\.\n/,
    );
    assert.equal(addPhase(COMMENTED, X, { before: 'Syncing' }), after);
    const first = addPhase(COMMENTED, X, { before: 'Initializing' });
    assert.match(
      first,
      /^phases: # three\n {2}- name: Checking\n {4}inputs:\n {6}- pods\n\n {2}# Where all begins\.\n/m,
    );
    added(COMMENTED, first);
  });

  it('adds it to the `next` of the phases that lead to it, and of no others', () => {
    const text = addPhase(COMMENTED, X, { from: ['Syncing', 'Ready', 'Initializing', 'Ready'] });
    assert.match(text, /next: \[Ready, {2}"Initializing", Checking\] # back and forth/);
    assert.match(text, / {6}- Syncing # again\n {6}- Checking\n/);
    assert.deepEqual(parse(text), {
      kind: 'AutoRoute',
      apiVersion: 'examples.io/v1',
      operatorName: 'autoroute-operator',
      rbac: [],
      phases: [
        { name: 'Initializing', initial: 'yes_really' },
        { name: 'Syncing', description: 'Makes services.\n\nAnd more.\n', next: ['Ready', 'Initializing', 'Checking'] },
        { name: 'Ready', next: ['Syncing', 'Checking'] },
        { name: 'Checking', inputs: ['pods'] },
      ],
    });
  });

  it('understands other ways to write a list', () => {
    const cases: Record<string, string> = {
      'phases: []\n': 'phases:\n  - name: Checking\n    inputs:\n      - pods\n',
      'phases: [] # none yet\nkind: A\n':
        'phases: # none yet\n  - name: Checking\n    inputs:\n      - pods\nkind: A\n',
      'phases:\nkind: A\n': 'phases:\n  - name: Checking\n    inputs:\n      - pods\nkind: A\n',
      'kind: A': 'kind: A\nphases:\n  - name: Checking\n    inputs:\n      - pods',
      '': 'phases:\n  - name: Checking\n    inputs:\n      - pods\n',
      'phases: [{name: A}]\n': 'phases: [{name: A}, { name: Checking, inputs: [pods] }]\n',
      'phases:\n- name: A\n- name: B\n': 'phases:\n- name: A\n- name: B\n- name: Checking\n  inputs:\n    - pods\n',
      'phases:\n    -   name: A\n        next: []\n':
        'phases:\n    -   name: A\n        next: []\n\n    -   name: Checking\n        inputs:\n          - pods\n',
      'phases:\n  -\n    name: A\n': 'phases:\n  -\n    name: A\n\n  - name: Checking\n    inputs:\n      - pods\n',
      'phases:\n  - name: A\n    description: >\n      folded\n      text\n':
        'phases:\n  - name: A\n    description: >\n      folded\n      text\n\n  - name: Checking\n    inputs:\n      - pods\n',
      'phases:\n  - { name: A } # a\n  # b\n  - { name: B }\n# end\n':
        'phases:\n  - { name: A } # a\n  # b\n  - { name: B }\n  - { name: Checking, inputs: [pods] }\n# end\n',
      'phases:\n  - name: A\n    description: |+\n      kept\n\n\nrbac: []\n':
        'phases:\n  - name: A\n    description: |+\n      kept\n\n\n  - name: Checking\n    inputs:\n      - pods\nrbac: []\n',
      '"phases":\n  - &a\n    "name": A\n    inputs: &k [ nodes ]\n':
        '"phases":\n  - &a\n    "name": A\n    inputs: &k [ nodes ]\n\n  - name: Checking\n    inputs:\n      - pods\n',
      '{ kind: A, phases: [ { name: A } ] } # c\n':
        '{ kind: A, phases: [ { name: A }, { name: Checking, inputs: [pods] } ] } # c\n',
      '\uFEFFphases:\n  - name: A': '\uFEFFphases:\n  - name: A\n  - name: Checking\n    inputs:\n      - pods',
    };
    for (const [before, after] of Object.entries(cases)) assert.equal(addPhase(before, X), after);
    assert.equal(
      addPhase('phases: [{name: A, next: []}]\n', X, { from: ['A'], before: 'A' }),
      'phases: [{ name: Checking, inputs: [pods] }, {name: A, next: [Checking]}]\n',
    );
  });

  it('keeps line ends', () => {
    const text = addPhase(COMMENTED.replaceAll('\n', '\r\n'), X, { from: ['Ready'] });
    assert.equal(text.replaceAll('\r\n', '').includes('\n'), false);
    assert.equal(text.replaceAll('\r\n', '\n'), addPhase(COMMENTED, X, { from: ['Ready'] }));
  });

  it('refuses what it cannot do safely, and changes nothing', () => {
    assert.match(
      codeOf(() => addPhase(COMMENTED, { name: 'SYNCING' })),
      /^ERR_AP_EDIT_EXISTS: .*`Syncing`/,
    );
    assert.match(
      codeOf(() => addPhase(COMMENTED, X, { after: 'Nowhere' })),
      /^ERR_AP_EDIT: .*no phase `Nowhere`/,
    );
    assert.match(
      codeOf(() => addPhase('phases: [', X)),
      /^ERR_AP_EDIT: .*not valid YAML/,
    );
    assert.match(
      codeOf(() => addPhase('- a\n', X)),
      /^ERR_AP_EDIT: .*keys and values/,
    );
    assert.match(
      codeOf(() => addPhase('phases: {}\n', X)),
      /^ERR_AP_EDIT: .*not a list/,
    );
    assert.match(
      codeOf(() => addPhase('x: &p [{name: A}]\nphases: *p\n', X)),
      /^ERR_AP_EDIT: .*not a list/,
    );
    assert.match(
      codeOf(() => addPhase('{kind: A}\n', X)),
      /^ERR_AP_EDIT: .*safely/,
    );
    assert.match(
      codeOf(() => addPhase('a: &n [B]\nphases:\n  - name: A\n    next: *n\n', X, { from: ['A'] })),
      /^ERR_AP_EDIT: .*not a list/,
    );
  });

  it('leaves every other line as it was, however the file is written', () => {
    const style = record({
      names: array(constantFrom('Alpha', 'Beta', 'Gamma', 'Delta'), { minLength: 1, maxLength: 4 }),
      indent: constantFrom('', '  ', '    '),
      dash: constantFrom('- ', '-   '),
      blank: boolean(),
      comments: boolean(),
      quote: constantFrom('', "'", '"'),
      next: constantFrom('none', 'flow', 'block', 'empty'),
      crlf: boolean(),
      tail: constantFrom('', '# end\n', 'rbac: []\n', '\n\n'),
      place: constantFrom<'end' | 'first' | 'after'>('end', 'first', 'after'),
      leads: boolean(),
    });
    assertProperty(
      property(style, ({ names, indent, dash, blank, comments, quote, next, crlf, tail, place, leads }) => {
        const unique = [...new Set(names)];
        const inner = indent + ' '.repeat(dash.length);
        const nextLines: Record<string, string> = {
          none: '',
          empty: `${inner}next: [ ]\n`,
          flow: `${inner}next: [ ${quote}${unique[0]}${quote} ] # n\n`,
          block: `${inner}next:\n${inner}  - ${unique[0]} # n\n`,
        };
        const items = unique.map(
          (name) =>
            `${comments ? `${indent}# about ${name}\n` : ''}${indent}${dash}name: ${quote}${name}${quote} # ${name}\n${nextLines[next]}${comments ? `${inner}# more\n` : ''}`,
        );
        const lf = `kind: A\n\nphases: # p\n${items.join(blank ? '\n' : '')}${tail}`;
        const text = crlf ? lf.replaceAll('\n', '\r\n') : lf;
        const places: Record<typeof place, PhasePlace> = {
          end: {},
          first: { before: unique[0] ?? '' },
          after: { after: unique[0] ?? '' },
        };
        const result = addPhase(text, X, { ...places[place], from: leads ? unique : [] });
        assert.equal(result.includes('\r\n'), crlf);
        const before = text.split('\n');
        const after = result.split('\n');
        const changed = before.filter((line) => !after.includes(line));
        assert.ok(
          changed.every((line) => line.includes('next: [')),
          JSON.stringify(changed),
        );
        const rest = after.filter((line) => !before.includes(line));
        assert.ok(
          rest.every((line) => /Checking|pods|inputs|next: \[/.test(line)),
          JSON.stringify(rest),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('gives a project that loads', () => {
    const fresh = freshAutopilotYaml({
      kind: 'Example',
      apiVersion: 'examples.io/v1',
      operatorName: 'example-operator',
      phases: [
        { name: 'Initializing', initial: true, next: ['Finished'] },
        { name: 'Finished', final: true },
      ],
    });
    const text = addPhase(fresh, { ...X, next: ['Finished'] }, { after: 'Initializing', from: ['Initializing'] });
    const { project, problems } = loadProject({ autopilot: { file: 'autopilot.yaml', text } });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      project?.phases.map(({ name, next }) => [name, next]),
      [
        ['Initializing', ['Finished', 'Checking']],
        ['Checking', ['Finished']],
        ['Finished', undefined],
      ],
    );
  });
});

describe('setting a key', () => {
  it('replaces a value in its own quotes, and leaves its line otherwise', () => {
    assert.equal(setAutopilotKey(COMMENTED, 'kind', 'Other'), COMMENTED.replace('"AutoRoute"', '"Other"'));
    assert.equal(
      setAutopilotKey(COMMENTED, 'apiVersion', 'a.io/v2'),
      COMMENTED.replace("'examples.io/v1'", "'a.io/v2'"),
    );
    assert.equal(
      setAutopilotKey(COMMENTED, 'operatorName', 'yes'),
      COMMENTED.replace('  autoroute-operator', "  'yes'"),
    );
    assert.equal(
      setAutopilotKey('enableFinalizer: false # no\n', 'enableFinalizer', true),
      'enableFinalizer: true # no\n',
    );
  });

  it('fills in an empty one', () => {
    assert.equal(
      setAutopilotKey('onOutputDrift: # none\nkind: A\n', 'onOutputDrift', 'Syncing'),
      'onOutputDrift: Syncing # none\nkind: A\n',
    );
  });

  it('gives a new one a line of its own, below the key that comes before it', () => {
    const text = setAutopilotKey(COMMENTED, 'onOutputDrift', 'Syncing');
    assert.deepEqual(added(COMMENTED, text), ['onOutputDrift: Syncing']);
    assert.match(text, /operatorName: {3}autoroute-operator\nonOutputDrift: Syncing\n\nphases/);
    assert.match(
      setAutopilotKey(text, 'onSpecChange', 'Ready'),
      /operatorName: .*\nonSpecChange: Ready\nonOutputDrift: Syncing\n/,
    );
  });

  it('puts it below the comment that shows its default', () => {
    const fresh = freshOperatorYaml();
    const text = setOperatorKey(fresh, 'concurrency', 30);
    assert.deepEqual(added(fresh, text), ['concurrency: 30']);
    assert.ok(text.endsWith('# concurrency: 20\nconcurrency: 30\n'));
    assert.match(setOperatorKey(text, 'metricsAddr', ''), /^# metricsAddr: :9091\nmetricsAddr: ''$/m);
  });

  it('is not misled by a comment that belongs to something else', () => {
    assert.equal(
      setAutopilotKey('kind: A\nphases:\n  - name: A\n# onSpecChange: B\n  - name: B\n', 'onSpecChange', 'A'),
      'kind: A\nonSpecChange: A\nphases:\n  - name: A\n# onSpecChange: B\n  - name: B\n',
    );
  });

  it('knows the ways to write a key and its value', () => {
    const cases: Record<string, string> = {
      '{ kind: A } # c\n': '{ kind: A, onSpecChange: B } # c\n',
      '"onSpecChange": A\n': '"onSpecChange": B\n',
      'onSpecChange: ~ # none\n': 'onSpecChange: B # none\n',
      'onSpecChange: A\n  and more\nkind: A\n': 'onSpecChange: B\nkind: A\n',
      'kind: A\r\n# onSpecChange: X\r\nphases: []\r\n':
        'kind: A\r\n# onSpecChange: X\r\nonSpecChange: B\r\nphases: []\r\n',
      'onSpecChange: >-\r\n  A\r\nkind: A\r\n': 'onSpecChange: B\r\nkind: A\r\n',
      'kind: A\n...\n': 'kind: A\nonSpecChange: B\n...\n',
    };
    for (const [before, after] of Object.entries(cases))
      assert.equal(setAutopilotKey(before, 'onSpecChange', 'B'), after);
    assert.equal(
      setAutopilotKey('enableFinalizer: "false" # c\n', 'enableFinalizer', true),
      'enableFinalizer: true # c\n',
    );
  });

  it('works on a file that is empty or holds comments only', () => {
    assert.equal(setOperatorKey('', 'logLevel', 'Debug'), 'logLevel: Debug\n');
    assert.equal(setOperatorKey('# nothing\n', 'logLevel', 'Debug'), '# nothing\nlogLevel: Debug\n');
    assert.equal(setOperatorKey('version: 1.0.0', 'logLevel', 'Debug'), 'version: 1.0.0\nlogLevel: Debug');
  });

  it('keeps line ends, and changes nothing that is set already', () => {
    assert.equal(
      setOperatorKey('version: 1.0.0\r\nlogLevel: Info\r\n', 'concurrency', 2),
      'version: 1.0.0\r\nlogLevel: Info\r\nconcurrency: 2\r\n',
    );
    assert.equal(setAutopilotKey(COMMENTED, 'kind', 'AutoRoute'), COMMENTED);
  });

  it('refuses what it cannot do safely', () => {
    assert.match(
      codeOf(() => setAutopilotKey('onSpecChange: [a]\n', 'onSpecChange', 'B')),
      /^ERR_AP_EDIT: .*plain/,
    );
    assert.match(
      codeOf(() => setAutopilotKey('onSpecChange: &phase A\nonOutputDrift: *phase\n', 'onSpecChange', 'B')),
      /^ERR_AP_EDIT: .*safely/,
    );
    assert.match(
      codeOf(() => setOperatorKey('a: [\n', 'logLevel', 'Info')),
      /^ERR_AP_EDIT: .*YAML/,
    );
  });
});

describe('A key that is removed', () => {
  const remove = (text: string) => removeAutopilotKey(text, 'onSpecChange');

  it('takes its line along, and nothing else', () => {
    assert.equal(remove('a: 1 # one\nonSpecChange: "B" # b\n\n# c\nc: 2\n'), 'a: 1 # one\n\n# c\nc: 2\n');
    assert.equal(remove('a: 1\r\nonSpecChange: B\r\n'), 'a: 1\r\n');
    assert.equal(remove('onSpecChange: >-\n  B\na: 1\n'), 'a: 1\n');
    assert.equal(remove('a: 1\nonSpecChange: B'), 'a: 1\n');
    assert.equal(remove('a: 1\n'), 'a: 1\n');
  });

  it('takes its comma along', () => {
    assert.equal(remove('{ a: 1, onSpecChange: B, c: 2 }\n'), '{ a: 1, c: 2 }\n');
    assert.equal(remove('{ onSpecChange: B, c: 2 }\n'), '{ c: 2 }\n');
  });

  it('stays where something else refers to it', () => {
    assert.throws(() => remove('onSpecChange: &phase A\nonOutputDrift: *phase\n'), /safely.*ERR_AP_EDIT/);
  });
});
