// The process that a soak measures: an operator of two phases, and what it holds, told to its parent whenever that asks.
import { memoryUsage } from 'node:process';
import { start, type OperatorDefinition, type ResourceType } from 'autopilot-runtime';
import type { Held, Order } from './messages.ts';

const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

const operator: OperatorDefinition = {
  name: 'soak-operator',
  resource: { group: 'example.io', version: 'v1', kind: 'Route', plural: 'routes', namespaced: true, key: 'route' },
  phases: {
    First: {
      initial: true,
      outputs: { configMaps: { type: configMaps } },
      worker: ({ route }: Context) => ({
        phase: 'Second',
        outputs: { configMaps: [{ metadata: { name: `${route.metadata.name}-first` }, data: { n: route.spec.n } }] },
      }),
    },
    Second: {
      inputs: { configMaps: { type: configMaps } },
      outputs: { configMaps: { type: configMaps } },
      // Read anew at every change of what all of them read.
      worker: ({ route, inputs }: Context) => ({
        phase:
          route.spec.n === inputs.configMaps.find(`${route.metadata.name}-first`)?.data?.['n'] ? 'Second' : 'First',
        outputs: {
          configMaps: [
            {
              metadata: { name: `${route.metadata.name}-second` },
              data: { n: route.spec.n, shared: inputs.configMaps.find('shared')?.data?.['n'] ?? '' },
            },
          ],
        },
      }),
    },
  },
};

interface Context {
  readonly route: { readonly metadata: { readonly name: string }; readonly spec: { readonly n: string } };
  readonly inputs: {
    readonly configMaps: {
      find(name: string): { readonly data?: Readonly<Record<string, string>> } | undefined;
    };
  };
}

const collectGarbage = globalThis.gc;
if (!collectGarbage) throw new Error('Start it with --expose-gc.');
const kubeconfig = process.env['SOAK_KUBECONFIG'] ?? '';
const running = await start(operator, { kubeconfig, config: { leaderElectionNamespace: 'default' } });

async function measure(collectGarbage: () => void): Promise<Held> {
  // Twice: what the first round finalizes goes with the second.
  collectGarbage();
  collectGarbage();
  const { rss, heapUsed, external } = memoryUsage();
  const active = process.getActiveResourcesInfo();
  const timers = active.filter((name) => name === 'Timeout' || name === 'Immediate').length;
  const metrics = await running.metrics();
  const syncs = Number(/^controller_runtime_reconcile_total\{.*result="success"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
  return { rss, heapUsed, external, timers, handles: active.length - timers, syncs };
}

process.on('message', (order: Order) => {
  if (order === 'stop') void running.stop().then(() => process.disconnect());
  else void measure(() => collectGarbage()).then((held) => process.send?.(held));
});
process.send?.('ready');
