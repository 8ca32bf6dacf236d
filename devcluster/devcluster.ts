/** An embedded Kubernetes API server for development and tests: `const cluster = await startCluster()`. */
import './check-node.ts';
export { startCluster } from './cluster/start-cluster.ts';
export { DevclusterError } from './errors.ts';
export { startProxy } from './faults/proxy.ts';
export { StatusError } from './http/status.ts';
export { systemClock } from './clock.ts';
export type { Cluster } from './cluster/cluster.ts';
export type { ClusterOptions } from './cluster/start-cluster.ts';
export type {
  AnyObject,
  ApplyOptions,
  DeleteOptions,
  KindRef,
  ListRef,
  Live,
  ObjectLike,
  ObjectRef,
  PatchOptions,
} from './cluster/objects.ts';
export type { ServiceAccountOptions } from './cluster/service-account.ts';
export type { PodRef } from './cluster/print-log.ts';
export type { Predicate, UntilOptions } from './cluster/until.ts';
export type { ContainerFate, ContainerStart, WorkloadOptions } from './controllers/workloads/workload-options.ts';
export type { Clock } from './clock.ts';
export type { DevclusterErrorCode } from './errors.ts';
export type { FaultProxy, OpenAnswer, ProxyCutOptions, ProxyFault, ProxyFilter } from './faults/proxy.ts';
export type { ProxiedRequest } from './faults/request-heads.ts';
export type { ServerFaults, Snapshot } from './faults/server-faults.ts';
export type { AnswerOptions, Fault, FaultOptions, Faults, HeldEvents } from './faults/faults.ts';
export type { Status } from './http/status.ts';
export type { Requests, WaitOptions } from './requests/request-log.ts';
export type { RequestFilter, RequestPattern, RequestRecord, Verb } from './requests/request-record.ts';
export type { StoreEvent as ChangeEvent } from './store/history.ts';
export type { ObjectMeta, OwnerReference } from './store/object.ts';
