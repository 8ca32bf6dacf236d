import { entryOf, type Entry, type OwnFields } from '../cache/store.ts';
import { ApiError, errors, isKindMissing, isNamespaceTerminating, isStatus } from '../errors.ts';
import type { CallOptions } from '../kube/caller.ts';
import type { PatchOperation } from '../kube/client.ts';
import { apiVersionOf, splitKey } from '../kube/paths.ts';
import type { KubernetesObject, OwnerReference, ResourceType } from '../kube/types.ts';
import type { OutputAction } from '../observe/metrics.ts';
import type { ResourceOutput } from '../plan.ts';
import type { Desired } from '../worker.ts';
import { bodyOf, type Body } from './body.ts';
import { unionOf } from './fields.ts';
import { outputId } from './output-id.ts';
import { announce } from './outputs-record.ts';
import { compareWithOurs, oursHold } from './own-fields.ts';
import type { Run } from './run.ts';
import { objectSpan } from './spans.ts';

/** What is sent for an object that the run's worker asked for. */
export function bodyFor(run: Run, type: ResourceType, desired: Desired<object>): Body {
  const { plan, marks } = run.environment;
  const { name, uid = '' } = run.resource.metadata;
  // Without blockOwnerDeletion, which would need rights on the resource's finalizers. In the order in which it is hashed.
  const owner: OwnerReference = {
    apiVersion: apiVersionOf(plan.resource),
    controller: true,
    kind: plan.resource.kind,
    name,
    uid,
  };
  return bodyOf(desired, { type, marks, phase: run.phase.name, owner, namespace: run.namespace });
}

/**
 * Brings one output to its body, and sends nothing where it is there. The first write is a create, since an apply would merge into an
 * object that is somebody else's; later ones are server-side apply.
 */
export async function ensureOutput(run: Run, output: ResourceOutput, body: Body): Promise<void> {
  const { metrics, tracing } = run.environment;
  const action = tracing.on
    ? await objectSpan(run, 'output', body, () => ensure(run, output, body), String)
    : await ensure(run, output, body);
  metrics.output(run.phase.name, action);
}

async function ensure(run: Run, output: ResourceOutput, body: Body): Promise<OutputAction> {
  const { known, needs } = lookAt(run, body);
  if (needs !== 'write') return needs;
  return known ? change(run, output, body, known) : make(run, output, body);
}

/** What the caches know of an output of this resource, and whether anything is to be sent for it. */
export function lookAt(
  run: Run,
  body: Body,
): { readonly known: Entry | undefined; readonly needs: 'write' | 'unchanged' | 'withheld' } {
  const entry = run.environment.views.output(body.type).get(body.key);
  if (!entry || ownership(run, entry.object) !== 'ours')
    return { known: undefined, needs: isHeldBack(run, body, entry === undefined) ? 'withheld' : 'write' };
  if (entry.object.metadata.deletionTimestamp !== undefined) throw beingDeleted(run, body, entry.uid);
  if (isAsWritten(run, body, entry)) return { known: entry, needs: 'unchanged' };
  const isRepair = entry.object.metadata.annotations?.[run.environment.marks.applied] === body.hash;
  return { known: entry, needs: isRepair && isHeldBack(run, body, false) ? 'withheld' : 'write' };
}

async function change(run: Run, output: ResourceOutput, body: Body, entry: Entry): Promise<OutputAction> {
  await announce(run, body.type, entry.object);
  run.journal?.changes(body, entry);
  await takeOverCreatedFields(run, body, entry);
  try {
    await apply(run, body, entry);
    return 'applied';
  } catch (error) {
    // What an adopted object stands for is not this resource's to delete.
    if (!output.replace || !isStatus(error, 422) || ownership(run, entry.object) !== 'ours') throw error;
  }
  await checkThatItCanBeMade(run, body);
  await deleteOutput(run, body.type, body.key, entry.uid);
  if (run.environment.views.output(body.type).get(body.key)?.uid === entry.uid)
    throw beingDeleted(run, body, entry.uid, ', to be made anew');
  await create(run, body);
  return 'replaced';
}

