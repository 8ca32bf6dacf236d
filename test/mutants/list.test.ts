import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANTS } from './list.ts';
import { literal } from './run-tests.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Running them takes minutes: `npm run test:mutants`. That the list is in step with the sources is cheap to know. */
describe('breaks of our own code', () => {
  const texts = new Map<string, string>();
  const text = (file: string): string => {
    const known = texts.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
    texts.set(file, known);
    return known;
  };

  it('each is of a line that is there, once, and becomes another', () => {
    for (const { file, code, broken } of MUTANTS) {
      assert.equal(text(file).split(code).length - 1, 1, `${file} has ${JSON.stringify(code)} another number of times`);
      assert.notEqual(code, broken);
    }
  });

  it('each names a test that is there', () => {
    for (const { test, title } of MUTANTS)
      assert.ok(
        titlesIn(text(test)).some((pattern) => pattern.test(title)),
        `${test} has no ${JSON.stringify(title)}`,
      );
  });

  it('none is listed twice', () => {
    const names = MUTANTS.map(({ file, code, broken }) => JSON.stringify([file, code, broken]));
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length >= 60);
  });
});

/** What a test can be called, as patterns: a title may be a template. */
function titlesIn(source: string): readonly RegExp[] {
  return [...source.matchAll(/\bit\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g)].map(
    ([, single, double, template = '']) => {
      const parts =
        single !== undefined || double !== undefined ? [single ?? double ?? ''] : template.split(/\$\{[^}]*\}/);
      return new RegExp(`^${parts.map(literal).join('.*')}$`);
    },
  );
}
