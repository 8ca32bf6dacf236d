import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { objectKey } from '../kube/paths.ts';
import { matches, requirementsOf } from '../kube/selector.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { object } from '../testing/objects.ts';
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
    );
  });
});
