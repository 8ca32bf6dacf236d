import assert from 'node:assert/strict';
import { formatSelector, matches, requirementsOf } from './selector.ts';

const meets = (selector: Parameters<typeof requirementsOf>[0], labels: Record<string, string> | undefined): boolean =>
  matches(requirementsOf(selector), labels);

describe('label selectors', () => {
  it('match everything when empty', () => {
    assert.ok(meets({}, undefined));
    assert.ok(meets({}, { a: '1' }));
  });

  it('demand all of their labels', () => {
    assert.ok(meets({ matchLabels: { a: '1', b: '2' } }, { a: '1', b: '2', c: '3' }));
    assert.ok(!meets({ matchLabels: { a: '1', b: '2' } }, { a: '1' }));
  });

  it('know the four operators, a missing label meeting NotIn', () => {
    const expression = (operator: string, values?: string[]) => ({
      matchExpressions: [{ key: 'a', operator, ...(values && { values }) }],
    });
    assert.ok(meets(expression('In', ['1', '2']), { a: '2' }));
    assert.ok(!meets(expression('In', ['1', '2']), {}));
    assert.ok(meets(expression('NotIn', ['1']), {}));
    assert.ok(!meets(expression('NotIn', ['1']), { a: '1' }));
    assert.ok(meets(expression('Exists'), { a: '' }));
    assert.ok(meets(expression('DoesNotExist'), { b: '1' }));
  });

  it('know the labels that an object has, and nothing that all objects inherit', () => {
    for (const key of ['constructor', 'toString', '__proto__']) {
      assert.ok(!meets({ matchExpressions: [{ key, operator: 'Exists' }] }, {}), key);
      assert.ok(meets({ matchExpressions: [{ key, operator: 'DoesNotExist' }] }, {}), key);
      assert.ok(
        meets(
          { matchExpressions: [{ key, operator: 'Exists' }] },
          { ['constructor']: '', toString: '', ['__proto__']: '' },
        ),
        key,
      );
    }
  });

  it('are written as a query wants them, equal ones alike', () => {
    const one = requirementsOf({
      matchLabels: { b: '2', a: '1' },
      matchExpressions: [{ key: 'c', operator: 'In', values: ['y', 'x'] }],
    });
    assert.equal(formatSelector(one), 'a=1,b=2,c in (x,y)');
    assert.equal(formatSelector(requirementsOf({ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] })), '!a');
    assert.equal(formatSelector([]), '');
  });

  for (const [what, selector] of [
    ['text', 'a=b'],
    ['a list', []],
    ['a misspelt member', { matchLabel: { a: '1' } }],
    ['a label that is no text', { matchLabels: { a: 1 } }],
    ['labels that are a list', { matchLabels: ['a'] }],
    ['expressions that are no list', { matchExpressions: { key: 'a', operator: 'Exists' } }],
    ['an expression without a key', { matchExpressions: [{ operator: 'Exists' }] }],
    ['a value that is no text', { matchExpressions: [{ key: 'a', operator: 'In', values: [1] }] }],
  ] as const) {
    it(`are none: ${what}`, () => {
      assert.throws(() => Reflect.apply(requirementsOf, undefined, [selector]), RangeError);
    });
  }

  it('refuse an unknown operator, and values out of place', () => {
    assert.throws(
      () => requirementsOf({ matchExpressions: [{ key: 'a', operator: 'Like', values: ['x'] }] }),
      RangeError,
    );
    assert.throws(() => requirementsOf({ matchExpressions: [{ key: 'a', operator: 'In' }] }), RangeError);
    assert.throws(
      () => requirementsOf({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }),
      RangeError,
    );
  });
});
