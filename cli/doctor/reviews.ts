import type { Access } from '../../runtime/kube/access-review.ts';
import type { KubeClient } from '../../runtime/kube/client.ts';
import type { KubernetesObject, ResourceType } from '../../runtime/kube/types.ts';

/** Somebody else than who asks. */
export interface Subject {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A service account, as an API server knows it. */
export function serviceAccount(namespace: string, name: string): Subject {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** Questions under way at once. */
const AT_ONCE = 8;

/**
 * Asks for each whether who asks (SelfSubjectAccessReview), or the subject (SubjectAccessReview), may do it, and returns what he may not.
 * Nothing of a review is stored.
 */
export async function refusedTo(
  client: KubeClient,
  subject: Subject | undefined,
  wanted: readonly Access[],
  signal: AbortSignal,
): Promise<readonly Access[]> {
  const refused = new Set<Access>();
  const left = wanted.values();
  const ask = async (): Promise<void> => {
    for (const access of left) if (!(await isAllowed(client, subject, access, signal))) refused.add(access);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return wanted.filter((access) => refused.has(access));
}

async function isAllowed(
  client: KubeClient,
  subject: Subject | undefined,
  access: Access,
  signal: AbortSignal,
): Promise<boolean> {
  const kind = subject ? 'SubjectAccessReview' : 'SelfSubjectAccessReview';
  const type: ResourceType = {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: false,
  };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind,
    // It is stored nowhere and has no name.
    metadata: { name: '' },
    spec: { ...subject, resourceAttributes: { ...access, namespace: access.namespace ?? '' } },
  };
  const { status }: KubernetesObject & { readonly status?: { readonly allowed?: boolean } } = await client.create(
    type,
    review,
    { signal },
  );
  return status?.allowed === true;
}
