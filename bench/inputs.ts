import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../runtime/clock.ts';
import { KubeClient } from '../runtime/kube/client.ts';
import { fromKubeconfig } from '../runtime/kube/kubeconfig.ts';
import { connect } from '../runtime/kube/transport.ts';
import type { KubernetesObject, ResourceType } from '../runtime/kube/types.ts';
import { RealCluster } from '../test/real/kubernetes/real-cluster.ts';
import { median, quantile, table } from './report.ts';

/** What a changed input costs. Times are milliseconds. */
export interface InputsResult {
  readonly readers: number;
  readonly changes: number;
  /** Runs of workers, for each change. */
  readonly syncs: number;
  /** From when the event reaches another watcher until the worker runs. */
  readonly median: number;
  readonly p99: number;
}

const NAMESPACE = 'bench';
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
const readers: ResourceType = {
  group: 'bench.example.io',
  version: 'v1',
  kind: 'Reader',
  plural: 'readers',
  namespaced: true,
};
const namespaces: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
const definitions: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

interface Told {
  readonly name: string;
  readonly at: number;
}

interface Waiting {
  readonly until: (is: () => boolean) => Promise<void>;
  /** Looks again whether what is waited for is there. */
  readonly look: () => void;
}

/** So many resources, each of which reads another ConfigMap by a label; then one ConfigMap after the other is changed. */
export async function measureInputs(count: number, changes: number): Promise<InputsResult> {
  const cluster = await RealCluster.start({ controllerManager: false });
  const access = fromKubeconfig(readFileSync(cluster.kubeconfig, 'utf8'), systemClock);
  const transport = connect(access);
  const { credentials } = access;
  const client = new KubeClient({
    transport,
    credentials,
    fieldManager: 'bench',
    userAgent: 'bench',
    clock: systemClock,
  });
  let operator: ChildProcess | undefined;
  try {
    await prepare(client, count);
    operator = fork(join(import.meta.dirname, 'readers/operator.ts'), {
      // What is measured is what is shipped: the compiled runtime.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
    });
    const told: Told[] = [];
    let wake: (() => void) | undefined;
    operator.on('message', (message) => {
      told.push(message as Told);
      wake?.();
    });
    const until = async (is: () => boolean): Promise<void> => {
      while (!is()) await new Promise<void>((resolve) => (wake = resolve));
    };
    const first = new Set<string>();
    await until(() => {
      for (const { name } of told.splice(0)) first.add(name);
      return first.size === count;
    });
    await quiet(told);
    return await change(client, count, changes, told, { until, look: () => wake?.() });
  } finally {
    if (operator?.connected) {
      operator.send('stop');
      await once(operator, 'exit');
    }
    await transport.close();
    await cluster.stop();
  }
}

async function prepare(client: KubeClient, count: number): Promise<void> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await client.create(definitions, definition);
  let next = 0;
  const create = async (): Promise<void> => {
    while (next < count) {
      const name = nameOf(next);
      next += 1;
      const metadata = { name, namespace: NAMESPACE };
      await client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...metadata, labels: { reader: name } },
      });
      await untilServed(() => client.create(readers, { apiVersion: 'bench.example.io/v1', kind: 'Reader', metadata }));
    }
  };
  await Promise.all(Array.from({ length: 16 }, create));
}

/** A kind that has just been installed is not there at once. */
async function untilServed(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      if (!(error instanceof Error && 'status' in error && error.status === 404)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Until nothing has run for a second. */
async function quiet(told: readonly Told[]): Promise<void> {
  for (let before = -1; before !== told.length;) {
    before = told.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function change(
  client: KubeClient,
  count: number,
  changes: number,
  told: Told[],
  { until, look }: Waiting,
): Promise<InputsResult> {
  const ending = new AbortController();
  const seen = new Map<string, number>();
  const { resourceVersion } = await client.list(configMaps, NAMESPACE, { limit: 1 });
  const frames = await client.watch(configMaps, NAMESPACE, {
    resourceVersion,
    timeoutSeconds: 3600,
    signal: ending.signal,
  });
  const watching = (async () => {
    for await (const frame of frames) {
      if (frame.type !== 'MODIFIED') continue;
      seen.set(frame.object.metadata.name, performance.timeOrigin + performance.now());
      look();
    }
  })().catch(() => undefined);
  told.length = 0;
  const delays: number[] = [];
  for (let index = 0; index < changes; index += 1) {
    const name = nameOf(Math.floor((index * count) / changes));
    await client.mergePatch({ type: configMaps, name, namespace: NAMESPACE }, { data: { changed: String(index) } });
    await until(() => told.some((each) => each.name === name) && seen.has(name));
    const { at } = told.find((each) => each.name === name) ?? { at: Number.NaN };
    delays.push(at - (seen.get(name) ?? Number.NaN));
  }
  await quiet(told);
  ending.abort();
  await watching;
  return {
    readers: count,
    changes,
    syncs: told.length / changes,
    median: median(delays),
    p99: quantile(delays, 0.99),
  };
}

export function inputsTable({ readers: count, changes, syncs, median: middle, p99 }: InputsResult): string {
  return table([
    [`${changes} inputs change, ${count.toLocaleString('en')} resources read one each`, 'measured', 'promised'],
    ['syncs for each change', syncs.toFixed(2), syncs <= 1 ? '1' : '1 **missed**'],
    ['from the event to the worker, median, ms', middle.toFixed(1), middle < 5 ? '< 5' : '< 5 **missed**'],
    ['… the slowest of a hundred, ms', p99.toFixed(1), ''],
  ]);
}

function nameOf(index: number): string {
  return `reader-${String(index).padStart(6, '0')}`;
}

const definition: KubernetesObject & Readonly<Record<string, unknown>> = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'readers.bench.example.io' },
  spec: {
    group: 'bench.example.io',
    scope: 'Namespaced',
    names: { kind: 'Reader', listKind: 'ReaderList', plural: 'readers', singular: 'reader' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};
