import { resolve } from 'node:path';
import { checkSettings } from '../../project/manifests/settings.ts';
import { ProjectError } from '../../project/errors.ts';
import { isStatus } from '../../runtime/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { CommandError } from '../cluster/problems.ts';
import type { Wait } from '../cluster/waiting.ts';
import { findBuilder, type Builder } from '../image/builders.ts';
import { push } from '../image/push.ts';
import { applyPlan } from './apply-plan.ts';
import { awaitFormer } from './await-former.ts';
import { diagnose, diagnosisLines } from './diagnosis.ts';
import { notUp } from './errors.ts';
import type { Instance } from './labels.ts';
import { nameOf, objectNameOf, type Manifest } from './manifest.ts';
import { workloadOf } from './operator-pods.ts';
import { inNamespace, operatorDeployment, withImage } from './placement.ts';
import { planDeployment, type Plan, type PlannedObject } from './plan.ts';
import { changeText } from '../schema-changes/change.ts';
import { removeObsolete } from './remove-obsolete.ts';
import { renderManifests } from './render.ts';
import { rollBack } from './roll-back.ts';
import { awaitRollout } from './rollout.ts';
import { diffsOf } from './show-diff.ts';
import { manifestText, writeManifests } from './write-manifests.ts';
import { DEPLOYMENTS, PODS } from '../cluster/kinds.ts';

export interface DeployOptions {
  readonly image: string;
  /** Push the image first, by this program; undefined: by the first that is there. */
  readonly push: boolean;
  readonly builder?: Builder;
  readonly deletePods: boolean;
  /** A folder of `deploy/` that has a kustomization.yaml: `deploy`, `deploy/overlays/production`. */
  readonly overlay: string;
  readonly rollback: boolean;
  readonly dryRun: boolean;
  readonly diff: boolean;
  /** Write the final manifests there instead; `-`: to the standard output. */
  readonly outputDir?: string;
  readonly adopt: boolean;
  readonly forceConflicts: boolean;
  /** Keep what was deployed before and is in no manifest any more. */
  readonly prune: boolean;
  /** Milliseconds for each thing that is waited for. */
  readonly timeout: number;
}

/** `ap deploy`. */
export async function deploy(context: CommandContext, options: DeployOptions): Promise<Outcome> {
  const { folder, project } = await context.project();
  const { operatorName } = project;
  const wrong = checkSettings(project, {
    image: options.image,
    ...(context.options.namespace !== undefined && { namespace: context.options.namespace }),
  });
  if (wrong.length > 0)
    throw new ProjectError(
      wrong.map(({ code, message, remedy, path }) => {
        return { code, message, remedy, path: path === 'image' ? '<image>' : `--${path}` };
      }),
    );
  const rendered = await renderManifests(folder, options.overlay, context.environment.env);
  const { namespace: manifestNamespace = operatorName } = operatorDeployment(rendered, operatorName).metadata;
  const namespace = context.options.namespace ?? manifestNamespace;
  context.setNamespace(namespace);
  const instance: Instance = { operatorName, namespace };
  const manifests = withImage(inNamespace(rendered, operatorName, namespace), operatorName, options.image);
  if (options.outputDir !== undefined) return writeOut(context, options.outputDir, manifests);

  const cluster = context.cluster();
  const isPreview = options.dryRun || options.diff;
  const wait: Wait = {
    clock: context.environment.clock,
    signal: context.signal,
    timeout: options.timeout,
    progress: context.progress,
  };
  if (!isPreview && options.push) {
    const { env } = context.environment;
    const builder = findBuilder(env, 'push', options.builder);
    context.progress(`pushing ${options.image} with ${builder}`);
    await push(options.image, builder, { env, signal: context.signal, say: context.progress });
  }
  context.progress(`context ${cluster.context}, namespace ${namespace}, manifests of ${options.overlay}`);
  if (!isPreview) await awaitFormer(cluster, manifests, instance, wait);
  const plan = await planDeployment(cluster, manifests, instance, options);
  if (isPreview) return preview(plan, options);
  for (const { manifest } of plan.objects.filter(({ change }) => change === 'kept'))
    context.warn(`${nameOf(manifest)} was there before: it is left as it is, and \`ap undeploy\` will leave it.`);
  return carryOut(context, cluster, plan, wait, options);
}

async function writeOut(context: CommandContext, to: string, manifests: readonly Manifest[]): Promise<Outcome> {
  if (to === '-') {
    context.environment.out(manifestText(manifests));
    return { text: [] };
  }
  const folder = resolve(context.environment.cwd, to);
  const files = await writeManifests(folder, manifests);
  return { result: { folder, files }, text: [`Wrote ${files.length} manifests to ${folder}.`] };
}

