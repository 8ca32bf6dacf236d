import { entryOf, type Entry, type OwnFields } from '../cache/store.ts';
import { errors, isNamespaceTerminating, isStatus } from '../errors.ts';
import type { CallOptions, PatchOperation } from '../kube/client.ts';
import { apiVersionOf, resourceName, splitKey } from '../kube/paths.ts';
import type { FieldsV1, KubernetesObject, OwnerReference, ResourceType } from '../kube/types.ts';
import type { OutputAction } from '../observe/metrics.ts';
import type { Desired } from '../worker.ts';
import { bodyOf, type Body } from './body.ts';
import { compareLeaves, holdsAll, unionOf } from './fields.ts';
import type { Run } from './run.ts';

/** The name under which an output is remembered. */
export function outputId(type: ResourceType, key: string): string {
  return `${resourceName(type)} ${key}`;
}

/** What is sent for an object that the run's worker asked for. */
export function bodyFor(run: Run, type: ResourceType, desired: Desired<object>): Body {
  const { plan, marks } = run.environment;
  const { name, uid = '' } = run.resource.metadata;
  // Without blockOwnerDeletion, which would need rights on the resource's finalizers.
  const owner: OwnerReference = {
    apiVersion: apiVersionOf(plan.resource),
    kind: plan.resource.kind,
    name,
    uid,
    controller: true,
  };
  return bodyOf(desired, { type, marks, phase: run.phase.name, owner, namespace: run.namespace });
}

/**
 * Brings one output to its body, and sends nothing where it is there. The first write is a create, since an apply would merge into an
 * object that is somebody else's; later ones are server-side apply.
 */
export async function ensureOutput(run: Run, body: Body): Promise<void> {
  const entry = run.environment.views.output(body.type).get(body.key);
  const action =
    entry && ownership(run, entry.object) === 'ours'
      ? await bringUpToDate(run, body, entry)
      : isHeldBack(run, body, entry === undefined)
        ? 'withheld'
        : await create(run, body);
  run.environment.metrics.output(run.phase.name, action);
}

async function bringUpToDate(run: Run, body: Body, entry: Entry): Promise<OutputAction> {
  if (entry.object.metadata.deletionTimestamp !== undefined)
    throw errors.outputBusy(describe(body), 'it is being deleted');
  if (isAsWritten(run, body, entry)) return 'unchanged';
  const isRepair = entry.object.metadata.annotations?.[run.environment.marks.applied] === body.hash;
  if (isRepair && isHeldBack(run, body, false)) return 'withheld';
  const made = run.environment.plan.phases.get(entry.object.metadata.annotations?.[run.environment.marks.phase] ?? '');
  if (made && made !== run.phase) run.tookFrom.add(made.name);
  await apply(run, body, entry);
  return 'applied';
}

/** Whether somebody else keeps taking it from us, and it is not yet time to take it back. What a resource needs for its end is made at once. */
function isHeldBack({ state, environment, phase }: Run, { type, key }: Body, isGone: boolean): boolean {
  if (phase === environment.plan.finalizer?.phase) return false;
  return state.contests.isHeldBack(outputId(type, key), isGone, environment.clock.monotonic());
}

/** Whether the last body is this one and no leaf of it was lost since. Values are not compared: the server normalises them. */
function isAsWritten(run: Run, body: Body, entry: Entry): boolean {
  const { marks } = run.environment;
  if (entry.object.metadata.annotations?.[marks.applied] !== body.hash) return false;
  const fields = fieldsOf(entry);
  const id = outputId(body.type, body.key);
  const known = run.state.heldLeaves(id);
  if (known) return holdsAll(known, fields);
  // Seen for the first time since the operator started.
  const { held, missing } = compareLeaves(body.object, fields);
  if (missing.length > 0) return false;
  run.state.holds(id, held);
  return true;
}

