import { formatTime } from '../clock.ts';
import { setCondition } from '../kinds/conditions.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { qualified } from '../http/status.ts';
import { isObject, listAt } from '../schema/json.ts';
import { PODS } from '../admission/pods.ts';
import { NAMESPACES } from '../admission/namespaces.ts';
import { remove } from '../verbs/delete.ts';
import { changeObject } from './change-meta.ts';
import { WorkLoop } from './work-loop.ts';
import type { Condition } from '../kinds/conditions.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Controller } from './controller.ts';

const FINALIZER = 'kubernetes';

/** Empties a namespace that is being deleted, and lets it go once nothing is left in it. */
export function startNamespaces(api: Api, report: (error: unknown) => void): Controller {
  const loop = new WorkLoop<string>((name) => reconcile(api, name), report);
  const namespaces = api.store.collection(NAMESPACES);
  const stop = api.store.subscribe((collection, event) => {
    const name = collection.name === NAMESPACES ? event.key : event.object.metadata.namespace;
    if (name && namespaces.get(name)?.metadata.deletionTimestamp) loop.add(name);
  });
  return {
    stop() {
      stop();
      loop.stop();
    },
  };
}

function reconcile(api: Api, name: string): void {
  const namespace = api.store.collection(NAMESPACES).get(name);
  const kind = api.kinds.findByCollection(NAMESPACES);
  if (!kind || !namespace?.metadata.deletionTimestamp) return;
  if (!listAt(namespace, 'spec', 'finalizers').includes(FINALIZER)) return;
  const kinds = api.kinds.collections().filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete'));
  // Whoever runs in the namespace ends before what it works with goes; the real server tells of all the rest as if it had gone by then.
  const pods = empty(
    api,
    name,
    kinds.filter(({ collection }) => collection === PODS),
  );
  const remaining = pods.length > 0 ? [] : empty(api, name, kinds);
  changeObject(api, kind, undefined, name, 'status', (draft) => {
    const now = formatTime(api.clock.now());
    for (const condition of conditions(remaining, draft, pods.length > 0)) setCondition(draft, condition, now);
  });
  if (pods.length > 0 || remaining.length > 0) return;
  changeObject(api, kind, undefined, name, 'finalize', (draft) => {
    const spec = isObject(draft['spec']) ? draft['spec'] : {};
    const finalizers = listAt(draft, 'spec', 'finalizers').filter((finalizer) => finalizer !== FINALIZER);
    draft['spec'] = finalizers.length > 0 ? { ...spec, finalizers } : {};
  });
}

interface Remaining {
  readonly kind: ServedKind;
  readonly objects: readonly ApiObject[];
}

/** Deletes all objects of some kinds that are in the namespace; returns what is still there. */
function empty(api: Api, namespace: string, kinds: readonly ServedKind[]): Remaining[] {
  return kinds.flatMap((kind) => {
    const collection = api.store.collection(kind.collection);
    for (const { metadata } of collection.list(namespace) ?? []) {
      if (!metadata.deletionTimestamp) remove(api, kind, namespace, metadata.name, { propagationPolicy: 'Background' });
    }
    const objects = collection.list(namespace) ?? [];
    return objects.length > 0 ? [{ kind, objects }] : [];
  });
}

/** Those of the real server. Ones that tell of no problem stay away where there never was one, and nothing else holds it. */
function conditions(remaining: readonly Remaining[], namespace: Draft, waits: boolean): Condition[] {
  const known = listAt(namespace, 'status', 'conditions').length > 0;
  const stays = (namespace.metadata.finalizers?.length ?? 0) > 0;
  if (remaining.length === 0 && !known && !stays && !waits) return [];
  const finalizers = new Map<string, number>();
  for (const name of remaining.flatMap(({ objects }) =>
    objects.flatMap((object) => object.metadata.finalizers ?? []),
  )) {
    finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  }
  const left = remaining.map(({ kind, objects }) => `${dotted(kind)} has ${objects.length} resource instances`);
  const held = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  const ok = (type: string, reason: string, message: string): Condition => ({ type, status: 'False', reason, message });
  const bad = (type: string, reason: string, message: string): Condition => ({ type, status: 'True', reason, message });
  return [
    ok('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    ok(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    ok(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    left.length > 0
      ? bad(
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          `Some resources are remaining: ${left.sort().join(', ')}`,
        )
      : ok('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
    held.length > 0
      ? bad(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
        )
      : ok('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
  ];
}

/** `configmaps.` even in the core group, as the real server says here. */
function dotted(kind: ServedKind): string {
  return kind.group ? qualified(resourceOf(kind)) : `${kind.plural}.`;
}
