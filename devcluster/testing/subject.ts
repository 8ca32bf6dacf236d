import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterOptions } from '../cluster/start-cluster.ts';
import type { ApiObject } from '../store/object.ts';
import type { OperatorTransport } from './transport.ts';
import type { OperatorClock } from './virtual-process.ts';

/** An operator, and what is done to it: what all tests of this kit take. */
export interface Subject {
  /**
   * Starts the operator. Everything in `given` has to reach it: of an operator of `autopilot-runtime`, `start(operator, given)` does
   * that, or `start(operator, { ...given, leaderElection: {} })`. Called again for each new process.
   */
  readonly start: (given: Given) => Promise<Running>;
  /** What is there before the operator: CustomResourceDefinitions, and objects that are others'. */
  readonly prepare: (cluster: Cluster) => Promise<unknown>;
  /**
   * What users do, one step after the other. Each has to lead to the same state whenever it comes: after the operator has come to rest,
   * or while it still works on the one before.
   */
  readonly steps: readonly Step[];
  /** Of the embedded cluster; its clock is the simulation's. */
  readonly cluster?: Omit<ClusterOptions, 'clock' | 'folder' | 'port'>;
  /** Whether an object counts in a comparison. Default: all do but Events, Leases, CustomResourceDefinitions, and what a bare cluster has. */
  readonly counts?: (object: ApiObject) => boolean;
}

/** Resolves when it is done; may wait for the operator (`cluster.until`). */
export type Step = (cluster: Cluster) => Promise<unknown>;

/**
 * Does something, and returns how to undo it: an output deleted (nothing to undo: the operator does), a selector changed and set back.
 * Undefined: there was nothing to do it to.
 */
export type Detour = (...parameters: Parameters<Step>) => Promise<Step | undefined>;

/** The world of one process of the operator: the names are those of `StartOptions`. */
export interface Given {
  /** With a user of its own, who may do everything: by that name the cluster's record knows the process. */
  readonly kubeconfig: string;
  /** Time, which passes only when all are at rest. */
  readonly clock: OperatorClock;
  /** What chance decides, from the simulation's seed. */
  readonly random: () => number;
  /** Carries requests to the cluster, without sockets. */
  readonly transport: OperatorTransport;
}

/** An operator that runs. */
export interface Running {
  /** Takes up no more work, and resolves when nothing of it is left. Called for one that has been killed, too: its requests fail then. */
  stop(): Promise<unknown>;
}