async function create(run: Run, body: Body): Promise<OutputAction> {
  const { client } = run.environment;
  try {
    const created = await run.write(body.type, body.key, () =>
      client.create(body.type, body.object, callOptions(run, body.type)),
    );
    remember(run, body, created);
    return 'created';
  } catch (error) {
    const elsewhere = body.object.metadata.namespace !== run.namespace;
    // The end of the resource's own namespace is its own end; of another's it has to hear when that is there again.
    if (elsewhere && isNamespaceTerminating(error))
      throw errors.outputBusy(describe(body), 'its namespace is being deleted');
    if (!isStatus(error, 409) || error.reason !== 'AlreadyExists') throw error;
  }
  // Somebody's object stands there, perhaps our own of a run that was killed.
  const live = await client.get(refOf(body), callOptions(run, body.type));
  const whose = ownership(run, live);
  if (whose === 'dying')
    throw errors.outputBusy(describe(body), 'it belongs to a resource that is gone, and will be collected');
  if (live.metadata.deletionTimestamp !== undefined) throw errors.outputBusy(describe(body), 'it is being deleted');
  if (whose !== 'ours') refuseUnlessAdopted(run, body, live);
  await apply(run, body, entryOf(live, run.environment.plan.name));
  return 'applied';
}

function refuseUnlessAdopted(run: Run, body: Body, live: KubernetesObject): void {
  const controller = live.metadata.ownerReferences?.find((reference) => reference.controller);
  if (run.phase.adopt && !controller) return;
  run.environment.metrics.output(run.phase.name, 'refused');
  throw errors.outputRefused(
    describe(body),
    controller ? `${controller.kind} ${controller.name} controls it` : madeBy(run, live),
  );
}

function madeBy(run: Run, { metadata }: KubernetesObject): string {
  const { marks, states, plan, watchNamespace } = run.environment;
  const uid = metadata.labels?.[marks.owner];
  // Else it may be of a namespace that another operator works in.
  const areAllKnown = !plan.resource.namespaced || watchNamespace === undefined;
  return uid !== undefined && areAllKnown && states.keyOf(uid) === undefined
    ? 'a resource that is gone left it behind'
    : 'it was made by somebody else';
}

/**
 * Whose an object is: ours where its label or its controller reference has this resource's uid; dying where all its owners are resources
 * of this operator that no longer exist, so that the garbage collector takes it. It leaves alone what was orphaned (`--cascade=orphan`):
 * that has the label and no owner.
 */
export function ownership(run: Run, { metadata }: KubernetesObject): 'ours' | 'dying' | 'foreign' {
  const { marks, plan, states, watchNamespace } = run.environment;
  const controller = metadata.ownerReferences?.find((reference) => reference.controller);
  if (metadata.labels?.[marks.owner] === run.uid || controller?.uid === run.uid) return 'ours';
  // A namespaced owner is in the namespace of the object. What there is in namespaces that the operator does not work in, it does not know.
  const areKnown = !plan.resource.namespaced || watchNamespace === undefined || metadata.namespace === watchNamespace;
  const owners = areKnown ? (metadata.ownerReferences ?? []) : [];
  const gone = owners.filter(
    ({ kind, apiVersion, uid }) =>
      kind === plan.resource.kind &&
      apiVersion.startsWith(`${plan.resource.group}/`) &&
      states.keyOf(uid) === undefined,
  );
  return owners.length > 0 && gone.length === owners.length ? 'dying' : 'foreign';
}

/** Server-side apply to the live object that `entry` shows, and to no other: the body carries its uid. */
async function apply(run: Run, body: Body, entry: Entry): Promise<void> {
  await takeOverCreatedFields(run, body, entry);
  const { client } = run.environment;
  const object = { ...body.object, metadata: { ...body.object.metadata, uid: entry.uid } };
  const applied = await run.write(body.type, body.key, () =>
    client.apply(body.type, object, callOptions(run, body.type)),
  );
  remember(run, body, applied);
}

/**
 * What a create wrote, or a worker's own patch, is ours by an `Update` entry, of which a later apply drops nothing. So before an apply that
 * entry is made an `Apply` one, or part of the one that there is: of two with one manager the server would keep the last.
 */
