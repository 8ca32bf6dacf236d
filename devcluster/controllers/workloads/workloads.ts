import { startDeployments } from './deployments.ts';
import { startKubelet } from './kubelet.ts';
import { createNode } from './node.ts';
import { PodLogs } from './pod-logs.ts';
import { startReplicaSets } from './replica-sets.ts';
import { startScheduler } from './scheduler.ts';
import { defaultOutput } from './workload-options.ts';
import type { Api } from '../../verbs/api.ts';
import type { Controller } from '../controller.ts';
import type { WorkloadOptions } from './workload-options.ts';

export interface Workloads extends Controller {
  readonly logs: PodLogs;
  /** Makes the node, unless it is there. */
  createNode(): void;
}

/** Starts what makes Deployments come to life: their controllers, a scheduler, and what happens on the one node. */
export function startWorkloads(api: Api, options: WorkloadOptions, report: (error: unknown) => void): Workloads {
  const given = {
    nodeName: options.nodeName ?? 'autopilot',
    fate: options.fate ?? (() => undefined),
    output: options.output ?? defaultOutput,
    startDelay: options.startDelay ?? 500,
    stopDelay: options.stopDelay ?? 100,
  };
  const logs = new PodLogs(api.clock);
  const controllers = [
    startDeployments(api, report),
    startReplicaSets(api, report),
    startScheduler(api, given.nodeName, report),
    startKubelet(api, given.nodeName, given, logs, report),
  ];
  return {
    logs,
    createNode: () => createNode(api, given.nodeName),
    stop() {
      for (const controller of controllers) controller.stop();
    },
  };
}
