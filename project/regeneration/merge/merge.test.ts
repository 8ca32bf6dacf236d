import assert from 'node:assert/strict';
import { leftMarker } from './lines.ts';
import { mergeTexts } from './merge.ts';

const clean = (path: string, base: string, user: string, next: string): string => {
  const { text, conflicts } = mergeTexts(path, { base, user, next });
  assert.deepEqual(conflicts, [], text);
  return text;
};
const conflicts = (path: string, base: string, user: string, next: string) =>
  mergeTexts(path, { base, user, next }).conflicts;
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
const block = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

describe('A three-way merge', () => {
  describe('of JSON', () => {
    it('adds, changes and removes next to the user’s keys', () => {
      const base = json({ name: 'x', dependencies: { a: '1', b: '1', c: '1' } });
      const user = json({ name: 'x', dependencies: { a: '1', axios: '2', b: '1', c: '1' }, author: 'me' });
      const next = json({ name: 'x', dependencies: { a: '2', c: '1', d: '1' } });
      assert.equal(
        clean('package.json', base, user, next),
        json({ name: 'x', dependencies: { a: '2', axios: '2', c: '1', d: '1' }, author: 'me' }),
      );
    });

    it('puts a new key behind the one that it follows in the new version', () => {
      const user = json({ mine: 0, scripts: { test: 'mine' }, z: 1 });
      const merged = clean(
        'package.json',
        json({ scripts: {}, z: 1 }),
        user,
        json({ scripts: {}, type: 'module', z: 1 }),
      );
      assert.equal(merged, json({ mine: 0, scripts: { test: 'mine' }, type: 'module', z: 1 }));
    });

    it('leaves comments, order, indentation and trailing commas as their author wrote them', () => {
      const base = json({ compilerOptions: { target: 'ES2023', strict: true, old: 1 }, include: ['src'] });
      const user = block(
        '// mine',
        '{',
        '    "include": ["src", "more",], // where to look',
        '    "compilerOptions": {',
        '        "strict": true, /* stays */',
        '        // which one?',
        '        "target": "ES2023", // this one',
        '        "old": 1,',
        '    },',
        '}',
      );
      const next = json({
        compilerOptions: { target: 'ES2024', strict: true, lib: { a: [1] } },
        include: ['src', 'test'],
      });
      assert.equal(
        clean('tsconfig.json', base, user, next),
        block(
          '// mine',
          '{',
          '    "include": ["src", "more", "test",], // where to look',
          '    "compilerOptions": {',
          '        "strict": true, /* stays */',
          '        "lib": {',
          '            "a": [',
          '                1',
          '            ]',
          '        },',
          '        // which one?',
          '        "target": "ES2024", // this one',
          '    },',
          '}',
        ),
      );
    });

    it('takes lists of plain values for sets', () => {
      const merged = clean(
        'x.json',
        '{"files": ["a", "b", "c"]}',
        '{"files": ["b", "mine", "c"]}',
        '{"files": ["a", "c", "d"]}',
      );
      assert.equal(merged, '{"files": ["mine", "c", "d"]}');
    });

    it('conflicts where both changed the same, and says where', () => {
      const base = json({ scripts: { test: 'mocha', lint: 'oxlint' } });
      const user = json({ scripts: { test: 'jest', lint: 'oxlint' } });
      const { text, conflicts: at } = mergeTexts('package.json', {
        base,
        user,
        next: json({ scripts: { test: 'node --test', lint: 'oxlint .' } }),
      });
      assert.deepEqual(at, ['scripts.test']);
      assert.equal(
        text,
        block(
          '{',
          '  "scripts": {',
          '<<<<<<< mine',
          '    "test": "jest",',
          '=======',
          '    "test": "node --test",',
          '>>>>>>> new',
          '    "lint": "oxlint ."',
          '  }',
          '}',
        ),
      );
    });

    it('conflicts where one side removed what the other changed', () => {
      assert.deepEqual(conflicts('x.json', '{"a": 1, "b": 1}', '{"b": 1}', '{"a": 2, "b": 1}'), ['a']);
      assert.deepEqual(conflicts('x.json', '{"a": 1, "b": 1}', '{"a": 2, "b": 1}', '{"b": 1}'), ['a']);
    });

    it('conflicts where it cannot know what a list means', () => {
      const objects = (...values: readonly number[]) => json({ list: values.map((value) => ({ value })) });
      assert.deepEqual(conflicts('x.json', objects(1), objects(1, 2), objects(1, 3)), ['list']);
      assert.deepEqual(conflicts('x.json', '{"l": ["a", "b"]}', '{"l": ["a", "b", "c"]}', '{"l": ["b", "a"]}'), ['l']);
      assert.deepEqual(conflicts('x.json', '{"l": ["a"]}', '{"l": ["b"]}', '{"l": ["c"]}'), ['l']);
      assert.equal(clean('x.json', objects(1, 2), objects(1, 2, 3), objects(2)), objects(2, 3));
    });

    it('conflicts where the user said something about what goes', () => {
      const base = block('{', '  "a": 1,', '  "b": 1', '}');
      assert.deepEqual(conflicts('x.json', base, base.replace('1,', '1, // because'), block('{', '  "b": 1', '}')), [
        'a',
      ]);
    });

    it('is by line where a version is no JSON, or has a key twice', () => {
      const base = block('{', '"a": 1,', '"b": 1,', '"c": 1', '}');
      for (const broken of [base.replace('"c": 1', '"c": '), base.replace('"c"', '"a"')]) {
        assert.equal(
          clean('x.json', base, broken, base.replace('"a": 1', '"a": 2')),
          broken.replace('"a": 1', '"a": 2'),
        );
      }
    });
  });

  describe('of YAML', () => {
    const base = block('kind: Kustomization', 'resources:', '  - crd.yaml', '  - role.yaml', 'namespace: one');

    it('adds, changes and removes next to the user’s keys and comments', () => {
      const user = block(
        '# Mine.',
        'kind: Kustomization',
        'resources: # all of it',
        '- crd.yaml',
        '- extra.yaml # mine',
        '- role.yaml',
        '',
        'namespace: one # the first',
        'images:',
        '  - { name: x, newTag: "1" }',
      );
      const next = block(
        'kind: Kustomization',
        'resources:',
        '  - crd.yaml',
        '  # What the metrics need.',
        '  - metrics.yaml',
        'labels:',
        '  - pairs:',
        '      app: x',
        'namespace: two',
      );
      assert.equal(
        clean('kustomization.yaml', base, user, next),
        block(
          '# Mine.',
          'kind: Kustomization',
          'resources: # all of it',
          '- crd.yaml',
          '- extra.yaml # mine',
          '# What the metrics need.',
          '- metrics.yaml',
          'labels:',
          '  - pairs:',
          '      app: x',
          '',
          'namespace: two # the first',
          'images:',
          '  - { name: x, newTag: "1" }',
        ),
      );
    });

    it('conflicts where both changed the same, with markers there only', () => {
      const { text, conflicts: at } = mergeTexts('x.yaml', {
        base,
        user: base.replace('one', 'mine'),
        next: base.replace('one', 'two').replace('crd', 'crds'),
      });
      assert.deepEqual(at, ['namespace']);
      assert.equal(
        text,
        block(
          'kind: Kustomization',
          'resources:',
          '  - crds.yaml',
          '  - role.yaml',
          '<<<<<<< mine',
          'namespace: mine',
          '=======',
          'namespace: two',
          '>>>>>>> new',
        ),
      );
    });

    it('replaces a value of one line by one of several, and back', () => {
      const [one, several] = [block('a: 1', 'b: x'), block('a: 1', 'b:', '  c: |', '    text', '  d: [1]')];
      assert.equal(
        clean('x.yaml', one, block('a: 2', 'b: x # why'), several),
        block('a: 2', 'b:', '  c: |', '    text', '  d: [1] # why'),
      );
      assert.equal(clean('x.yaml', several, `z: 1\n${several}`, one), `z: 1\n${one}`);
    });

    it('is by line where there are several documents, anchors, aliases or tags', () => {
      for (const special of ['a: &x 1\nb: *x\nc: 1\n', 'a: 1\n---\nb: 1\nc: 1\n', 'a: !mine 1\nb: 1\nc: 1\n']) {
        assert.equal(
          clean('x.yaml', special, special.replace('a:', 'aa:'), special.replace('c: 1', 'c: 2')),
          special.replace('a:', 'aa:').replace('c: 1', 'c: 2'),
        );
        assert.deepEqual(
          conflicts('x.yaml', special, special.replace('c: 1', 'c: 3'), special.replace('c: 1', 'c: 2')),
          [`line ${special.split('\n').length - 1}`],
        );
      }
    });
  });

  describe('by line', () => {
    it('takes both sides’ changes, and marks where they touch', () => {
      const base = block('1', '2', '3', '4', '5');
      assert.equal(
        clean('Dockerfile', base, base.replace('1', 'mine'), base.replace('4', 'new')),
        block('mine', '2', '3', 'new', '5'),
      );
      assert.deepEqual(
        mergeTexts('Dockerfile', { base, user: base.replace('2', 'mine'), next: base.replace('2', 'new') }),
        {
          text: block('1', '<<<<<<< mine', 'mine', '=======', 'new', '>>>>>>> new', '3', '4', '5'),
          conflicts: ['line 2'],
        },
      );
    });

    it('marks all differences where nobody knows what the tool had written', () => {
      const { text, conflicts: at } = mergeTexts('x.json', {
        base: undefined,
        user: block('{', '}'),
        next: block('{', '"a": 1', '}'),
      });
      assert.equal(text, block('{', '<<<<<<< mine', '=======', '"a": 1', '>>>>>>> new', '}'));
      assert.deepEqual(at, ['line 2']);
    });
  });

  describe('keeps the form of the user’s text:', () => {
    const base = block('a: 1', 'b: 1', 'c: 1');
    const next = block('a: 1', 'b: 1', 'c: 1', 'd: 1');

    it('Windows line ends and a byte order mark', () => {
      const user = `\uFEFF${base.replace('a: 1', 'a: 2')}`.replaceAll('\n', '\r\n');
      for (const path of ['x.yaml', 'x.txt']) {
        assert.equal(clean(path, base, user, next), `\uFEFF${next.replace('a: 1', 'a: 2')}`.replaceAll('\n', '\r\n'));
      }
    });

    it('mixed line ends, of which new lines get the usual one', () => {
      assert.equal(clean('x.yaml', base, 'a: 2\nb: 1\r\nc: 1\r\n', next), 'a: 2\nb: 1\r\nc: 1\r\nd: 1\r\n');
    });

    it('a last line without an end, or with one where the tool has none', () => {
      for (const path of ['x.yaml', 'x.txt']) {
        assert.equal(clean(path, base, 'a: 2\nb: 1\nc: 1', next), 'a: 2\nb: 1\nc: 1\nd: 1');
        assert.equal(
          clean(path, base.trimEnd(), block('a: 2', 'b: 1', 'c: 1'), next.trimEnd()),
          next.replace('a: 1', 'a: 2'),
        );
      }
    });
  });
});

describe('Conflict markers that were left in a text', () => {
  it('are found where they stand in order, at the beginning of lines', () => {
    const marked = block('1', '<<<<<<< HEAD', 'a', '=======', 'b', '>>>>>>> branch');
    assert.equal(leftMarker(marked), 2);
    assert.equal(leftMarker(`\uFEFF${marked.replaceAll('\n', '\r\n')}`), 2);
    for (const other of ['Title\n=======\n', '<<<<<<< HEAD\n=======\n', marked.replaceAll(/^/gm, ' ')]) {
      assert.equal(leftMarker(other), undefined, other);
    }
  });
});
