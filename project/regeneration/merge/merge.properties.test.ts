import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parse as parseYamlValue, stringify } from 'yaml';
import { mergeTexts } from './merge.ts';
import type { Merge } from './merge.ts';

type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value };
interface Data {
  readonly [key: string]: Value;
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'a b', 'constructor'];
const key = fc.constantFrom(...KEYS);
const word = fc.constantFrom('one', 'two', 'three', 'four', 'yes', '7', 'a: b', '# no comment', '');
const scalar = fc.oneof(word, fc.integer({ min: -3, max: 3 }), fc.boolean());
const strings = fc.uniqueArray(fc.constantFrom('x', 'y', 'z', 'u', 'v', 'w'), { maxLength: 4 });
const { data } = fc.letrec<{ value: Value; data: Data }>((tie) => ({
  value: fc.oneof({ maxDepth: 2 }, scalar, strings, tie('data')),
  data: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

/** How a text may be written, at random: each merge gets three texts in three looks. */
interface Format {
  readonly path: string;
  readonly read: (text: string) => unknown;
  readonly write: fc.Arbitrary<(value: unknown) => string>;
  readonly plainly: (value: unknown) => string;
  /** The text with a comment at the end of a line or in one of its own, as the number says. */
  readonly withComment: (text: string, place: number, comment: string) => string;
}

const JSON_FILE: Format = {
  path: 'x.json',
  read: (text): unknown => JSON.parse(text.replace(/^\uFEFF/, '')),
  plainly: (value) => `${JSON.stringify(value, undefined, 2)}\n`,
  withComment: (text, place, comment) => atLine(text, place, /^.*[^\]}]$/, `// ${comment}`),
  write: fc
    .record({
      indent: fc.constantFrom(2, 4, '\t', 0),
      eol: fc.constantFrom('\n', '\r\n'),
      end: fc.boolean(),
      mark: fc.boolean(),
    })
    .map(
      ({ indent, eol, end, mark }) =>
        (value) =>
          (mark ? '\uFEFF' : '') +
          `${JSON.stringify(value, undefined, indent)}${end ? '\n' : ''}`.replaceAll('\n', eol),
    ),
};

const YAML_FILE: Format = {
  path: 'x.yaml',
  read: (text): unknown => parseYamlValue(text),
  plainly: (value) => stringify(value),
  withComment: (text, place, comment) => atLine(text, place, /./, `# ${comment}`),
  write: fc.record({ indentSeq: fc.boolean(), indent: fc.constantFrom(2, 4), eol: fc.constantFrom('\n', '\r\n') }).map(
    ({ eol, ...options }) =>
      (value) =>
        stringify(value, options).replaceAll('\n', eol),
  ),
};

const lines = fc.array(fc.constantFrom('one', 'two', 'three', '', '  four', '}'), { maxLength: 8 });
const plain = fc
  .record({ lines, eol: fc.constantFrom('\n', '\r\n'), end: fc.boolean() })
  .map(({ lines: all, eol, end }) => all.join(eol) + (end ? eol : ''));

const merge = (path: string, base: string, user: string, next: string): Merge => mergeTexts(path, { base, user, next });
const unix = (text: string) => text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');

/** `base` with some keys of `other` in the place of its own. */
function changed(base: Data, other: Data, keys: readonly string[]): Data {
  const untouched = Object.entries(base).filter(([name]) => !keys.includes(name));
  return Object.fromEntries([...untouched, ...Object.entries(other).filter(([name]) => keys.includes(name))]);
}

describe('Any three-way merge', () => {
  for (const { path, read, write, plainly, withComment } of [JSON_FILE, YAML_FILE]) {
    describe(`of ${path}`, () => {
      const text = fc.tuple(data, write).map(([value, how]) => how(value));

      it('is the new version where the user has changed nothing', () => {
        fc.assert(
          fc.property(text, text, (base, next) => {
            const { text: merged, conflicts } = merge(path, base, base, next);
            assert.deepEqual([unix(merged), conflicts], [unix(next), []]);
          }),
        );
      });

      it('is the user’s version where the tool has nothing new, or the same', () => {
        fc.assert(
          fc.property(text, text, (base, user) => {
            assert.deepEqual(merge(path, base, user, base), { text: user, conflicts: [] });
            assert.deepEqual(merge(path, base, user, user), { text: user, conflicts: [] });
          }),
        );
      });

      it('has both sides’ changes where they are about different keys', () => {
        fc.assert(
          fc.property(
            fc.record({ base: data, mine: data, theirs: data }),
            fc.subarray(KEYS),
            fc.tuple(write, write, write),
            ({ base, mine, theirs }, keys, [one, two, three]) => {
              const others = KEYS.filter((each) => !keys.includes(each));
              const user = changed(base, mine, keys);
              const { text: merged, conflicts } = merge(
                path,
                one(base),
                two(user),
                three(changed(base, theirs, others)),
              );
              assert.deepEqual(conflicts, [], merged);
              assert.deepEqual(sorted(read(merged)), sorted(changed(user, theirs, others)));
            },
          ),
          { numRuns: 200 },
        );
      });

      it('loses no comment of the user’s', () => {
        fc.assert(
          fc.property(
            fc.record({ base: data, user: data, next: data }),
            fc.array(fc.nat({ max: 12 }), { maxLength: 3 }),
            ({ base, user, next }, places) => {
              const texts = [base, user, next].map((value) => plainly(value));
              const commented = places.reduce(
                (text, place, index) => withComment(text, place, `note ${index}`),
                texts[1] ?? '',
              );
              const { text: merged } = merge(path, texts[0] ?? '', commented, texts[2] ?? '');
              for (const index of places.keys())
                assert.ok(merged.includes(`note ${index}`), `${commented}\n→\n${merged}`);
            },
          ),
          { numRuns: 300 },
        );
      });

      it('keeps what the user has changed, or says that there is a conflict', () => {
        fc.assert(
          fc.property(data, data, data, write, write, write, (base, user, next, one, two, three) => {
            const { text: merged, conflicts } = merge(path, one(base), two(user), three(next));
            if (conflicts.length > 0) return assert.match(unix(merged), /^<{7} mine$/m);
            assertKept(base, user, next, read(merged));
          }),
          { numRuns: 200 },
        );
      });
    });
  }

  describe('by line', () => {
    it('is the new version, or the user’s, where only one side changed something', () => {
      fc.assert(
        fc.property(plain, plain, (base, other) => {
          assert.equal(unix(merge('x.txt', base, base, other).text), unix(other));
          assert.deepEqual(merge('x.txt', base, other, base), { text: other, conflicts: [] });
          assert.deepEqual(merge('x.txt', base, other, other), { text: other, conflicts: [] });
        }),
      );
    });

    it('has both sides’ changes where a line lies between them', () => {
      fc.assert(
        fc.property(lines, lines, lines, lines, (head, mine, theirs, tail) => {
          const between = ['the line', 'that both have'];
          const [base, user, next] = [
            [...head, ...between, ...tail],
            [...mine, ...between, ...tail],
            [...head, ...between, ...theirs],
          ].map((each) => `${each.join('\n')}\n`);
          assert.deepEqual(merge('x.txt', base ?? '', user ?? '', next ?? ''), {
            text: `${[...mine, ...between, ...theirs].join('\n')}\n`,
            conflicts: [],
          });
        }),
      );
    });

    it('loses no line that the user has added', () => {
      fc.assert(
        fc.property(plain, plain, plain, (base, user, next) => {
          const merged = linesIn(merge('x.txt', base, user, next).text);
          const old = linesIn(base);
          for (const line of linesIn(user)) assert.ok(old.includes(line) || merged.includes(line), line);
        }),
      );
    });
  });
});

/** After a line, if it is one that takes a comment, or in a line above it. */
function atLine(text: string, place: number, takes: RegExp, comment: string): string {
  const all = text.split('\n');
  const index = Math.min(place >> 1, all.length - 1);
  const line = all[index] ?? '';
  const indent = /^ */.exec(line)?.[0] ?? '';
  const isAfter = place % 2 === 1 && takes.test(line);
  return all.with(index, isAfter ? `${line} ${comment}` : `${indent}${comment}\n${line}`).join('\n');
}

function linesIn(text: string): string[] {
  return unix(text).split('\n');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}

/** All that the user added or changed is there, and all that only one side removed is not. */
function assertKept(base: unknown, user: unknown, next: unknown, merged: unknown): void {
  const has = (value: unknown, name: string): unknown =>
    isData(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  if (isData(user) && isData(merged) && isData(next)) {
    for (const name of new Set([
      ...Object.keys(user),
      ...Object.keys(next),
      ...(isData(base) ? Object.keys(base) : []),
    ])) {
      assertKept(has(base, name), has(user, name), has(next, name), has(merged, name));
    }
    return;
  }
  if (Array.isArray(user) && Array.isArray(base) && Array.isArray(next) && Array.isArray(merged)) {
    for (const item of user) assert.ok(merged.includes(item) || base.includes(item), `${String(item)} of the user's`);
    for (const item of next) assert.ok(merged.includes(item) || base.includes(item), `${String(item)} of the tool's`);
    for (const item of merged) assert.ok(user.includes(item) || next.includes(item), `${String(item)} of nobody's`);
    return;
  }
  const [one, two, three, result] = [base, user, next, merged].map((each) => JSON.stringify(sorted(each)));
  if (one === two) assert.equal(result, three);
  else assert.equal(result, two);
}

function isData(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
