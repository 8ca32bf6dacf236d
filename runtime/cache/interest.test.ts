import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { objectKey } from '../kube/paths.ts';
import { matches, requirementsOf, type Requirement } from '../kube/selector.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { object } from '../testing/objects.ts';
import { randomRuns } from '../testing/properties.ts';
import { InterestIndex, type Read } from './interest.ts';

const byLabels = (matchLabels: Record<string, string>, namespace: string | undefined = 'default'): Read => ({
  by: 'selector',
  namespace,
  requirements: requirementsOf({ matchLabels }),
});

describe('interest index', () => {
  const readers = (index: InterestIndex, old?: KubernetesObject, current?: KubernetesObject): string[] => {
    const subject = current ?? old;
    assert.ok(subject);
    return [...index.readersOf(objectKey(subject.metadata.name, subject.metadata.namespace), old, current)].toSorted(
      (a, b) => (a < b ? -1 : 1),
    );
  };

  it('finds who looked for a name that did not exist', () => {
    const index = new InterestIndex();
    index.add('r1', { by: 'name', key: 'default/a' });
    assert.deepEqual(readers(index, undefined, object('a', 1)), ['r1']);
    assert.deepEqual(readers(index, undefined, object('b', 1)), []);
  });

  it('concerns those whose selection an object joins or leaves', () => {
    const index = new InterestIndex();
    index.add('red', byLabels({ color: 'red' }));
    index.add('blue', byLabels({ color: 'blue' }));
    const red = object('a', 1, { labels: { color: 'red' } });
    const blue = object('a', 2, { labels: { color: 'blue' } });
    assert.deepEqual(readers(index, red, blue), ['blue', 'red']);
    assert.deepEqual(readers(index, blue, undefined), ['blue']);
    assert.deepEqual(readers(index, undefined, object('a', 3, { labels: { color: 'red' }, namespace: 'other' })), []);
  });

  it('finds all selectors that an object matches, whatever labels they demand', () => {
    const index = new InterestIndex();
    const selectors: readonly Record<string, string>[] = [
      { app: 'x' },
      { tier: 'y' },
      { app: 'x', tier: 'y' },
      { app: 'x', zone: 'z' },
      { tier: 'y', zone: 'z' },
      { app: 'x', tier: 'y', zone: 'z' },
      {},
      { app: 'other', tier: 'y' },
    ];
    for (const [number, selector] of selectors.entries()) index.add(`r${number}`, byLabels(selector));
    const labelled = object('a', 1, { labels: { app: 'x', tier: 'y', zone: 'z', more: '' } });
    assert.deepEqual(readers(index, undefined, labelled), ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
  });

  it('takes no two reads for one, whatever they are of', () => {
    const index = new InterestIndex();
    const any = { by: 'selector', namespace: undefined } as const;
    index.add('odd', byLabels({ app: 'x,tier=y' }));
    index.add('even', byLabels({ app: 'x', tier: 'y' }));
    index.add('odd', { ...any, requirements: [{ key: 'app', operator: 'In', values: ['x,z'] }] });
    index.add('one', { ...any, requirements: [{ key: 'app', operator: 'In', values: ['x', 'z'] }] });
    index.add('odd', byLabels({ app: 'z' }, '*'));
    index.add('all', { ...any, requirements: requirementsOf({ matchLabels: { app: 'z' } }) });
    assert.deepEqual(readers(index, undefined, object('a', 1, { labels: { app: 'x', tier: 'y' } })), ['even', 'one']);
    assert.deepEqual(readers(index, undefined, object('a', 1, { labels: { app: 'z' } })), ['all', 'one']);
  });

  it('forgets what a reader no longer reads, and leaves others alone', () => {
    const index = new InterestIndex();
    index.add('r1', byLabels({ color: 'red' }));
    index.add('r2', byLabels({ color: 'red' }));
    const kept = index.add('r1', { by: 'name', key: 'default/a' });
    index.retain('r1', new Set([kept]));
    const red = object('x', 1, { labels: { color: 'red' } });
    assert.deepEqual(readers(index, undefined, red), ['r2']);
    index.retain('r2', new Set());
    index.retain('r1', new Set());
    assert.deepEqual(readers(index, undefined, red), []);
    assert.deepEqual(readers(index, undefined, object('a', 1)), []);
  });

  it('tells a name from a selector that reads like it', () => {
    const index = new InterestIndex();
    index.add('by name', { by: 'name', key: 'default/a' });
    const selector = requirementsOf({ matchExpressions: [{ key: 'default/a', operator: 'Exists' }] });
    index.add('by selector', { by: 'selector', namespace: 'name', requirements: selector });
    const labelled = object('b', 1, { namespace: 'name', labels: { 'default/a': '' } });
    assert.deepEqual(readers(index, undefined, labelled), ['by selector']);
  });

  describe('of 10,000 readers', () => {
    const READERS = 10_000;
    /** Requirements that count how often they are looked at. */
    const counted = (matchLabels: Record<string, string>, more: readonly Requirement[] = []): readonly Requirement[] =>
      [...requirementsOf({ matchLabels }), ...more].map(({ key, operator, values }) => ({
        key,
        get operator() {
          comparisons += 1;
          return operator;
        },
        values,
      }));
    let comparisons = 0;

    for (const [what, requirements, concerned] of [
      ['an equality of their own', (n: number) => counted({ input: `i${n}` }), 1],
      [
        'one equality of their own beside one that all share',
        (n: number) => counted({ app: 'shop', input: `i${n}` }),
        1,
      ],
      [
        'one of some values of their own beside an equality that all share',
        (n: number) =>
          counted({ app: 'shop' }, [{ key: 'input', operator: 'In', values: [`i${n}`, `j${n}`, `k${n}`] }]),
        1,
      ],
      [
        'an equality of their own beside a requirement that is not indexed',
        (n: number) => counted({ input: `i${n}` }, [{ key: 'app', operator: 'Exists', values: [] }]),
        1,
      ],
      ['an equality that a hundred share', (n: number) => counted({ input: `i${n % 100}` }), 100],
    ] as const) {
      it(`asks only whom a change concerns, where each demands ${what}`, () => {
        const index = new InterestIndex();
        for (let n = 0; n < READERS; n += 1)
          index.add(`r${n}`, { by: 'selector', namespace: 'default', requirements: requirements(n) });
        const labels = { app: 'shop', input: 'i7', tier: 'web', zone: 'a' };
        comparisons = 0;
        const appeared = index.readersOf('default/x', undefined, object('x', 1, { labels }));
        assert.equal(appeared.size, concerned);
        const perSelector = requirements(0).length;
        assert.ok(comparisons <= perSelector, `${comparisons} requirements were looked at`);
        comparisons = 0;
        const moved = index.readersOf(
          'default/x',
          object('x', 1, { labels }),
          object('x', 2, { labels: { ...labels, input: 'i8' } }),
        );
        assert.equal(moved.size, 2 * concerned);
        assert.ok(comparisons <= 2 * perSelector, `${comparisons} requirements were looked at`);
      });
    }

    it('shares identical selectors, and asks one that is on the list once', () => {
      const index = new InterestIndex();
      const requirements = counted({}, [{ key: 'app', operator: 'Exists', values: [] }]);
      for (let n = 0; n < READERS; n += 1) index.add(`r${n}`, { by: 'selector', namespace: 'default', requirements });
      comparisons = 0;
      assert.equal(index.readersOf('default/x', undefined, object('x', 1, { labels: { app: 'a' } })).size, READERS);
      assert.equal(index.readersOf('other/x', undefined, object('x', 1, { namespace: 'other' })).size, 0);
      assert.equal(comparisons, 1);
    });

    it('asks nobody about what was looked for by another name', () => {
      const index = new InterestIndex();
      for (let n = 0; n < READERS; n += 1) index.add(`r${n}`, { by: 'name', key: `default/in${n}` });
      assert.deepEqual(readers(index, undefined, object('in7', 1)), ['r7']);
    });
  });

  it('answers as asking every reader would', () => {
    const label = fc.constantFrom('a', 'b');
    const value = fc.constantFrom('1', '2');
    const labels = fc.dictionary(label, value);
    const namespace = fc.constantFrom('n1', 'n2');
    const selector = fc.record({
      matchLabels: labels,
      matchExpressions: fc.array(
        fc.oneof(
          fc.record({
            key: label,
            operator: fc.constantFrom('In', 'NotIn'),
            values: fc.array(value, { minLength: 1, maxLength: 2 }),
          }),
          fc.record({ key: label, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
        ),
        { maxLength: 2 },
      ),
    });
    const read: fc.Arbitrary<Read> = fc.oneof(
      fc.record({ by: fc.constant('name' as const), key: fc.constantFrom('n1/x', 'n2/x') }),
      fc.record({
        by: fc.constant('selector' as const),
        namespace: fc.option(namespace, { nil: undefined }),
        requirements: selector.map(requirementsOf),
      }),
    );
    const reads = fc.array(fc.record({ reader: fc.constantFrom('r1', 'r2', 'r3'), read, dropped: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        reads,
        namespace,
        labels,
        labels,
        fc.boolean(),
        fc.boolean(),
        (all, ns, before, after, hasOld, hasNew) => {
          const index = new InterestIndex();
          const kept = new Map<string, Set<string>>();
          const held = new Map<string, Read>();
          for (const { reader, read: one, dropped } of all) {
            const id = index.add(reader, one);
            held.set(id, one);
            const ids = kept.get(reader) ?? new Set();
            if (!dropped) ids.add(id);
            kept.set(reader, ids);
          }
          for (const [reader, ids] of kept) index.retain(reader, ids);
          const old = hasOld ? object('x', 1, { namespace: ns, labels: before }) : undefined;
          const current = hasNew || !hasOld ? object('x', 2, { namespace: ns, labels: after }) : undefined;
          const concerned = (one: Read): boolean =>
            one.by === 'name'
              ? one.key === `${ns}/x`
              : [old, current].some(
                  (it) =>
                    it &&
                    (one.namespace === undefined || one.namespace === ns) &&
                    matches(one.requirements, it.metadata.labels),
                );
          const expected = [...kept]
            .filter(([, ids]) => [...ids].some((id) => concerned(held.get(id) ?? assert.fail())))
            .map(([reader]) => reader);
          assert.deepEqual(
            readers(index, old, current),
            expected.toSorted((a, b) => (a < b ? -1 : 1)),
          );
        },
      ),
      randomRuns('runtime/cache/interest.test.ts', 1_000, 2_000),
    );
  });
});
