import assert from 'node:assert/strict';
import type { OperatorDefinition } from 'autopilot-runtime';
import { systemClock } from '../../runtime/clock.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { play, type PlayOptions } from '../../runtime/diff/play.ts';
import type { DiffChange, DiffStep } from '../../runtime/diff/report.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { planOf } from '../../runtime/plan.ts';
import { configMap, final, phase, routes, type Testbed } from './testbed.ts';
import { allVersions } from './whole-cluster.ts';

const USER = 'diff-test';

/** What tests of `ap diff` do on a testbed that they share. */
export function playing(testbed: () => Testbed) {
  /** Deletes what tests made, whatever finalizers it has. */
  const removeAll = async (kind: string): Promise<void> => {
    const apiVersion = kind === 'Route' ? 'example.io/v1' : 'v1';
    for (const { metadata } of await testbed().cluster.list({ apiVersion, kind, namespace: 'default' })) {
      if (metadata.name === 'kube-root-ca.crt') continue;
      const ref = { apiVersion, kind, name: metadata.name, namespace: 'default' };
      if (metadata.finalizers) await testbed().cluster.patch(ref, { metadata: { finalizers: null } });
      // What belonged to something else may be collected meanwhile.
      await testbed()
        .cluster.delete(ref)
        .catch(async (error: unknown) => {
          if (await testbed().cluster.find(ref)) throw error;
        });
      await testbed().untilGone(ref);
    }
  };

  /** Plays the operator, and checks that nothing was written by it: that no object has another version, and what was sent. */
  const diff = async (
    operator: OperatorDefinition,
    options: Partial<PlayOptions> = {},
  ): Promise<readonly DiffStep[]> => {
    const steps: DiffStep[] = [];
    const before = await allVersions(testbed().cluster.kubeconfig);
    testbed().cluster.requests.clear();
    await play({
      plan: planOf(operator),
      access: fromKubeconfig(testbed().cluster.kubeconfig, systemClock),
      config: loadConfig('version: diff-test', 'none', {}),
      settings: {},
      env: {},
      clock: systemClock,
      follow: false,
      tell: (step) => steps.push(step),
      ...options,
    });
    assert.deepEqual(await allVersions(testbed().cluster.kubeconfig), before, 'nothing was written');
    const sent = testbed().cluster.requests.filter({ userAgent: `route-operator/${USER}` });
    assert.ok(sent.length > 0);
    const wrote = sent.filter(({ method, query }) => method !== 'GET' && query['dryRun'] !== 'All');
    assert.deepEqual(
      wrote.map(({ method, path }) => `${method} ${path}`),
      [],
    );
    assert.deepEqual(
      sent.filter(({ method, resource }) => method === 'DELETE' || ['events', 'leases'].includes(resource)),
      [],
    );
    return steps;
  };
  const follow = (operator: OperatorDefinition, options: Partial<PlayOptions> = {}): Promise<readonly DiffStep[]> =>
    diff(operator, { follow: true, ...options });

  /** Runs it for real until the Route rests in the phase. */
  const settle = async (operator: OperatorDefinition, name: string, inPhase: string): Promise<void> => {
    await testbed().run(operator);
    await testbed().untilReady(name, inPhase);
    await testbed().stopOperators();
  };
  /** To be called after each test. */
  const clean = async (): Promise<void> => {
    await testbed().stopOperators();
    for (const kind of ['Route', 'ConfigMap', 'Secret']) await removeAll(kind);
  };
  return { diff, follow, settle, clean };
}

/** Applies data of a spec, and goes on when there is any. */
export const making = (more: Partial<OperatorDefinition> = {}): OperatorDefinition =>
  routes(
    {
      Making: phase(
        ({ route }) => ({
          phase: 'Made',
          status: { made: Object.keys(route.spec) },
          outputs: {
            configMaps: Object.entries(route.spec).map(([name, data]) =>
              configMap(name, data as Record<string, string>),
            ),
          },
        }),
        { initial: true },
      ),
      Made: final,
    },
    { onSpecChange: 'Making', ...more },
  );

export function inShort({ action, kind, name }: DiffChange): string {
  return `${action} ${kind} ${name}`;
}

export function dataOf(object: object | undefined): unknown {
  return object && Reflect.get(object, 'data');
}

export function statusOf(object: { readonly status?: Readonly<Record<string, unknown>> } | undefined) {
  return object?.status ?? {};
}
