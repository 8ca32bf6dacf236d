import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ResourceType } from '../../kube/types.ts';
import { routePlan } from '../../testing/plans.ts';
import { checkPatches } from './check.ts';

const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const nodes: ResourceType = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };
const plan = routePlan({
  Patching: { initial: true, patches: { secrets: { type: secrets }, nodes: { type: nodes } }, worker: () => undefined },
});

/** `namespace` is the resource's; undefined for one of cluster scope. */
const check = (patches: unknown, namespace: string | undefined = 'home') =>
  checkPatches(patches, plan.initial, new Map(), namespace);
const places = (patches: unknown, namespace?: string) =>
  [...check(patches, namespace).values()].flat().map((patch) => [patch.namespace, patch.name]);

describe('patches that a worker returns', () => {
  it('are in the namespace of the resource, or have none', () => {
    const named = { secrets: [{ metadata: { name: 'a' } }, { metadata: { name: 'b', namespace: 'home' } }] };
    assert.deepEqual(places({ ...named, nodes: [{ metadata: { name: 'n' } }] }), [
      ['home', 'a'],
      ['home', 'b'],
      [undefined, 'n'],
    ]);
  });

  it('say where they are, where the resource is of cluster scope', () => {
    const elsewhere = { secrets: [{ metadata: { name: 'a', namespace: 'other' } }] };
    const found = checkPatches(elsewhere, plan.initial, new Map(), undefined).get('secrets');
    assert.equal(found?.[0]?.namespace, 'other');
    const nowhere = { secrets: [{ metadata: { name: 'a' } }] };
    assert.throws(() => checkPatches(nowhere, plan.initial, new Map(), undefined), /metadata\.namespace is missing/);
  });

  const BAD: readonly (readonly [string, unknown, RegExp])[] = [
    ['no lists', [], /patches: a list is no object of lists/],
    ['no list', { secrets: {} }, /secrets: a object is no list/],
    ['of a kind that the phase does not declare', { pods: [] }, /does not declare the patches pods/],
    ['of a list with a hole', { secrets: Object.assign([], { 1: {} }) }, /secrets\[0\]: nothing is no object/],
    ['without metadata', { secrets: [{}] }, /secrets\[0\]: it has no metadata/],
    ['without a name', { secrets: [{ metadata: {} }] }, /metadata\.name undefined is no name/],
    ['in another namespace', { secrets: [{ metadata: { name: 'a', namespace: 'b' } }] }, /a resource in home patches/],
    [
      'with a namespace that cannot be',
      { nodes: [{ metadata: { name: 'a', namespace: 'b' } }] },
      /Node has no namespace/,
    ],
    ['of another kind', { secrets: [{ kind: 'Pod', metadata: { name: 'a' } }] }, /its kind is "Pod", not Secret/],
    ['of a status', { secrets: [{ metadata: { name: 'a' }, status: {} }] }, /it has a status/],
    [
      'that would own',
      { secrets: [{ metadata: { name: 'a', ownerReferences: [] } }] },
      /ownerReferences cannot be set/,
    ],
    ['with a finalizer', { secrets: [{ metadata: { name: 'a', finalizers: [] } }] }, /finalizers cannot be set/],
    ['with labels that are none', { secrets: [{ metadata: { name: 'a', labels: { b: 1 } } }] }, /write it as text/],
  ];
  for (const [what, patches, message] of BAD)
    it(`are refused before anything is sent: ${what}`, () => assert.throws(() => check(patches), message));
});
