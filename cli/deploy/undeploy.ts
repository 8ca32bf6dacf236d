import { isStatus } from '../../runtime/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { CommandError, refused } from '../cluster/problems.ts';
import type { Wait } from '../cluster/waiting.ts';
import { stillThere, wouldOutlive } from './errors.ts';
import { finalizerOf, hasFinalizer, takeFinalizerOff } from './finalizers.ts';
import { foundObject, type Found } from './find-deployed.ts';
import { awaitGone, remove } from './gone.ts';
import { nameOf, objectNameOf } from './manifest.ts';
import { whyInUse } from './namespace-contents.ts';
import { homeOf } from './home-namespace.ts';
import { removeAll, resourcesOf, stageOf } from './removal.ts';
import { planUndeployment, type UndeployPlan } from './undeploy-plan.ts';
import { LEASES } from '../cluster/kinds.ts';

export interface UndeployOptions {
  /** Delete the operator's resources, too. */
  readonly withResources: boolean;
  /** Take the operator's finalizer off what it would keep. */
  readonly forceFinalizers: boolean;
  readonly dryRun: boolean;
  /** Milliseconds for each thing that is waited for. */
  readonly timeout: number;
}

/** What is left, and why. */
interface Kept {
  readonly found: Found;
  readonly why: string;
}

/** `ap undeploy`. */
export async function undeploy(context: CommandContext, options: UndeployOptions): Promise<Outcome> {
  const { folder, project } = await context.project();
  const { operatorName } = project;
  const namespace = context.options.namespace ?? (await homeOf(folder, operatorName, context.environment.env));
  context.setNamespace(namespace);
  const cluster = context.cluster();
  context.progress(`context ${cluster.context}, namespace ${namespace}`);
  const plan = await planUndeployment(cluster, project, { operatorName, namespace });
  for (const what of plan.unseen) context.warn(`What was deployed of these kinds is not seen and stays: ${what}.`);
  const { objects, deployedResources } = plan;
  if (objects.length === 0 && deployedResources.length === 0) return nothing(plan);
  refuseOutliving(plan, options);
  const doomed = [...deployedResources, ...(options.withResources ? plan.resources : [])];
  if (options.dryRun) return preview(plan, doomed);

  const wait: Wait = {
    clock: context.environment.clock,
    signal: context.signal,
    timeout: options.timeout,
    progress: context.progress,
  };
  const deleted: Found[] = [];
  await removeResources(cluster, plan, doomed, wait, options);
  deleted.push(...doomed);
  const of = (stage: ReturnType<typeof stageOf>) => objects.filter((found) => stageOf(found) === stage);

  await removeAll(cluster, of('workload'), wait);
  await settleFinalizers(cluster, plan, options, context);
  await removeAll(cluster, of('rest'), wait);
  await removeLease(cluster, plan, context);
  await removeAll(cluster, of('rights'), wait);
  deleted.push(...of('workload'), ...of('rest'), ...of('rights'));

  const kept: Kept[] = plan.shared.map((found) => ({
    found,
    why: `the operator in namespace ${plan.elsewhere.join(', ')} needs it`,
  }));
  for (const crd of of('definition')) {
    const resources = await resourcesOf(cluster, crd);
    if (resources.length > 0) {
      const why = `there are ${resources.length} resources of it; --with-resources deletes them`;
      kept.push({ found: crd, why });
      continue;
    }
    await removeAll(cluster, [crd], wait);
    deleted.push(crd);
  }
  for (const home of of('namespace')) {
    const why = await whyInUse(cluster, home.object.metadata.name, wait);
    if (why !== undefined) {
      kept.push({ found: home, why });
      continue;
    }
    await removeAll(cluster, [home], wait);
    deleted.push(home);
  }
  return {
    result: {
      operatorName,
      namespace,
      deleted: deleted.map(({ object }) => objectNameOf(object)),
      kept: kept.map(({ found, why }) => ({ ...objectNameOf(found.object), why })),
    },
    text: [
      ...kept.map(({ found, why }) => `kept: ${nameOf(found.object)}: ${why}`),
      `${operatorName} is undeployed from namespace ${namespace}: ${deleted.length} objects are deleted.`,
    ],
  };
}

function nothing({ instance: { operatorName, namespace }, elsewhere }: UndeployPlan): Outcome {
  const there = elsewhere.length > 0 ? ` It is deployed in ${elsewhere.join(', ')}: -n names one.` : '';
  return {
    result: { operatorName, namespace, deleted: [], kept: [], elsewhere },
    text: [`Nothing of ${operatorName} is deployed in namespace ${namespace}.${there}`],
  };
}

