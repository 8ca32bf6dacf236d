import { ProjectError } from '../../project/errors.ts';
import { isStatus } from '../../runtime/errors.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { CommandContext } from '../cluster/cluster-command.ts';
import { deploymentSettings } from '../cluster/deployment-settings.ts';
import { at, isFields, listAt, textAt } from '../cluster/fields.ts';
import type { OpenProject } from '../cluster/open-project.ts';
import { homeOf } from '../deploy/home-namespace.ts';
import { DEPLOYMENTS } from '../cluster/kinds.ts';

/** Where the operator of a project is. */
export interface OperatorPlace {
  readonly namespace: string;
  /** Undefined: it is not deployed there. */
  readonly deployment: KubernetesObject | undefined;
  /** Other namespaces in which there is one, looked for only where there is none here. */
  readonly elsewhere: readonly string[];
}

const PART_OF = 'app.kubernetes.io/part-of';

/** Finds the operator's Deployment, by whatever means it was deployed: that of its name, else the only one that says it is part of it. */
export async function findOperator(context: CommandContext, opened: OpenProject): Promise<OperatorPlace> {
  const { operatorName } = opened.project;
  const cluster = context.cluster();
  const namespace = context.options.namespace ?? (await homeNamespace(context, opened));
  context.setNamespace(namespace);
  const deployment = await deploymentIn(cluster, namespace, operatorName);
  return { namespace, deployment, elsewhere: deployment ? [] : await namespacesOf(cluster, operatorName) };
}

/** Selects the pods of a Deployment. */
export function podSelectorOf(deployment: KubernetesObject): string {
  const labels = at(deployment, 'spec', 'selector', 'matchLabels');
  return Object.entries(isFields(labels) ? labels : {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}

/** Whether a pod with its labels is of one of its ReplicaSets, which are named after it and the hash of their template. */
export function isPodOf({ metadata }: KubernetesObject, deployment: KubernetesObject): boolean {
  const set = `${deployment.metadata.name}-${metadata.labels?.['pod-template-hash'] ?? ''}`;
  return (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === 'ReplicaSet' && name === set);
}

/** The container that the operator is in: `operator`, else the first. */
export function operatorContainer(pod: KubernetesObject): string {
  const names = listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name'));
  return names.includes('operator') ? 'operator' : (names[0] ?? '');
}

/** As the manifests have it; where they cannot be put together (which takes kubectl), as the project's settings have it. */
async function homeNamespace({ environment }: CommandContext, opened: OpenProject): Promise<string> {
  try {
    return await homeOf(opened.folder, opened.project.operatorName, environment.env);
  } catch (error) {
    if (error instanceof ProjectError) return (await deploymentSettings(opened)).namespace;
    throw error;
  }
}

async function deploymentIn(
  cluster: Cluster,
  namespace: string,
  operatorName: string,
): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.client.get({ type: DEPLOYMENTS, name: operatorName, namespace });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
  const others = await cluster.list(DEPLOYMENTS, namespace, { labelSelector: `${PART_OF}=${operatorName}` });
  return others.length === 1 ? others[0] : undefined;
}

async function namespacesOf(cluster: Cluster, operatorName: string): Promise<readonly string[]> {
  const options = { labelSelector: `${PART_OF}=${operatorName}`, metadataOnly: true };
  try {
    const all = await cluster.list(DEPLOYMENTS, undefined, options);
    return [...new Set(all.map(({ metadata }) => metadata.namespace ?? ''))];
  } catch (error) {
    // Who may look at one namespace only has to know which.
    if (isStatus(error, 403)) return [];
    throw error;
  }
}
