import { PODS } from '../../admission/pods.ts';
import { stringAt } from '../../schema/json.ts';
import { WorkLoop } from '../work-loop.ts';
import { EventRecorder } from './event-recorder.ts';
import { PodWorker } from './pod-worker.ts';
import { isTerminal } from './views.ts';
import type { Api } from '../../verbs/api.ts';
import type { Controller } from '../controller.ts';
import type { PodLogs } from './pod-logs.ts';
import type { Node } from './pod-worker.ts';
import type { WorkloadOptions } from './workload-options.ts';

/**
 * The node's part in the life of its pods: their status and Events as kubelet writes them, their logs, and their end. Nothing is
 * executed: `fate` says what would have become of a container.
 */
export function startKubelet(
  api: Api,
  nodeName: string,
  options: Required<WorkloadOptions>,
  logs: PodLogs,
  report: (error: unknown) => void,
): Controller {
  const pods = api.store.collection(PODS);
  const source = { component: 'kubelet', manager: 'kubelet', host: nodeName };
  const workers = new Map<string, PodWorker>();
  const node: Node = {
    api,
    recorder: new EventRecorder(api, source, report),
    options,
    logs,
    report,
    freeAddress: () => freeAddress([...workers.values()].map(({ ip }) => ip)),
  };
  const end = (uid: string): void => {
    workers.get(uid)?.stop();
    workers.delete(uid);
    logs.forget(uid);
  };
  const loop = new WorkLoop<string>((key) => {
    const pod = pods.get(key);
    const uid = pod?.metadata.uid;
    if (!pod || uid === undefined || stringAt(pod, 'spec', 'nodeName') !== nodeName) return;
    const worker = workers.get(uid);
    if (worker) return worker.changed(pod);
    // One that has ended only waits to be deleted.
    if (isTerminal(pod) && !pod.metadata.deletionTimestamp) return;
    const started = new PodWorker(node, pod);
    workers.set(uid, started);
    started.start();
  }, report);
  const unsubscribe = pods.subscribe(({ type, key, object }) => {
    if (type === 'DELETED') end(object.metadata.uid ?? '');
    else if (stringAt(object, 'spec', 'nodeName') === nodeName) loop.add(key);
  });
  return {
    stop() {
      unsubscribe();
      loop.stop();
      for (const worker of workers.values()) worker.stop();
    },
  };
}

/** The lowest of 10.244.0.2 and on that no pod has. */
function freeAddress(taken: readonly string[]): string {
  const used = new Set(taken);
  for (let number = 2; ; number++) {
    const address = `10.244.${(number >> 8) & 255}.${number & 255}`;
    if (!used.has(address)) return address;
  }
}
