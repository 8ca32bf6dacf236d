import { setImmediate } from 'node:timers/promises';
import type { OperatorDefinition } from 'autopilot-runtime';
import { z } from 'zod';
import { crdOf } from '../../runtime/crd/crd.ts';
import { SteppedClock } from './stepped-clock.ts';
import { condition, configMap, final, phase, routes, type Route, type Testbed } from './testbed.ts';

/** The definition of Route as a project's own would be. */
export const LIVING_CRD = crdOf(
  { group: 'example.io', version: 'v1', kind: 'Route', plural: 'routes', scope: 'Namespaced', phases: [] },
  {
    spec: z.object({ do: z.string().optional(), n: z.number().optional() }),
    status: z.object({ n: z.number().optional() }),
  },
);

const KIND = { apiVersion: 'example.io/v1', kind: 'Route' };
const REF = { apiVersion: 'example.io/v1', kind: 'Route', namespace: 'default' };

/** What happens to one resource, and what a tool that knows nothing of its kind shall see, repetitions left out. */
export interface Life {
  readonly what: string;
  readonly operator: OperatorDefinition;
  /** Returns when the last of it has been written. */
  readonly live: (testbed: Testbed, name: string, clock: SteppedClock) => Promise<unknown>;
  readonly seen: readonly string[];
}

const making = (name: string, to: string) =>
  phase(({ route }) => ({ phase: to, outputs: { configMaps: [configMap(`${route.metadata.name}-${name}`)] } }), {
    initial: name === 'one',
    inputs: {},
  });

/** Two phases, then one that stays, or does as `spec.do` says. */
const resting = routes({
  One: making('one', 'Two'),
  Two: making('two', 'Rest'),
  Rest: phase(
    ({ route: { spec } }) => {
      if (spec['do'] === 'fail') throw new Error('as told');
      return { phase: spec['do'] === 'go' ? 'One' : 'Rest', status: { n: spec['n'] } };
    },
    { inputs: {} },
  ),
});
const ending = (more: Partial<OperatorDefinition> = {}) =>
  routes({ One: making('one', 'Two'), Two: making('two', 'Done'), Done: final }, more);

/** Somebody changes the spec, or writes an annotation, while a worker of this phase is at work. */
const disturbed = (in_: string, disturb: (testbed: Testbed, name: string) => Promise<unknown>) => {
  let left = 1;
  let testbed: Testbed | undefined;
  const at = (name: string, next: string, initial: boolean) =>
    phase(
      async ({ route, inputs, signal }) => {
        if (name === in_ && left > 0 && testbed && !signal.aborted) {
          left -= 1;
          await disturb(testbed, route.metadata.name);
          // The operator itself has to know of it by the time that it writes the status.
          const seen = () => inputs['routes']?.find(route.metadata.name)?.metadata.resourceVersion;
          while (seen() === route.metadata.resourceVersion) await setImmediate();
        }
        return { phase: next, status: { n: route.spec['n'] } };
      },
      { initial, inputs: name === in_ ? { routes: { type: routes({}).resource } } : {} },
    );
  const operator = routes({
    One: at('One', 'Two', true),
    Two: at('Two', 'Rest', false),
    Rest: at('Rest', 'Rest', false),
  });
  return { operator, begin: (on: Testbed): void => void (testbed = on) };
};

const isAtRest = (route: Route, generation = route.metadata.generation): boolean =>
  route.status?.observedGeneration === generation && condition(route, 'Ready').status === 'True';
const create = (testbed: Testbed, name: string, spec: Readonly<Record<string, unknown>> = {}) =>
  testbed.route(name, spec);
const until = (testbed: Testbed, name: string, is: (route: Route) => boolean) =>
  testbed.untilRoute(name, (route) => route.status?.conditions !== undefined && is(route));
const atRest = (testbed: Testbed, name: string) => until(testbed, name, (route) => isAtRest(route));
const annotate = (testbed: Testbed, name: string, value: string) =>
  testbed.cluster.patch({ ...REF, name }, { metadata: { annotations: { theirs: value } } });
const idle = async (testbed: Testbed): Promise<void> => {
  for (const operator of testbed.running) await testbed.untilIdle(operator);
};
const because = (testbed: Testbed, name: string, reason: string) =>
  until(testbed, name, (route) => condition(route, 'Ready').reason === reason);

