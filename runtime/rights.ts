import { errors } from './errors.ts';
import { describeAccess, refusedAccess, type Access } from './kube/access-review.ts';
import type { KubeClient } from './kube/client.ts';
import type { ResourceType } from './kube/types.ts';
import type { Plan } from './plan.ts';

const OUTPUT_VERBS = ['get', 'create', 'patch', 'delete', 'list', 'watch'];
const INPUT_VERBS = ['list', 'watch'];
const PATCH_VERBS = ['patch', 'list', 'watch'];

/**
 * All that an operator may have to do by its plan, where it works in this namespace (undefined: in all). The generated role grants just
 * that. Rights that the project's own code needs beside are not among it: nobody knows of them here.
 */
export function accessOf(plan: Plan, watchNamespace: string | undefined): readonly Access[] {
  const { resource } = plan;
  const home = resource.namespaced ? watchNamespace : undefined;
  const granted = new Map<string, Access>();
  const grant = (
    { group, plural }: Pick<ResourceType, 'group' | 'plural'>,
    namespace: string | undefined,
    verbs: readonly string[],
    subresource?: string,
  ): void => {
    for (const verb of verbs) {
      const access = { group, resource: plural, subresource, verb, namespace };
      granted.set([group, plural, subresource ?? '', verb, namespace ?? ''].join(' '), access);
    }
  };
  grant(resource, home, ['list', 'watch']);
  if (plan.hasPhases) {
    grant(resource, home, ['get', ...(plan.finalizer ? ['patch'] : [])]);
    grant(resource, home, ['patch'], 'status');
  }
  grant({ group: 'events.k8s.io', plural: 'events' }, home, ['create', 'patch']);
  const placeOf = (type: ResourceType, anywhere: boolean): string | undefined =>
    type.namespaced && !anywhere ? home : undefined;
  for (const { inputs, outputs } of [...plan.phases.values(), ...(plan.finalizer ? [plan.finalizer.phase] : [])]) {
    for (const { type, anyNamespace } of inputs.values()) grant(type, placeOf(type, anyNamespace), INPUT_VERBS);
    for (const { type, anyNamespace } of outputs.values()) grant(type, placeOf(type, anyNamespace), OUTPUT_VERBS);
  }
  for (const type of plan.patches.values()) grant(type, placeOf(type, false), PATCH_VERBS);
  // What they write, and by which verbs, is known to nobody but themselves.
  for (const { type, reads } of plan.reconcilers) {
    grant(type, type.namespaced ? watchNamespace : undefined, INPUT_VERBS);
    for (const { type: read, anyNamespace } of reads.values())
      grant(read, read.namespaced && !anyNamespace ? watchNamespace : undefined, INPUT_VERBS);
  }
  return [...granted.values()];
}

/** Throws ERR_AP_MISSING_RIGHTS, which names them all, where what is wanted beyond what was had is not granted. */
export async function checkFurtherRights(
  client: KubeClient,
  wanted: readonly Access[],
  had: readonly Access[],
  signal: AbortSignal,
): Promise<void> {
  const refused = await refusedAccess(client, beyond(wanted, had), signal);
  if (refused.length > 0) throw errors.missingRights(describeAccess(refused));
}

/** What of `wanted` goes beyond `had`. */
function beyond(wanted: readonly Access[], had: readonly Access[]): readonly Access[] {
  return wanted.filter(
    (access) =>
      !had.some(
        (known) =>
          known.group === access.group &&
          known.resource === access.resource &&
          known.subresource === access.subresource &&
          known.verb === access.verb &&
          (known.namespace === undefined || known.namespace === access.namespace),
      ),
  );
}

/** The rights that an election needs, on the lease of this name. */
export function leaseAccess(name: string, namespace: string): readonly Access[] {
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace };
  const own = { ...lease, name };
  return [
    { ...lease, verb: 'create' },
    { ...own, verb: 'list' },
    { ...own, verb: 'watch' },
    { ...own, verb: 'patch' },
  ];
}

/** The rights that it needs to look up who reads its metrics. */
export function metricsAccess(config: {
  readonly metricsAddr: string;
  readonly metricsSecure: boolean;
}): readonly Access[] {
  if (config.metricsAddr === '' || !config.metricsSecure) return [];
  return [
    { group: 'authentication.k8s.io', resource: 'tokenreviews', verb: 'create', namespace: undefined },
    { group: 'authorization.k8s.io', resource: 'subjectaccessreviews', verb: 'create', namespace: undefined },
  ];
}
