import { apiVersionOf } from './paths.ts';
import type { KubeClient } from './client.ts';
import type { KubernetesObject, ResourceType } from './types.ts';

/** One thing that somebody may do, or not. */
export interface Access {
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly verb: string;
  /** Undefined: in all namespaces, or the kind has none. */
  readonly namespace: string | undefined;
  /** Of one object; undefined: of all. */
  readonly name?: string;
}

const REVIEWS: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
};
/** Questions under way at once. */
const AT_ONCE = 8;

/**
 * Asks the server (SelfSubjectAccessReview, which every user may) for each of these whether this operator may do it, and returns what it
 * may not. Rejects where the server does not answer.
 */
export async function refusedAccess(
  client: KubeClient,
  wanted: readonly Access[],
  signal: AbortSignal,
): Promise<readonly Access[]> {
  const allowed = new Map<Access, boolean>();
  const left = wanted.values();
  const ask = async (): Promise<void> => {
    for (const access of left) allowed.set(access, await isAllowed(client, access, signal));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return wanted.filter((access) => !allowed.get(access));
}

async function isAllowed(client: KubeClient, access: Access, signal: AbortSignal): Promise<boolean> {
  const review = {
    apiVersion: apiVersionOf(REVIEWS),
    kind: REVIEWS.kind,
    // It is stored nowhere and has no name.
    metadata: { name: '' },
    spec: { resourceAttributes: { ...access, namespace: access.namespace ?? '' } },
  };
  const { status } = (await client.create(REVIEWS, review, { signal })) as ReviewAnswer;
  return status?.allowed === true;
}

type ReviewAnswer = KubernetesObject & { readonly status?: { readonly allowed?: boolean } };

/** `list, watch deployments.apps in namespace a; patch routes.example.io/status in all namespaces` */
export function describeAccess(accesses: readonly Access[]): string {
  const verbs = new Map<string, string[]>();
  for (const { group, resource, subresource, verb, namespace, name } of accesses) {
    const kind = `${resource}${group && `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
    const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
    const what = `${kind}${name === undefined ? '' : ` ${name}`} ${where}`;
    verbs.set(what, [...(verbs.get(what) ?? []), verb]);
  }
  return [...verbs].map(([what, all]) => `${all.join(', ')} ${what}`).join('; ');
}