/**
 * Throws what the server has against an object of this body, however it would come to be: before something is deleted that could not be
 * made again. A server validates before it looks whether the name is taken.
 */
export async function checkThatItCanBeMade(run: Run, { type, object }: Body): Promise<void> {
  try {
    await run.environment.client.create(type, object, { ...callOptions(run, type), dryRun: true });
  } catch (error) {
    if (!isNameTaken(error)) throw error;
  }
}

export function isNameTaken(error: unknown): boolean {
  return isStatus(error, 409) && error.reason === 'AlreadyExists';
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
  const known = run.state.heldPaths(body.type, entry.key);
  if (known !== undefined) return oursHold(entry, known, run.uid);
  // Seen for the first time since the operator started.
  const { held, missing } = compareWithOurs(body.object, entry, run.uid);
  if (missing !== '') return false;
  run.state.holds(body.type, entry.key, held);
  return true;
}

async function make(run: Run, output: ResourceOutput, body: Body): Promise<OutputAction> {
  try {
    await create(run, body);
    return 'created';
  } catch (error) {
    if (!isNameTaken(error)) throw error;
  }
  return change(run, output, body, await standing(run, body));
}

/** The one write that cannot touch somebody else's object. Throws 409 AlreadyExists where the name is taken. */
export async function create(run: Run, body: Body): Promise<void> {
  const { client } = run.environment;
  const isNew = run.journal?.makes(body);
  try {
    await run.write(body.type, body.key, () => client.create(body.type, body.object, callOptions(run, body.type)), {
      remember: (created) => remember(run, body, created),
    });
  } catch (error) {
    if (isNew && isNameTaken(error)) run.journal?.didNotMake(body);
    throw ofElsewhere(run, body, error);
  }
}

/** The end of the resource's own namespace is its own end; of another's it has to hear when that is there again. */
export function ofElsewhere(run: Run, body: Body, error: unknown): unknown {
  const isElsewhere = body.object.metadata.namespace !== run.namespace;
  return isElsewhere && isNamespaceTerminating(error)
    ? errors.outputBusy(describe(body), 'its namespace is being deleted')
    : error;
}

/** What stands where the output is to be: our own of a run that was killed, or what the phase adopts. Throws where it is neither. */
export async function standing(run: Run, body: Body): Promise<Entry> {
  const live = await run.environment.client.get(refOf(body), callOptions(run, body.type));
  const whose = ownership(run, live);
  if (whose === 'dying')
    throw errors.outputBusy(describe(body), 'it belongs to a resource that is gone, and will be collected');
  if (live.metadata.deletionTimestamp !== undefined) throw beingDeleted(run, body, live.metadata.uid ?? '');
  if (whose !== 'ours') refuseUnlessAdopted(run, body, live);
  return entryOf(live, run.environment.plan.name);
}

/** The output cannot be made before the object of this uid has gone, though it may be the resource that deleted it. */
function beingDeleted(run: Run, body: Body, uid: string, why = ''): Error {
  run.state.waitsForEnd(uid);
  return errors.outputBusy(describe(body), `it is being deleted${why}`);
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

/** Server-side apply to the live object of this uid, and to no other: the body carries it. */
export async function apply(run: Run, body: Body, { uid }: Pick<Entry, 'uid'>): Promise<void> {
  const { client } = run.environment;
  await run.write(body.type, body.key, () => client.apply(body.type, withUid(body, uid), callOptions(run, body.type)), {
    remember: (applied) => remember(run, body, applied),
  });
}

export function withUid({ object }: Body, uid: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, uid } };
}

/**
 * What a create wrote, or a worker's own patch, is ours by an `Update` entry, of which a later apply drops nothing. So before an apply that
 * entry is made an `Apply` one, or part of the one that there is: of two with one manager the server would keep the last.
 */
