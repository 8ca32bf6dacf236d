import { apiVersionOf } from '../kube/paths.ts';
import type { PatchOperation } from '../kube/client.ts';
import { microTime } from '../kube/micro-time.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';

export const LEASES: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

/** `coordination.k8s.io/v1` Lease, as far as an election needs it. */
export interface Lease extends KubernetesObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
  /** '' or absent: nobody's. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  /** `metav1.MicroTime`, as the next one. Never compared with a clock of ours. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** How often the holder changed. */
  readonly leaseTransitions?: number;
}

/** Who asks for a lease. */
export interface Candidate {
  readonly name: string;
  readonly namespace: string;
  readonly identity: string;
  /** Milliseconds, whole seconds. */
  readonly leaseDuration: number;
}

/** The first lease, the candidate's from the start. `now`: milliseconds since 1970, for people to read. */
export function newLease({ name, namespace, identity, leaseDuration }: Candidate, now: number): Lease {
  const time = microTime(now);
  return {
    apiVersion: apiVersionOf(LEASES),
    kind: LEASES.kind,
    metadata: { name, namespace },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: leaseDuration / 1000,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 0,
    },
  };
}

/** Makes it the candidate's, unless it changed in any way since it was seen like this: then 422. */
export function acquirePatch(seen: Lease, candidate: Candidate, now: number): readonly PatchOperation[] {
  const { holderIdentity, leaseTransitions = 0 } = seen.spec ?? {};
  const { identity, leaseDuration } = candidate;
  const time = microTime(now);
  const isNew = holderIdentity !== identity;
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: seen.metadata.resourceVersion },
    ...(seen.spec ? [] : [{ op: 'add' as const, path: '/spec', value: {} }]),
    ...setSpec({
      holderIdentity: identity,
      leaseDurationSeconds: leaseDuration / 1000,
      renewTime: time,
      ...(isNew && { acquireTime: time, leaseTransitions: leaseTransitions + 1 }),
    }),
  ];
}

/** Renews it as long as it is the candidate's: else 422. What others change of the object beside does not matter. */
export function renewPatch({ identity }: Candidate, now: number): readonly PatchOperation[] {
  return [
    { op: 'test', path: '/spec/holderIdentity', value: identity },
    { op: 'replace', path: '/spec/renewTime', value: microTime(now) },
  ];
}

/** Gives it up as long as it is the candidate's: else 422. */
export function releasePatch({ identity }: Candidate, now: number): readonly PatchOperation[] {
  return [
    { op: 'test', path: '/spec/holderIdentity', value: identity },
    ...setSpec({ holderIdentity: '', renewTime: microTime(now) }),
  ];
}

/** `add` replaces what is there. Other members of the spec stay. */
function setSpec(spec: LeaseSpec): readonly PatchOperation[] {
  return Object.entries(spec).map(([name, value]: [string, unknown]) => ({ op: 'add', path: `/spec/${name}`, value }));
}
