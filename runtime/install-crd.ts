import { setTimeout as sleep } from 'node:timers/promises';
import { errors, isStatus } from './errors.ts';
import type { KubeClient } from './kube/client.ts';
import type { KubernetesObject, ResourceType } from './kube/types.ts';
import type { CrdChange } from './observe/progress.ts';
import type { OperatorDefinition } from './operator.ts';

const CRDS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const POLL_MS = 50;
const ESTABLISHED_MS = 30_000;

/**
 * Applies the CRD of the operator's kind, made from its zod schemas, and waits until it is served. For development and tests: needs rights
 * that a deployed operator does not have. Returns its name and what became of it. Throws ERR_AP_NO_SCHEMA, or what the schema or the
 * server finds wrong.
 */
export async function installCrd(
  operator: OperatorDefinition,
  client: KubeClient,
): Promise<{ readonly name: string; readonly change: CrdChange }> {
  if (!operator.schema) throw errors.noSchema(operator.name);
  // Loaded here only: zod is no part of a running operator.
  const [{ crdOf }, schemas] = await Promise.all([import('./crd/crd.ts'), operator.schema()]);
  const scope = operator.resource.namespaced ? 'Namespaced' : 'Cluster';
  const crd = crdOf({ ...operator.resource, scope, phases: Object.keys(operator.phases) }, schemas);
  const { name } = crd.metadata;
  const before = await client.get({ type: CRDS, name }).catch((error: unknown) => {
    if (!isStatus(error, 404)) throw error;
  });
  let installed: KubernetesObject = await client.apply(CRDS, crd);
  // The generation counts changes of the spec, and only those.
  const same = before?.metadata.generation === installed.metadata.generation;
  const change = !before ? 'created' : same ? 'unchanged' : 'changed';
  for (const started = performance.now(); !isEstablished(installed);) {
    if (performance.now() - started > ESTABLISHED_MS) throw errors.crdNotEstablished(name, ESTABLISHED_MS / 1000);
    await sleep(POLL_MS);
    installed = await client.get({ type: CRDS, name });
  }
  return { name, change };
}

function isEstablished(crd: KubernetesObject): boolean {
  const { status } = crd as {
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  };
  return status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True') ?? false;
}