export async function takeOverCreatedFields(run: Run, body: Body, entry: Entry): Promise<void> {
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
  const { views, plan } = run.environment;
  const known = views.output(body.type).get(body.key);
  const isKnown = known?.uid === answer.metadata.uid && known?.resourceVersion === answer.metadata.resourceVersion;
  const entry = isKnown && known ? known : entryOf(answer, plan.name);
  run.state.holds(body.type, entry.key, compareWithOurs(body.object, entry, run.uid).held);
}

/** Deletes what this phase made under an output key for this resource and no longer returns; not what somebody made as a copy of it. */
export async function pruneOutputs(run: Run, type: ResourceType, returned: ReadonlySet<string>): Promise<void> {
  const { marks, metrics } = run.environment;
  for (const { key, uid, object, isOurs } of run.owned(type)) {
    const phase = object.metadata.annotations?.[marks.phase];
    if (phase === undefined || !run.phase.names.has(phase)) continue;
    if (returned.has(key) || object.metadata.deletionTimestamp !== undefined || !isOurs) continue;
    await beyondReturn(run, deleteOutput(run, type, key, uid));
    metrics.output(run.phase.name, 'pruned');
  }
}

/** Waits for something that cannot be undone: once it may have happened, what else the run wrote is not undone either. */
export async function beyondReturn<Answer>(run: Run, doing: Promise<Answer>): Promise<Answer> {
  try {
    const answer = await doing;
    run.journal?.clear();
    return answer;
  } catch (error) {
    if (!(error instanceof ApiError)) run.journal?.clear();
    throw error;
  }
}

/** Deletes the object of this uid. That it is gone already, or another, is no failure. Returns whether it was there. */
export async function deleteOutput(run: Run, type: ResourceType, key: string, uid: string): Promise<boolean> {
  if (!run.environment.tracing.on) return deleteIfThere(run, type, key, uid);
  return objectSpan(
    run,
    'output',
    { type, key },
    () => deleteIfThere(run, type, key, uid),
    () => 'deleted',
  );
}

async function deleteIfThere(run: Run, type: ResourceType, key: string, uid: string): Promise<boolean> {
  const { client } = run.environment;
  run.state.prunes(type, key);
  try {
    const remove = async (): Promise<KubernetesObject | undefined> => {
      const kept = await client.delete({ type, ...splitKey(key) }, uid, callOptions(run, type));
      // Before its last event, which may have come already, is told.
      if (kept) run.state.expectsEnd(uid);
      return kept;
    };
    await run.write(type, key, remove, { uid });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) {
      // What a kind that is away had may be there again with it. A resource that goes does not wait for that.
      if (isKindMissing(error) && run.phase !== run.environment.plan.finalizer?.phase) throw error;
    }
    // Another object has the name by now, unless somebody else says so: a webhook that keeps the object.
    else if (!isStatus(error, 409) || (await isThere(run, type, key, uid))) throw error;
    // It is gone, as was wished: no read finds it any more, and its event is no news to anybody.
    run.environment.caches.gone(type, key, uid, run.key);
    return false;
  }
}

async function isThere(run: Run, type: ResourceType, key: string, uid: string): Promise<boolean> {
  try {
    const live = await run.read({ type, ...splitKey(key) }, callOptions(run, type));
    return live.metadata.uid === uid;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

/** Kinds that are read in full get the full answer back, others their metadata. */
export function callOptions(run: Run, type: ResourceType): CallOptions {
  return { metadataOnly: run.environment.caches.keepMetadataOnly(type), giveUp: run };
}

export function refOf({ type, key }: Body): { type: ResourceType; name: string; namespace: string | undefined } {
  return { type, ...splitKey(key) };
}

export function describe({ type, key }: Body): string {
  return `${type.kind} ${key}`;
}
