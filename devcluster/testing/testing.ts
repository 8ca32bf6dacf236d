/** Faults and crashes for operators, in simulated time: `import { killAtEveryCall } from 'autopilot-devcluster/testing'`. */
import '../check-node.ts';
export { killAtEveryCall, type KillOptions, type KillReport } from './kill-at-every-call.ts';
export { randomFaults, type RandomOptions, type RandomReport } from './random-faults.ts';
export { replicas, type ReplicaOptions, type ReplicaReport } from './replicas.ts';
export type { Detour, Given, Running, Step, Subject } from './subject.ts';
export type { OperatorRequest, OperatorResponse, OperatorTransport } from './transport.ts';
export type { OperatorClock } from './virtual-process.ts';
