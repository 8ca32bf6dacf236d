import { randomUUID } from 'node:crypto';
import policy from '../auth/bootstrap-policy.json' with { type: 'json' };
import { RBAC_GROUP } from '../auth/rbac-objects.ts';
import { formatTime } from '../clock.ts';
import { deepCopy, isObject } from '../schema/json.ts';
import { keyOf } from '../store/object.ts';
import { orderObjectMeta } from '../strategies/object-meta.ts';
import { asDraft } from '../verbs/draft.ts';
import type { Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

const API_VERSION = `${RBAC_GROUP}/v1`;

/**
 * The roles and bindings that every cluster has from its start, as `record-bootstrap.ts` wrote them down; what is there already is
 * left as it is. They go straight into the store: they are known to be right, and a cluster has to start at once.
 */
export function createBootstrapPolicy(api: Api): void {
  const now = formatTime(api.clock.now());
  for (const object of policy.objects) {
    const kind = api.kinds.findByKind(API_VERSION, object.kind);
    if (!kind) throw new Error(`${object.kind} is not served`);
    const draft = asDraft({ apiVersion: API_VERSION, ...deepCopy(object) });
    const collection = api.store.collection(kind.collection);
    if (collection.get(keyOf(draft))) continue;
    draft.metadata = {
      ...draft.metadata,
      uid: randomUUID(),
      creationTimestamp: now,
      managedFields: managedFields(draft, now),
    };
    orderObjectMeta(draft);
    api.store.put(collection, draft);
  }
}

/** The server wrote all of it, but for rules that are put together of those of other roles. */
function managedFields(draft: Draft, time: string): readonly object[] {
  const entry = { apiVersion: API_VERSION, time, fieldsType: 'FieldsV1' };
  const { apiVersion: _version, kind: _kind, metadata, ...members } = draft;
  const { annotations, labels } = metadata;
  const meta = { ...(annotations && { annotations }), ...(labels && { labels }) };
  const aggregated = members['aggregationRule'] !== undefined;
  if (aggregated) delete members['rules'];
  const fields = {
    ...(Object.keys(meta).length > 0 && { 'f:metadata': membersOf(meta, ownedMembers) }),
    ...membersOf(members, (value) => (isObject(value) && !('apiGroup' in value) ? ownedMembers(value) : {})),
  };
  const own = { manager: 'kube-apiserver', operation: 'Update', ...entry, fieldsV1: fields };
  if (!aggregated) return [own];
  const others = { manager: 'clusterrole-aggregation-controller', operation: 'Apply', ...entry };
  return [{ ...others, fieldsV1: { 'f:rules': {} } }, own];
}

function ownedMembers(value: object): object {
  return { '.': {}, ...membersOf(value, () => ({})) };
}

function membersOf(value: object, owned: (member: object) => object): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, object]) => [`f:${key}`, owned(member)]),
  );
}
