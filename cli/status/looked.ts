import { selectorLabels } from '../../project/manifests/labels.ts';
import type { Problem, Project } from '../../project/model.ts';
import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { resourceName } from '../../runtime/kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../../runtime/kube/types.ts';
import type { CommandContext } from '../cluster/cluster-command.ts';
import { deploymentSettings } from '../cluster/deployment-settings.ts';
import { isFields, listAt, textAt } from '../cluster/fields.ts';
import type { OpenProject } from '../cluster/open-project.ts';
import { findOperator } from '../operator/deployed-operator.ts';
import { notDeployed } from '../operator/errors.ts';
import { kindMissing, mayNotRead, notReady } from './errors.ts';
import { findLease, isExpired, listPods, operatorState, type OperatorState } from './operator-state.ts';
import { rowOf, type ResourceRow } from './resource-row.ts';

/** Where to look. */
export interface Place {
  readonly project: Project;
  /** Of the operator. */
  readonly namespace: string;
  /** Of its resources; undefined: all. */
  readonly watched: string | undefined;
  readonly deployment: KubernetesObject | undefined;
  readonly type: ResourceType;
  readonly lease: { readonly name: string; readonly namespace: string } | undefined;
  /** What is wrong already. */
  readonly problems: readonly Problem[];
}

const WATCH_NAMESPACE = 'WATCH_NAMESPACE';
const TOLD_EVERY = 2000;

/** Finds the operator, and where its resources are. */
export async function findPlace(context: CommandContext, opened: OpenProject): Promise<Place> {
  const { project } = opened;
  const { operatorName, operator, scope, group, version, kind, plural } = project;
  const settings = await deploymentSettings(opened);
  const problems: Problem[] = [];
  let namespace = context.options.namespace ?? settings.namespace;
  let deployment: KubernetesObject | undefined;
  try {
    const found = await findOperator(context, opened);
    ({ namespace, deployment } = found);
    if (!deployment) problems.push(notDeployed(operatorName, namespace, found.elsewhere));
  } catch (error) {
    if (!isStatus(error, 403)) throw error;
    problems.push(mayNotRead('deployments', `in namespace ${namespace}`));
  }
  const watched = deployment ? watchedBy(deployment) : settings.watch === 'namespaced' ? namespace : undefined;
  return {
    project,
    namespace,
    watched: scope === 'Cluster' ? undefined : (watched ?? (operator.watchNamespace || undefined)),
    deployment,
    type: { group, version, kind, plural, namespaced: scope === 'Namespaced' },
    lease: operator.enableLeaderElection
      ? { name: operatorName, namespace: operator.leaderElectionNamespace || namespace }
      : undefined,
    problems,
  };
}

/** How the operator stands, and what is wrong with that. */
export async function lookAtOperator(
  context: CommandContext,
  { deployment, lease }: Place,
): Promise<{ readonly operator: OperatorState | null; readonly problems: readonly Problem[] }> {
  if (!deployment) return { operator: null, problems: [] };
  const cluster = context.cluster();
  try {
    const [pods, found] = await Promise.all([
      listPods(cluster, deployment),
      lease ? findLease(cluster, lease.name, lease.namespace) : ('off' as const),
    ]);
    const operator = operatorState(deployment, pods, found);
    return { operator, problems: troubles(operator, found, context.environment.clock.now()) };
  } catch (error) {
    if (!isStatus(error, 403)) throw error;
    return { operator: null, problems: [mayNotRead('pods', `in namespace ${deployment.metadata.namespace}`)] };
  }
}

/** Why the operator does not work as it should. */
export function troubles(
  operator: OperatorState,
  lease: KubernetesObject | 'unknown' | 'off' | undefined,
  now: number,
): readonly Problem[] {
  const { name, replicas, pods, leader } = operator;
  const found: string[] = [];
  if (replicas.wanted === 0) found.push('it is scaled to 0');
  else if (replicas.ready < replicas.wanted) {
    const why = pods.filter(({ trouble }) => trouble !== '').map((pod) => `pod ${pod.name}: ${pod.trouble}`);
    const reasons = why.length > 0 ? ` (${why.join('; ')})` : '';
    found.push(`${replicas.ready} of ${replicas.wanted} replicas are ready${reasons}`);
  }
  if (replicas.wanted > 0) {
    if (leader.is === 'free') found.push('no replica holds the lease, so that none works');
    else if (typeof lease === 'object' && isExpired(lease, now))
      found.push('whoever holds the lease does not renew it');
  }
  return found.length > 0 ? [notReady(name, found.join('; '))] : [];
}

/** The resources, a row of each; how they may be listed where not in all namespaces. */
export async function lookAtResources(
  context: CommandContext,
  { type, watched, namespace }: Place,
  fieldSelector?: string,
): Promise<{
  readonly rows: readonly ResourceRow[];
  readonly objects: readonly KubernetesObject[];
  readonly namespace: string | undefined;
  readonly problems: readonly Problem[];
}> {
  const rows: ResourceRow[] = [];
  const objects: KubernetesObject[] = [];
  const list = async (from: string | undefined): Promise<void> => {
    rows.length = 0;
    objects.length = 0;
    const options = fieldSelector === undefined ? {} : { fieldSelector };
    for await (const page of context.cluster().pages(type, from, options)) {
      for (const object of page) rows.push(rowOf(object));
      // Of those that were chosen, all is told.
      if (fieldSelector !== undefined) objects.push(...page);
      if (rows.length % TOLD_EVERY === 0 && rows.length > 0) context.progress(`${rows.length} ${type.kind} so far …`);
    }
  };
  const resource = resourceName(type);
  try {
    await list(watched);
    return { rows, objects, namespace: watched, problems: [] };
  } catch (error) {
    if (isKindMissing(error))
      return { rows: [], objects: [], namespace: watched, problems: [kindMissing(resource, type.version)] };
    if (!isStatus(error, 403)) throw error;
  }
  const where = (from: string | undefined): string =>
    from === undefined ? 'in all namespaces' : `in namespace ${from}`;
  const own = context.options.namespace ?? context.cluster().contextNamespace ?? namespace;
  if (!type.namespaced || watched !== undefined)
    return { rows: [], objects: [], namespace: watched, problems: [mayNotRead(resource, where(watched))] };
  try {
    await list(own);
    context.warn(`you may not list ${resource} in all namespaces: shown are those of namespace ${own}`);
    return { rows, objects, namespace: own, problems: [] };
  } catch (error) {
    if (!isStatus(error, 403)) throw error;
    return {
      rows: [],
      objects: [],
      namespace: own,
      problems: [mayNotRead(resource, `${where(undefined)}, nor ${where(own)}`)],
    };
  }
}

/** The namespace that a Deployment has its operator watch, by its environment; undefined: it does not say. */
function watchedBy(deployment: KubernetesObject): string | undefined {
  const variables = listAt(deployment, 'spec', 'template', 'spec', 'containers').flatMap((container) =>
    listAt(container, 'env').filter((variable) => textAt(variable, 'name') === WATCH_NAMESPACE),
  );
  const [variable] = variables;
  if (variable === undefined) return undefined;
  return textAt(variable, 'value') || (isOwn(variable) ? deployment.metadata.namespace : undefined);
}

const isOwn = (variable: unknown): boolean =>
  textAt(isFields(variable) ? variable['valueFrom'] : undefined, 'fieldRef', 'fieldPath') === 'metadata.namespace';

/** Selects the operator's pods where its Deployment does not say how. */
export function podLabels(project: Project): string {
  return Object.entries(selectorLabels(project))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
