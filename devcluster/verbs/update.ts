import { refuseEscalation } from '../auth/escalation.ts';
import { completeChanged } from '../admission/admission.ts';
import { settleManagedFields } from '../apply/managed-fields.ts';
import { badRequest, conflict, invalid, MODIFIED, notFound, plainError } from '../http/status.ts';
import { resourceOf, storedGroupOf } from '../kinds/served-kind.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { quote } from '../schema/go-text.ts';
import { orderObjectMeta } from '../strategies/object-meta.ts';
import { freezeJson } from '../store/json.ts';
import { objectKey } from '../store/object.ts';
import { admitOwners } from '../admission/owner-permissions.ts';
import { admitCreate } from '../admission/namespaces.ts';
import { admitPodSecurity } from '../admission/pod-security/pod-security.ts';
import { insert, matchNamespace, wipeSystemFields } from './create.ts';
import { dropDuplicateOwners } from './owner-references.ts';
import { checkSize } from './size-limit.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from './api.ts';

/** The object that a change is about. */
export interface Target {
  readonly kind: ServedKind;
  readonly namespace: string | undefined;
  readonly name: string;
  /** '', `status`, or `finalize` of a namespace. */
  readonly subresource: string;
}

export interface Change {
  /**
   * The wanted object, made of the one that is there (undefined: none), with the record of who wrote what already brought up
   * to date. The result belongs to the caller.
   */
  readonly make: (old: ApiObject | undefined) => Draft;
  /** A missing object is created: by an apply always, by a PUT for some kinds. */
  readonly createMissing: boolean;
}

export interface Changed {
  /** In the version of the target's kind. */
  readonly object: ApiObject;
  readonly created: boolean;
}

/**
 * PUT, PATCH and apply: changes one object by compare-and-swap, or creates it where that is allowed. A change that changes
 * nothing writes nothing. Source: Store.Update of k8s.io/apiserver/pkg/registry/generic/registry.
 */
export function update(api: Api, target: Target, change: Change, options: WriteOptions): Changed {
  const { kind, namespace, name } = target;
  const collection = api.store.collection(kind.collection);
  const stored = collection.get(objectKey(namespace, name));
  if (!stored) return { object: createMissing(api, target, change, options), created: true };
  const old = kind.fromStorage(stored);
  const draft = change.make(old);
  matchTarget(target, draft);
  dropDuplicateOwners(draft, options.warn, 'after');
  refuseEscalation(api.authorizer, { ...target, draft, old, user: options.user });
  checkVersion(target, draft, old);
  prepare(target, draft, old);
  if (target.subresource === '') completeChanged(api, kind, draft, old);
  const errors = kind.strategy.validate(draft, old, target.subresource, options.warn);
  if (errors.length > 0) throw invalid(storedGroupOf(kind), draft.kind, draft.metadata.name, errors);
  for (const warning of kind.strategy.warnings(draft, old, target.subresource)) options.warn(warning);
  if (target.subresource === '') admitPodSecurity(api, kind, draft, old, options);
  admitOwners(api, { kind, subresource: target.subresource, draft, old, user: options.user });
  orderObjectMeta(draft);
  const next = kind.toStorage(draft);
  if (endsObject(kind, next, stored)) {
    if (!options.dryRun) api.store.remove(collection, stored);
    return { object: kind.fromStorage(freezeJson<ApiObject>(next)), created: false };
  }
  const settled = settleManagedFields(stored, next);
  if (!settled.changed) return { object: old, created: false };
  if (!options.dryRun) checkSize(next);
  const object = options.dryRun ? freezeJson<ApiObject>(next) : api.store.put(collection, next);
  return { object: kind.fromStorage(object), created: false };
}

function createMissing(api: Api, target: Target, change: Change, options: WriteOptions): ApiObject {
  const { kind, namespace, name, subresource } = target;
  if (!change.createMissing || subresource !== '') throw notFound(resourceOf(kind), name);
  const draft = change.make(undefined);
  matchTarget(target, draft);
  if (draft.metadata.uid) {
    const why = `uid mismatch: the provided object specified uid ${draft.metadata.uid}, and no existing object was found`;
    throw conflict(resourceOf(kind), name, why);
  }
  admitCreate(api, kind, namespace, name);
  refuseEscalation(api.authorizer, { ...target, draft, old: undefined, user: options.user });
  dropDuplicateOwners(draft, options.warn, 'after');
  wipeSystemFields(draft);
  return insert(api, kind, draft, options, options.demandCreate);
}

/** Name and namespace of the object must be those of the path. */
export function matchTarget({ kind, namespace, name }: Target, draft: Draft): void {
  matchNamespace(kind, namespace, draft);
  const given = draft.metadata.name;
  if (given === name) return;
  throw badRequest(
    given
      ? `the name of the object (${given}) does not match the name on the URL (${name})`
      : `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
  );
}

function checkVersion({ kind, name }: Target, draft: Draft, old: ApiObject): void {
  const version = draft.metadata.resourceVersion;
  if (version && !/^\d+$/.test(version)) {
    throw plainError(`strconv.ParseUint: parsing ${quote(version)}: invalid syntax`);
  }
  if (!version || version === '0') {
    if (!kind.strategy.unconditionalUpdate) {
      const missing = invalidField('metadata.resourceVersion', 0, 'must be specified for an update');
      throw invalid(kind.group, kind.plural, name, [missing]);
    }
    draft.metadata.resourceVersion = old.metadata.resourceVersion;
  } else if (version !== old.metadata.resourceVersion) {
    throw conflict(resourceOf(kind), name, MODIFIED);
  }
}

/** What no update changes, then what this kind's strategy takes back. */
function prepare({ kind, subresource }: Target, draft: Draft, old: ApiObject): void {
  draft.metadata.generation = old.metadata.generation;
  if (subresource === 'status') kind.strategy.prepareForStatus(draft, old);
  else if (subresource === '') kind.strategy.prepareForUpdate(draft, old);
  const { metadata } = draft;
  metadata.uid ??= old.metadata.uid;
  metadata.creationTimestamp = old.metadata.creationTimestamp;
  if (old.metadata.deletionTimestamp) metadata.deletionTimestamp = old.metadata.deletionTimestamp;
  metadata.deletionGracePeriodSeconds ??= old.metadata.deletionGracePeriodSeconds;
}

/** The last finalizer of an object that is being deleted has gone. */
function endsObject({ strategy }: ServedKind, next: Draft, stored: ApiObject): boolean {
  if ((next.metadata.finalizers?.length ?? 0) > 0 || !stored.metadata.deletionTimestamp) return false;
  return (stored.metadata.deletionGracePeriodSeconds ?? 0) === 0 && !strategy.heldByOthers(next);
}