function preview(plan: Plan, { diff }: DeployOptions): Outcome {
  const diffs = diffsOf(plan);
  const result = { ...resultOf(plan), ...(diff && { diffs }), dryRun: true };
  const lines = plan.objects.map(({ change, manifest }) => `would be ${change.padEnd(9)} ${nameOf(manifest)}`);
  const obsolete = plan.obsolete.map(({ object }) => `would be deleted   ${nameOf(object)}`);
  const schema = plan.schemaChanges.flatMap(({ name, changes }) => [
    `The schema of ${name} changes.`,
    ...changes.flatMap(changeText),
  ]);
  if (!diff) return { result, text: [...lines, ...obsolete, ...schema, 'Nothing was written.'] };
  return {
    result,
    text: diffs.length > 0 ? [...diffs.map((text) => text.trimEnd()), ...schema] : ['Nothing would be changed.'],
  };
}

/** What `-o json` says of the objects. */
function resultOf({ objects, obsolete, instance, schemaChanges }: Plan): object {
  return {
    ...instance,
    schemaChanges,
    objects: [
      ...objects.map(({ manifest, change }) => ({ ...objectNameOf(manifest), change })),
      ...obsolete.map(({ object }) => ({ ...objectNameOf(object), change: 'deleted' })),
    ],
  };
}

async function carryOut(
  context: CommandContext,
  cluster: Cluster,
  plan: Plan,
  wait: Wait,
  options: DeployOptions,
): Promise<Outcome> {
  const { operatorName, namespace } = plan.instance;
  const isReversible = plan.schemaChanges.length === 0;
  for (const { name, changes } of plan.schemaChanges)
    for (const { severity, path, message, remedy } of changes)
      if (severity !== 'note') context.warn(`${name}: ${path} ${message} ${remedy}`);
  if (options.rollback && !isReversible)
    context.warn(
      `The schema of ${plan.schemaChanges.map(({ name }) => name).join(', ')} changes: should the pods not come up, nothing will be rolled back, since resources may be stored by the new schema then.`,
    );
  const written: PlannedObject[] = [];
  const deployment = operatorDeployment(
    plan.objects.map(({ manifest }) => manifest),
    operatorName,
  );
  const { name } = deployment.metadata;
  const former = options.deletePods ? await podsOf(cluster, name, namespace) : [];
  await applyPlan(cluster, plan, {
    wait,
    onWritten: (one) => written.push(one),
  });
  for (const pod of former) {
    context.progress(`deleting Pod ${namespace}/${pod.metadata.name}`);
    await cluster.client
      .delete({ type: PODS, name: pod.metadata.name, namespace }, pod.metadata.uid ?? '', { metadataOnly: true })
      .catch((error: unknown) => {
        if (!isStatus(error, 404, 409)) throw error;
      });
  }
  const rollout = await awaitRollout(cluster, { name, namespace }, wait);
  const result = { ...resultOf(plan), image: options.image };
  if (rollout.outcome === 'failed') {
    const diagnosis = rollout.deployment && (await diagnose(cluster, rollout.deployment));
    for (const line of diagnosis ? diagnosisLines(diagnosis) : []) context.progress(line);
    const rolledBack = await undo(
      context,
      cluster,
      written,
      { name, namespace },
      wait,
      options.rollback && isReversible,
    );
    throw failed(
      name,
      rollout.reason,
      { ...result, rollout: 'failed', diagnosis, rolledBack: rolledBack.done },
      rolledBack,
    );
  }
  const kept = options.prune
    ? await removeObsolete(cluster, plan.obsolete, wait)
    : plan.obsolete.map(({ object }) => nameOf(object));
  for (const what of kept) context.warn(`${what} was deployed before, is in no manifest any more, and is kept.`);
  const changed = written.length === 0 && former.length === 0 ? ', as before' : '';
  return {
    result: { ...result, rollout: 'available', replicas: rollout.replicas },
    text: [
      `${operatorName} runs in namespace ${namespace}: ${rollout.replicas} of ${rollout.replicas} replicas are available, image ${options.image}${changed}.`,
    ],
  };
}

async function podsOf(cluster: Cluster, name: string, namespace: string) {
  try {
    const { current, former } = await workloadOf(
      cluster,
      await cluster.client.get({ type: DEPLOYMENTS, name, namespace }),
    );
    return [...current, ...former];
  } catch (error) {
    if (isStatus(error, 404)) return [];
    throw error;
  }
}

interface RolledBack {
  readonly done: boolean;
  readonly text: string;
}

async function undo(
  context: CommandContext,
  cluster: Cluster,
  written: readonly PlannedObject[],
  deployment: { readonly name: string; readonly namespace: string },
  wait: Wait,
  wanted: boolean,
): Promise<RolledBack> {
  if (!wanted) return { done: false, text: '' };
  const notRestored = await rollBack(cluster, written, wait);
  for (const line of notRestored) context.warn(`Not rolled back: ${line}.`);
  const wasThere = !written.some(({ manifest, before }) => manifest.kind === 'Deployment' && !before);
  if (!wasThere) return { done: true, text: 'What was created is deleted again. ' };
  const rollout = await awaitRollout(cluster, deployment, wait);
  return rollout.outcome === 'available'
    ? { done: true, text: 'What was there before is restored, and runs. ' }
    : { done: true, text: `What was there before is restored, and does not come up either: ${rollout.reason}. ` };
}

function failed(name: string, reason: string, result: object, rolledBack: RolledBack): CommandError {
  return new CommandError(EXIT.notReady, [notUp(name, reason, rolledBack.text)], result);
}
