import assert from 'node:assert/strict';
import { project } from '../../project/manifests/projects.fixture.test.ts';
import { leaseRules, rightsOf } from '../../project/manifests/rights.ts';
import { planOf } from '../../runtime/plan.ts';
import { accessOf, leaseAccess } from '../../runtime/rights.ts';
import { configMaps, routes, services } from './testbed.ts';
import type { Access } from '../../runtime/kube/access-review.ts';
import type { PolicyRule } from '../../project/model.ts';
import type { OperatorDefinition, ResourceType } from 'autopilot-runtime';

const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const worker = () => undefined;

/** The same operators to the generator and to the runtime. */
const OPERATORS: Readonly<Record<string, readonly [yaml: string, definition: OperatorDefinition]>> = {
  'with a finalizer, and all that a phase can have': [
    `
enableFinalizer: true
phases:
  - { name: Only, initial: true, inputs: [services], outputs: [configmaps], patches: [secrets] }
`,
    routes(
      {
        Only: {
          initial: true,
          inputs: { services: { type: services } },
          outputs: { configMaps: { type: configMaps } },
          patches: { secrets: { type: secrets } },
          worker,
        },
      },
      { finalizer: { worker } },
    ),
  ],
  'that reads and writes in any namespace': [
    `
phases:
  - name: Only
    initial: true
    inputs: [{ name: services, namespace: any }, configmaps]
    outputs: [{ name: configmaps, namespace: any }]
`,
    routes({
      Only: {
        initial: true,
        inputs: { services: { type: services, namespace: 'any' }, configMaps: { type: configMaps } },
        outputs: { configMaps: { type: configMaps, namespace: 'any' } },
        worker,
      },
    }),
  ],
  'that does next to nothing': [
    `
phases:
  - { name: Only, initial: true }
`,
    routes({ Only: { initial: true, worker } }),
  ],
};

const text = ({ group, resource, subresource, verb, namespace, name }: Access): string =>
  [
    namespace ?? '*',
    group,
    subresource === undefined ? resource : `${resource}/${subresource}`,
    name ?? '*',
    verb,
  ].join(' ');

const textsOf = (rules: readonly PolicyRule[], namespace: string): readonly string[] =>
  rules.flatMap(({ apiGroups = [], resources = [], resourceNames = ['*'], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) => verbs.map((verb) => [namespace, group, resource, name, verb].join(' '))),
      ),
    ),
  );

describe('the rights that a reload asks for', () => {
  for (const [which, [yaml, definition]] of Object.entries(OPERATORS)) {
    it(`are those of the generated role, for an operator ${which}`, () => {
      const head = 'kind: Route\napiVersion: example.io/v1\noperatorName: route-operator';
      const generated = project(`${head}${yaml}`);
      const plan = planOf(definition);
      const { namespaced, cluster } = rightsOf(generated, 'namespaced');
      const within = [...textsOf(namespaced, 'mine'), ...textsOf(cluster, '*')];
      // A namespace's role leaves out what is granted in the whole cluster anyway.
      const asked = accessOf(plan, 'mine').map(text);
      const needed = asked.filter((each) => !asked.includes(each.replace(/^mine/, '*')) || each.startsWith('*'));
      assert.deepEqual(needed.toSorted(), within.toSorted());
      const everywhere = textsOf(rightsOf(generated, 'cluster').cluster, '*');
      assert.deepEqual(accessOf(plan, undefined).map(text).toSorted(), everywhere.toSorted());
    });
  }

  it('are those of the generated role on the lease', () => {
    assert.deepEqual(
      leaseAccess('route-operator', 'leaders').map(text).toSorted(),
      textsOf(leaseRules('route-operator'), 'leaders').toSorted(),
    );
  });
});