const inFlight = (in_: string): Life => {
  const { operator, begin } = disturbed(in_, (testbed, name) => testbed.setSpec(name, { n: 2 }));
  return {
    what: `the spec changes while ${in_} is at work`,
    operator,
    live: async (testbed, name) => {
      begin(testbed);
      await create(testbed, name, { n: 1 });
      await until(testbed, name, (route) => isAtRest(route, 2) && route.status?.['n'] === 2);
    },
    seen: ['InProgress', 'Current'],
  };
};

export const LIVES: readonly Life[] = [
  {
    what: 'it is made, and goes through phases to one that stays',
    operator: resting,
    live: async (testbed, name) => {
      await create(testbed, name);
      await atRest(testbed, name);
    },
    seen: ['InProgress', 'Current'],
  },
  {
    what: 'it goes through phases to a final one, whose spec changes for nothing',
    operator: ending(),
    live: async (testbed, name) => {
      await create(testbed, name);
      await atRest(testbed, name);
      await testbed.setSpec(name, { n: 2 });
      await because(testbed, name, 'SpecChangeIgnored');
      await testbed.setSpec(name, { n: 3 });
      await atRest(testbed, name);
    },
    seen: ['InProgress', 'Current', 'InProgress', 'Current', 'InProgress', 'Current'],
  },
  {
    what: 'the spec changes in a final phase, which leads out of it',
    operator: ending({ onSpecChange: 'Two' }),
    live: async (testbed, name) => {
      await create(testbed, name);
      await atRest(testbed, name);
      await testbed.setSpec(name, { n: 2 });
      await until(testbed, name, (route) => isAtRest(route, 2));
    },
    seen: ['InProgress', 'Current', 'InProgress', 'Current'],
  },
  {
    what: 'others annotate it, and its spec changes, in a phase that stays',
    operator: resting,
    live: async (testbed, name) => {
      await create(testbed, name);
      await atRest(testbed, name);
      await annotate(testbed, name, '1');
      await testbed.setSpec(name, { n: 2 });
      await until(testbed, name, (route) => isAtRest(route, 2));
      await annotate(testbed, name, '2');
      await testbed.setSpec(name, { do: 'go' });
      await until(testbed, name, (route) => route.metadata.generation === 3);
      await testbed.setSpec(name, {});
      await until(testbed, name, (route) => isAtRest(route, 4) && route.status?.phase === 'Rest');
    },
    seen: ['InProgress', 'Current', 'InProgress', 'Current', 'InProgress', 'Current'],
  },
  ...['One', 'Two', 'Rest'].map(inFlight),
  (() => {
    const { operator, begin } = disturbed('Two', (testbed, name) => annotate(testbed, name, 'x'));
    return {
      what: 'others annotate it while a worker is at work',
      operator,
      live: async (testbed: Testbed, name: string) => {
        begin(testbed);
        await create(testbed, name);
        await atRest(testbed, name);
      },
      seen: ['InProgress', 'Current'],
    };
  })(),
  {
    what: 'its worker fails, and is mended',
    operator: resting,
    live: async (testbed, name) => {
      await create(testbed, name);
      await atRest(testbed, name);
      await testbed.setSpec(name, { do: 'fail' });
      await because(testbed, name, 'WorkerFailed');
      await annotate(testbed, name, '1');
      await testbed.setSpec(name, { n: 3 });
      await until(testbed, name, (route) => isAtRest(route, 3));
    },
    seen: ['InProgress', 'Current', 'InProgress', 'Current'],
  },
  {
    what: 'somebody sets a phase that there is none of, and takes it back',
    operator: resting,
    live: async (testbed, name) => {
      await create(testbed, name);
      await atRest(testbed, name);
      await testbed.cluster.patch({ ...REF, name }, { status: { phase: 'Nowhere' } }, { subresource: 'status' });
      await because(testbed, name, 'UnknownPhase');
      await annotate(testbed, name, '1');
      await testbed.setSpec(name, { n: 2 });
      await until(testbed, name, (route) => route.status?.observedGeneration === 2);
      await testbed.cluster.patch({ ...REF, name }, { status: { phase: 'Rest' } }, { subresource: 'status' });
      await atRest(testbed, name);
    },
    // Of a phase that somebody writes nobody else can know before the operator has seen it.
    seen: ['InProgress', 'Current', 'Failed', 'InProgress', 'Failed', 'Current'],
  },
  {
    what: 'it stays in a phase that does not count as ready',
    operator: routes({ Back: phase(() => ({ phase: 'Back' }), { initial: true, ready: false, inputs: {} }) }),
    live: async (testbed, name) => {
      await create(testbed, name);
      await because(testbed, name, 'NotReady');
      await testbed.setSpec(name, { n: 2 });
      await until(testbed, name, (route) => route.status?.observedGeneration === 2);
    },
    seen: ['InProgress'],
  },
  {
    what: 'it goes round in circles, until its spec changes',
    operator: routes({
      A: phase(({ route: { spec } }) => ({ phase: spec['do'] === 'stop' ? 'A' : 'B' }), { initial: true, inputs: {} }),
      B: phase(() => ({ phase: 'A' }), { inputs: {} }),
    }),
    live: async (testbed, name) => {
      await create(testbed, name);
      await because(testbed, name, 'Cycle');
      await testbed.setSpec(name, { do: 'stop' });
      await until(testbed, name, (route) => isAtRest(route, 2) && route.status?.phase === 'A');
    },
    seen: ['InProgress', 'Failed', 'InProgress', 'Current'],
  },
  {
    what: 'others keep taking a field of its output, and leave it in peace',
    operator: routes({
      Only: phase(
        ({ route }) => ({
          phase: 'Only',
          outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { k: 'v' })] },
        }),
        { initial: true, inputs: {} },
      ),
    }),
    live: async (testbed, name, clock) => {
      await create(testbed, name);
      await atRest(testbed, name);
      const taken = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${name}-out`, namespace: 'default' } };
      for (const _ of [1, 2, 3]) {
        await testbed.untilConfigMap(`${name}-out`, ({ data }) => data?.['k'] === 'v');
        await testbed.cluster.apply({ ...taken, data: { k: 'other' } }, { fieldManager: 'autoscaler' });
      }
      await because(testbed, name, 'Contested');
      await idle(testbed);
      clock.skip(1000);
      await testbed.untilConfigMap(`${name}-out`, ({ data }) => data?.['k'] === 'v');
      await idle(testbed);
      clock.skip(120_000);
      await atRest(testbed, name);
    },
    seen: ['InProgress', 'Current', 'Failed', 'Current'],
  },
  {
    what: 'it is deleted while its finalizer fails, waits, and is done',
    operator: (() => {
      const runs = new Map<string, number>();
      const worker = ({ route }: { readonly route: Route }): object | undefined => {
        const { name } = route.metadata;
        runs.set(name, (runs.get(name) ?? 0) + 1);
        if (runs.get(name) === 1) throw new Error('not yet');
        return runs.get(name) === 2 ? { done: false, requeueAfter: '100ms' } : undefined;
      };
      return routes({ One: making('one', 'Two'), Two: making('two', 'Done'), Done: final }, { finalizer: { worker } });
    })(),
    live: async (testbed, name) => {
      await create(testbed, name);
      await atRest(testbed, name);
      await testbed.cluster.delete({ ...REF, name });
      await testbed.untilGone({ ...REF, name });
    },
    seen: ['InProgress', 'Current', 'Terminating'],
  },
];

/** All that anybody could see of a resource during its life: each version that was written. */
export async function versionsOf(testbed: Testbed, { operator, live }: Life, name: string): Promise<readonly Route[]> {
  const versions: Route[] = [];
  const stop = testbed.cluster.onChange(KIND, ({ type, object }) => {
    if (object.metadata.name === name && type !== 'DELETED') versions.push(JSON.parse(JSON.stringify(object)) as Route);
  });
  const clock = new SteppedClock();
  const running = await testbed.runWith(operator, { clock });
  try {
    await live(testbed, name, clock);
    await testbed.untilIdle(running);
  } finally {
    stop();
    await testbed.stopOperators();
    // The operators of other lives would take it for theirs.
    if (await testbed.getRoute(name)) await testbed.cluster.delete({ ...REF, name });
  }
  return versions;
}