async function takeOverCreatedFields(run: Run, body: Body, entry: Entry): Promise<void> {
  const { client, plan } = run.environment;
  for (let current = entry, attempt = 0; ; attempt += 1) {
    const of = (operation: 'Apply' | 'Update'): OwnFields | undefined =>
      current.ours.find((own) => own.entry.operation === operation && own.entry.subresource === undefined);
    const created = of('Update');
    if (!created) return;
    const operations: PatchOperation[] = [
      { op: 'test', path: '/metadata/uid', value: entry.uid },
      ...joined(created, of('Apply'), plan.name),
    ];
    try {
      await run.write(body.type, body.key, () =>
        client.jsonPatch(refOf(body), operations, callOptions(run, body.type)),
      );
      return;
    } catch (error) {
      if (!isStatus(error, 422) || attempt > 0) throw error;
      // The entry stands elsewhere by now.
      current = entryOf(await client.get(refOf(body), callOptions(run, body.type)), plan.name);
    }
  }
}

function joined(created: OwnFields, applied: OwnFields | undefined, manager: string): readonly PatchOperation[] {
  const pathOf = ({ index }: OwnFields): string => `/metadata/managedFields/${index}`;
  const isStill = (own: OwnFields): readonly PatchOperation[] => [
    { op: 'test', path: `${pathOf(own)}/manager`, value: manager },
    { op: 'test', path: `${pathOf(own)}/operation`, value: own.entry.operation },
  ];
  if (!applied) return [...isStill(created), { op: 'replace', path: `${pathOf(created)}/operation`, value: 'Apply' }];
  const fields = unionOf(applied.entry.fieldsV1 ?? {}, created.entry.fieldsV1 ?? {});
  return [
    ...isStill(created),
    ...isStill(applied),
    { op: 'replace', path: `${pathOf(applied)}/fieldsV1`, value: fields },
    { op: 'remove', path: pathOf(created) },
  ];
}

function remember(run: Run, body: Body, answer: KubernetesObject): void {
  const entry = entryOf(answer, run.environment.plan.name);
  run.state.holds(outputId(body.type, body.key), compareLeaves(body.object, fieldsOf(entry)).held);
}

/** Deletes what this phase made under an output key for this resource and no longer returns. */
export async function pruneOutputs(run: Run, type: ResourceType, returned: ReadonlySet<string>): Promise<void> {
  const { marks, views, metrics } = run.environment;
  const owned = views.output(type).select(undefined, [{ key: marks.owner, operator: 'In', values: [run.uid] }]);
  for (const { key, uid, object } of owned) {
    const phase = object.metadata.annotations?.[marks.phase];
    if (phase === undefined || !run.phase.names.has(phase)) continue;
    if (returned.has(key) || object.metadata.deletionTimestamp !== undefined) continue;
    await deleteOutput(run, type, key, uid);
    metrics.output(run.phase.name, 'pruned');
  }
}

/** Deletes the object of this uid. That it is gone already, or another, is no failure. */
export async function deleteOutput(run: Run, type: ResourceType, key: string, uid: string): Promise<void> {
  const { client } = run.environment;
  run.state.prunes(outputId(type, key));
  try {
    await run.write(type, key, () => client.delete({ type, ...splitKey(key) }, uid, callOptions(run, type)), uid);
  } catch (error) {
    if (!isStatus(error, 404, 409)) throw error;
  }
}

/** Our own entries of an object's managed fields; of one operation only where it is named. */
export function fieldsOf({ ours }: Entry, operation?: 'Apply' | 'Update'): readonly FieldsV1[] {
  return ours.flatMap(({ entry }) => {
    const wanted = entry.subresource === undefined && (operation === undefined || entry.operation === operation);
    return wanted && entry.fieldsV1 ? entry.fieldsV1 : [];
  });
}

/** Kinds that are read in full get the full answer back, others their metadata. */
function callOptions(run: Run, type: ResourceType): CallOptions {
  return { metadataOnly: run.environment.caches.keepMetadataOnly(type), giveUp: run.signal };
}

function refOf({ type, key }: Body): { type: ResourceType; name: string; namespace: string | undefined } {
  return { type, ...splitKey(key) };
}

function describe({ type, key }: Body): string {
  return `${type.kind} ${key}`;
}
