import assert from 'node:assert/strict';
import { assert as assertProperty, constantFrom, integer, property, stringMatching } from 'fast-check';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { Conversion } from '../../runtime/crd/convert.ts';
import { FIELDS } from '../../runtime/crd/fields.fixture.test.ts';
import { exampleOf } from './example.ts';
import { leastMatch } from './least-match.ts';

function exampleFor(schema: z.ZodType) {
  const structure = new Conversion().convert(schema, 'spec.field');
  assert.ok(structure);
  return exampleOf(structure, 'spec.field');
}

describe('an example', () => {
  for (const [name, { schema }] of Object.entries(FIELDS)) {
    it(`is accepted by its schema: ${name}`, () => {
      const { value, missing } = exampleFor(schema);
      // A rule in CEL, and texts that are nowhere in the lists: told, not guessed.
      const beyond = ['rule', 'patternMultiline', 'patterns', 'endsWith', 'includes', 'nanoid', 'ulid'];
      if (beyond.includes(name) && missing.length > 0) return;
      // Of base64url zod checks the length as well.
      if (['rule', 'base64url'].includes(name)) return;
      assert.deepEqual(missing, []);
      assert.ok(z.safeParse(schema, value).success, JSON.stringify(value));
    });
  }

  it('prefers what the schema’s author gives', () => {
    const schema = z.object({
      given: z.string().meta({ examples: ['mine'] }),
      fallback: z.int().default(7),
      both: z
        .string()
        .meta({ examples: ['a builder’s'] })
        .default('mine'),
      left: z.string().optional(),
      nested: z.object({ host: z.string(), ports: z.array(z.int().min(1024)).min(2) }),
    });
    assert.deepEqual(exampleFor(schema).value, {
      given: 'mine',
      fallback: 7,
      both: 'mine',
      nested: { host: 'host', ports: [1024, 1024] },
    });
  });

  it('says what it cannot find', () => {
    const schema = z.object({
      odd: z
        .string()
        .regex(/^(a|b)c{3}$/)
        .regex(/^bc/),
      list: z.array(z.object({ id: z.string().max(0).min(1) })).min(1),
    });
    assert.deepEqual(exampleFor(schema).missing, ['spec.field.odd', 'spec.field.list[].id']);
  });

  it('keeps to bounds', () => {
    assertProperty(
      property(
        integer({ min: -50, max: 50 }),
        integer({ min: 0, max: 5 }),
        constantFrom(true, false),
        (low, width, whole) => {
          const number = whole ? z.int() : z.number();
          for (const schema of [
            number.min(low).max(low + width),
            number.gt(low).lt(low + width + 2),
            number.max(low),
            number.min(low),
          ]) {
            const { value } = exampleFor(schema);
            assert.ok(z.safeParse(schema, value).success, `${JSON.stringify(value)} for ${low}, ${width}`);
          }
        },
      ),
    );
  });
});

describe('the least text that a pattern matches', () => {
  const PATTERNS = [
    '^a+b?c*[x-z]{2}$',
    '^(?:foo|bar)(?<n>\\d+)\\.\\w-\\S$',
    '^[^a-z]\\p{Lu}$',
    '^\\[\\]\\x41.$',
    '(?i:ABC)',
    '^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$',
    '^(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(Ki|Mi)$',
    '',
  ];

  it('matches it', () => {
    for (const pattern of PATTERNS) {
      const text = leastMatch(pattern);
      assert.ok(text !== undefined && new RegExp(pattern, 'u').test(text), `${pattern}: ${text}`);
    }
    assert.equal(leastMatch('^a{3,5}(b|c)$'), 'aaab');
  });

  it('is undefined where the syntax is not known', () => {
    for (const pattern of ['(a', 'a)', '[^\\s\\S]']) assert.equal(leastMatch(pattern), undefined, pattern);
  });

  it('is no longer than other texts that match', () => {
    for (const pattern of PATTERNS.filter((each) => each !== '' && !each.includes('|') && !each.includes('i:'))) {
      const least = leastMatch(pattern) ?? '';
      assertProperty(
        property(stringMatching(new RegExp(pattern, 'u')), (text) => Array.from(text).length >= least.length),
      );
    }
  });
});
