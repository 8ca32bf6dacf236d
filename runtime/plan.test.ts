import assert from 'node:assert/strict';
import { AutopilotError } from './errors.ts';
import { defineOperator } from './plan.ts';
import { configMaps } from './testing/objects.ts';
import { idle, routePlan } from './testing/plans.ts';

describe('definition of an operator', () => {
  it('fills in defaults', () => {
    const { initial, finalizerName, onSpecChange } = routePlan(
      { Only: { ...idle, initial: true, inputs: { configMaps: { type: configMaps } } } },
      { onSpecChange: 'Only', finalizer: { worker: () => undefined } },
    );
    assert.equal(initial.timeout, 60_000);
    assert.equal(initial.interval, undefined);
    assert.deepEqual(initial.inputs.get('configMaps'), {
      type: configMaps,
      requirements: [],
      anyNamespace: false,
      metadataOnly: false,
    });
    assert.equal(onSpecChange, initial);
    assert.equal(finalizerName, 'example.io/route-operator');
  });

  it('runs phases that read metrics every 5 s unless they say otherwise', () => {
    const inputs = { metrics: { queries: { getRate: { template: 'up', parameters: [] } } } };
    assert.equal(routePlan({ Only: { ...idle, initial: true, inputs } }).initial.interval, 5000);
    assert.equal(routePlan({ Only: { ...idle, initial: true, inputs, interval: '1m' } }).initial.interval, 60_000);
  });

  it('reads any namespace by default for a resource of cluster scope, and for kinds of cluster scope', () => {
    const resource = {
      group: 'example.io',
      version: 'v1',
      kind: 'Route',
      plural: 'routes',
      namespaced: false,
      key: 'route',
    };
    const plan = routePlan(
      { Only: { ...idle, initial: true, inputs: { configMaps: { type: configMaps } } } },
      { resource },
    );
    assert.equal(plan.initial.inputs.get('configMaps')?.anyNamespace, true);
    const nodes = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };
    assert.equal(
      routePlan({ Only: { ...idle, initial: true, inputs: { nodes: { type: nodes } } } }).initial.inputs.get('nodes')
        ?.anyNamespace,
      true,
    );
  });

  it('has a finalizer where outputs can have no owner reference, and none for a resource of cluster scope', () => {
    const namespaces = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
    const anywhere = {
      ...idle,
      initial: true,
      outputs: { configMaps: { type: configMaps, namespace: 'any' as const } },
    };
    const beyond = { ...idle, initial: true, outputs: { namespaces: { type: namespaces } } };
    const unowned = (phase: typeof anywhere | typeof beyond, namespaced: boolean): readonly string[] | undefined => {
      const resource = { ...routePlan({ Only: phase }).resource, namespaced };
      const { finalizer } = routePlan({ Only: phase }, { resource });
      return finalizer && [...finalizer.unowned.keys()];
    };
    assert.deepEqual(unowned(anywhere, true), ['configmaps']);
    assert.deepEqual(unowned(beyond, true), ['namespaces']);
    assert.equal(unowned(anywhere, false), undefined);
    assert.equal(unowned(beyond, false), undefined);
    assert.equal(routePlan({ Only: { ...idle, initial: true } }).finalizer, undefined);
  });

  it('is refused where a query has arguments that stand nowhere safe, or nowhere', () => {
    const queries = { getRate: { template: 'up # {{ .A }}\n> {{ .B }}', parameters: ['A'] } };
    assert.throws(() => routePlan({ Only: { ...idle, initial: true, inputs: { metrics: { queries } } } }), {
      code: 'ERR_AP_DEFINITION',
      message:
        /phase Only: query getRate: \{\{ \.A \}\} stands in a comment\n- phase Only: query getRate: \{\{ \.B \}\} is none of its/,
    });
  });

  it('is refused with all that is wrong in one error', () => {
    assert.throws(
      () =>
        defineOperator({
          name: 'broken',
          resource: {
            group: 'example.io',
            version: 'v1',
            kind: 'Route',
            plural: 'routes',
            namespaced: true,
            key: 'route',
          },
          onOutputDrift: 'Gone',
          transitions: 101,
          phases: {
            One: { worker: () => undefined, next: ['Nowhere'], interval: 'soon', renamedFrom: ['Two'] },
            Two: { final: true, worker: () => undefined, rollback: true },
            Four: {
              ...idle,
              outputs: {
                configMaps: { type: configMaps },
                settings: { type: configMaps },
              },
            },
            finalizer: idle,
            Three: {
              inputs: {
                configMaps: { type: configMaps, selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } },
              },
            },
          },
        }),
      (error) => {
        assert.ok(error instanceof AutopilotError && error.code === 'ERR_AP_DEFINITION');
        for (const part of [
          'exactly one initial phase, and there are 0',
          'phase One: next names the phase Nowhere',
          'phase One: interval "soon"',
          'named Two',
          'phase Two: it is final and has a worker',
          'phase Two: it is final and has `rollback`',
          'transitions is 101: keep 0 to 100',
          'phase Three: it has no worker',
          'phase Three: input configMaps: RangeError: "Like"',
          'phase Four: outputs configMaps and settings are both configmaps',
          'no phase can be named finalizer',
          'onOutputDrift names the phase Gone',
        ]) {
          assert.ok(error.message.includes(part), `${part} in ${error.message}`);
        }
        return true;
      },
    );
  });
});