function preview({ instance, objects }: UndeployPlan, doomed: readonly Found[]): Outcome {
  const all = [...doomed, ...objects];
  return {
    result: { ...instance, deleted: all.map(({ object }) => objectNameOf(object)), dryRun: true },
    text: [
      ...all.map(
        (found) =>
          `would be deleted  ${nameOf(found.object)}${stageOf(found) === 'definition' ? ', if it has no resources then' : stageOf(found) === 'namespace' ? ', if it is empty then' : ''}`,
      ),
      'Nothing was deleted.',
    ],
  };
}

function refuseOutliving({ finalized, instance }: UndeployPlan, options: UndeployOptions): void {
  const [first] = finalized;
  if (!first || options.withResources || options.forceFinalizers) return;
  const finalizer = finalizerOf(first.object, instance.operatorName);
  throw refused([
    wouldOutlive(
      finalized.map(({ object }) => nameOf(object)),
      finalizer,
    ),
  ]);
}

/** Deletes resources while the operator works, so that its finalizer runs. */
async function removeResources(
  cluster: Cluster,
  { instance: { operatorName }, isRunning }: UndeployPlan,
  doomed: readonly Found[],
  wait: Wait,
  { forceFinalizers, timeout }: UndeployOptions,
): Promise<void> {
  for (const found of doomed) {
    wait.progress(`deleting ${nameOf(found.object)}`);
    await remove(cluster, found);
  }
  // Nobody takes it off where nobody works.
  let left = await awaitGone(cluster, doomed, { ...wait, timeout: forceFinalizers && !isRunning ? 0 : timeout });
  if (left.length > 0 && forceFinalizers) {
    for (const found of left) {
      wait.progress(`taking the finalizer off ${nameOf(found.object)}`);
      await takeFinalizerOff(cluster, found, operatorName);
    }
    left = await awaitGone(cluster, left, wait);
  }
  if (left.length === 0) return;
  const remedy = isRunning
    ? '`kubectl get -o yaml` shows their finalizers, the operator’s log why they stay; or take its finalizer off with --force-finalizers.'
    : 'No pod of the operator is available: deploy it again so that its finalizer runs, or take that off with --force-finalizers.';
  const problem = stillThere(
    left.map(({ object }) => nameOf(object)),
    Math.round(timeout / 1000),
    remedy,
  );
  throw new CommandError(EXIT.notReady, [problem]);
}

/** The operator is gone: it puts its finalizer on nothing any more. What has got it since the first look is treated as that was. */
async function settleFinalizers(
  cluster: Cluster,
  plan: UndeployPlan,
  { forceFinalizers, withResources }: UndeployOptions,
  { progress }: CommandContext,
): Promise<void> {
  const { operatorName } = plan.instance;
  const definitions = plan.objects.filter((found) => stageOf(found) === 'definition');
  const listed = (await Promise.all(definitions.map((crd) => resourcesOf(cluster, crd)))).flat();
  // Those that were to be deleted are gone.
  const known = withResources ? listed : [...plan.resources, ...listed];
  const seen = new Map(known.map((found) => [found.object.metadata.uid, found]));
  const left = [...seen.values()].filter((found) => hasFinalizer(found, operatorName));
  if (forceFinalizers) {
    for (const found of left) {
      progress(`taking the finalizer off ${nameOf(found.object)}`);
      await takeFinalizerOff(cluster, found, operatorName);
    }
    return;
  }
  const late = listed.filter((found) => hasFinalizer(found, operatorName));
  const [first] = late;
  if (!first) return;
  const finalizer = finalizerOf(first.object, operatorName);
  throw new CommandError(EXIT.notReady, [
    wouldOutlive(
      late.map(({ object }) => nameOf(object)),
      finalizer,
    ),
  ]);
}

/** The operator's own, which it made by itself when it was elected. */
async function removeLease(cluster: Cluster, { instance }: UndeployPlan, { progress }: CommandContext): Promise<void> {
  const { operatorName: name, namespace } = instance;
  try {
    const lease = await cluster.client.get({ type: LEASES, name, namespace }, { metadataOnly: true });
    if (!lease.metadata.managedFields?.some(({ manager }) => manager === name)) return;
    progress(`deleting Lease ${namespace}/${name}`);
    await remove(cluster, foundObject(LEASES, lease));
  } catch (error) {
    if (!isStatus(error, 403, 404)) throw error;
  }
}
