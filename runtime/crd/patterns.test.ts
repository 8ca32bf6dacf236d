import assert from 'node:assert/strict';
import { array, assert as assertProperty, constantFrom, property, tuple } from 'fast-check';
import { describe, it } from 'mocha';
import { RE2JS } from 're2js';
import { toRe2 } from './patterns.ts';

/** Patterns with texts that match and texts that do not. */
const ACCEPTED: readonly (readonly [expression: RegExp, matching: readonly string[], other: readonly string[]])[] = [
  [/^a+b*?c{2,3}$/, ['acc', 'abccc'], ['ac']],
  [/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, ['a', 'a-b'], ['-a', 'A']],
  [/^(?:a|b)(?<c>c)$/, ['ac'], ['cc']],
  [/^A$/i, ['a', 'A'], ['b']],
  [/^\u00e4\u{1F600}$/u, ['ä😀'], ['a']],
  [/^\u005b\u002d$/, ['[-'], ['x']],
  [/^[\u0041-\u0043\u005d]+$/, ['ABC]'], ['D']],
  [/^\cJ\t\x41\0?$/, ['\n\tA', '\n\tA\0'], ['A']],
  [/^[[\]]$/, ['[', ']'], ['x']],
  [/^[a{1001}]+$/, ['a{1001}'], ['b']],
  [/^a{1000}$/, ['a'.repeat(1000)], ['a']],
  [/^\p{Lu}\P{L}$/u, ['A1'], ['a1']],
  [new RegExp(String.raw`^\$\{\w+\}\/\-\.\"$`), ['${x}/-."'], ['x']],
  [/\bfoo\b/, ['a foo b'], ['afoo']],
  [/^a{,2}$/, ['a{,2}'], ['a']],
  [/^(?i:a)b$/, ['Ab'], ['AB']],
  [/^.$/s, ['\n'], ['ab']],
  [new RegExp(String.raw`^\é$`), ['é'], ['e']],
];

const REFUSED: readonly (readonly [expression: RegExp, reason: RegExp])[] = [
  [/^(?=a)/, /ahead or behind/],
  [/^(?!a)/, /ahead or behind/],
  [/(?<=a)b/, /ahead or behind/],
  [/(?<!a)b/, /ahead or behind/],
  [/(a)\1/, /refers back/],
  [/(?<x>a)\k<x>/, /refers back/],
  [/[^]/, /class `\[\^\]`/],
  [new RegExp('[]'), /class `\[\]`/],
  [/[\b]/, /backspace/],
  [/a{1001}/, /1000 times/],
  [/a{1,1001}/, /1000 times/],
  [/\p{Emoji}/u, /Unicode property/],
  [/\p{Script=Greek}/u, /Unicode property/],
  [/\ud83d/, /surrogate/],
  [new RegExp(String.raw`\e`), /escapes a letter/],
  [/a/y, /flag `y`/],
  [/[a--b]/v, /flag `v`/],
];

describe('patterns for RE2', () => {
  it('match the same texts there and here', () => {
    for (const [expression, matching, other] of ACCEPTED) {
      const translated = toRe2(expression);
      assert.ok('pattern' in translated, `${expression}: ${JSON.stringify(translated)}`);
      const re2 = RE2JS.compile(translated.pattern);
      const own: RegExp = new RegExp(translated.pattern, /[^\0-\x7f]|\\[pP]\{/.test(translated.pattern) ? 'u' : '');
      for (const text of [...matching, ...other]) {
        const expected = matching.includes(text);
        const name: string = `${expression} as ${translated.pattern} on ${JSON.stringify(text)}`;
        assert.equal(new RegExp(expression.source, expression.flags).test(text), expected, name);
        assert.equal(re2.matcher(text).find(), expected, name);
        assert.equal(own.test(text), expected, name);
      }
    }
  });

  it('are refused where only JavaScript has such a thing', () => {
    for (const [expression, reason] of REFUSED) {
      const translated = toRe2(expression);
      assert.ok('refused' in translated, `${expression}: ${JSON.stringify(translated)}`);
      assert.match(translated.refused, reason);
    }
  });

  it('compile with RE2, whatever is put together', () => {
    const parts = [
      'a',
      '.',
      '\\d',
      '[a-z]',
      '[^\\]x]',
      '(?:b)',
      '(c|d)',
      '\\.',
      '\\/',
      '^',
      '$',
      '\\u0041',
      '[\\u4e00-\\u4e01]',
      '\\b',
      '[[(?=]',
      '\\cA',
      '\\x41',
      '{',
      '}',
      ']',
    ];
    const repeats = ['', '', '*', '+?', '{2}', '{1,3}'];
    assertProperty(
      property(array(tuple(constantFrom(...parts), constantFrom(...repeats)), { maxLength: 8 }), (pieces) => {
        let expression: RegExp;
        try {
          expression = new RegExp(
            pieces.map(([part, repeat]) => (/^(\^|\$|\\b|\{)$/.test(part) ? part : part + repeat)).join(''),
          );
        } catch {
          return;
        }
        const translated = toRe2(expression);
        assert.ok('pattern' in translated);
        const re2 = RE2JS.compile(translated.pattern);
        for (const text of ['', 'a', 'abc', 'A]x', '1.', '一', '{', '}']) {
          assert.equal(re2.matcher(text).find(), expression.test(text), `${expression} on ${text}`);
        }
      }),
    );
  });
});
