import { SERVER } from '../auth/user.ts';
import { formatTime } from '../clock.ts';
import { acceptNames } from '../kinds/accepted-names.ts';
import { conditionStatus, setCondition } from '../kinds/conditions.ts';
import { customKinds } from '../kinds/custom-kind.ts';
import { DEFINITIONS, readDefinition, readNames } from '../kinds/definition.ts';
import { deepCopy, deepEqual, isObject, valueAt } from '../schema/json.ts';
import { CLEANUP_FINALIZER } from '../strategies/native.ts';
import { ownWrite } from '../verbs/api.ts';
import { remove } from '../verbs/delete.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { update } from '../verbs/update.ts';
import { WorkLoop } from './work-loop.ts';
import type { Acceptance } from '../kinds/accepted-names.ts';
import type { DefinitionNames } from '../kinds/definition.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Controller } from './controller.ts';

const MANAGER = 'kube-apiserver';

/**
 * Serves the kinds of CustomResourceDefinitions: from the very write that creates or changes one (the real server takes some
 * moments), and tells so in its conditions right after. A deleted definition goes once all its objects have gone.
 */
export function startDefinitions(api: Api, report: (error: unknown) => void): Controller {
  const loop = new WorkLoop<string>((name) => reconcile(api, name, loop), report);
  const stop = api.store.subscribe((collection, event) => {
    if (collection.name === DEFINITIONS) {
      serve(api, event.object, event.type === 'DELETED');
      loop.add(event.key);
      // A name that has become free may be what another one waits for.
      if (event.type === 'DELETED') for (const other of collection.values()) loop.add(other.metadata.name);
    } else if (event.type === 'DELETED') {
      const name = definitionName(collection.name);
      if (api.store.collection(DEFINITIONS).get(name)?.metadata.deletionTimestamp) loop.add(name);
    }
  });
  return {
    stop() {
      stop();
      loop.stop();
    },
  };
}

/** `widgets.example.com` for the collection `example.com/widgets`. */
function definitionName(collection: string): string {
  const [group = '', plural = ''] = collection.split('/');
  return `${plural}.${group}`;
}

interface Served {
  readonly spec: unknown;
  readonly collection: string;
  readonly terminating: boolean;
}

/** What is served now, by definition, so that a mere status change replaces nothing. */
const served = new WeakMap<Api, Map<string, Served | undefined>>();

function serve(api: Api, object: ApiObject, gone: boolean): void {
  const { name } = object.metadata;
  const all = served.get(api) ?? new Map<string, Served | undefined>();
  served.set(api, all);
  const before = all.get(name);
  const wish = gone || acceptance(api, object).conflict ? undefined : toServed(object);
  if (deepEqual(before, wish)) return;
  all.set(name, wish);
  api.kinds.setCustom(name, wish ? customKinds(readDefinition(object), wish.terminating) : []);
  // As on the real server: watches of a kind that changes end, so that clients see it anew; while it is merely being deleted
  // they go on, and tell how its objects go.
  if (before && !deepEqual(before.spec, wish?.spec)) api.kinds.replaced(before.collection);
}

function toServed(object: ApiObject): Served {
  const { group, names } = readDefinition(object);
  const terminating = object.metadata.deletionTimestamp !== undefined;
  return { spec: object['spec'], collection: `${group}/${names.plural}`, terminating };
}

function acceptance(api: Api, object: ApiObject): Acceptance {
  const { group, names } = readDefinition(object);
  const others = [...api.store.collection(DEFINITIONS).values()].filter(
    (other) => other.metadata.uid !== object.metadata.uid && valueAt(other, 'spec', 'group') === group,
  );
  const taken = others.map((other) => readNames(valueAt(other, 'status', 'acceptedNames')));
  return acceptNames(names, readNames(valueAt(object, 'status', 'acceptedNames')), taken);
}

function reconcile(api: Api, name: string, loop: WorkLoop<string>): void {
  const object = api.store.collection(DEFINITIONS).get(name);
  const kind = api.kinds.findByCollection(DEFINITIONS);
  if (!object || !kind) return;
  writeStatus(api, kind, object);
  if (object.metadata.deletionTimestamp) cleanUp(api, kind, name, loop);
}

function writeStatus(api: Api, kind: ServedKind, object: ApiObject): void {
  const now = formatTime(api.clock.now());
  const { names, conflict } = acceptance(api, object);
  write(api, kind, object.metadata.name, 'status', (draft) => {
    const status = isObject(draft['status']) ? draft['status'] : {};
    draft['status'] = { ...status, acceptedNames: withoutEmpty(names) };
    setCondition(
      draft,
      conflict
        ? { type: 'NamesAccepted', status: 'False', ...conflict }
        : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      now,
    );
    if (conditionStatus(draft, 'Established') === 'True') return;
    setCondition(
      draft,
      conflict
        ? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
        : {
            type: 'Established',
            status: 'True',
            reason: 'InitialNamesAccepted',
            message: 'the initial names have been accepted',
          },
      now,
    );
  });
}

/** Deletes the objects of a definition that is being deleted; the definition goes when none is left. */
function cleanUp(api: Api, kind: ServedKind, name: string, loop: WorkLoop<string>): void {
  const object = api.store.collection(DEFINITIONS).get(name);
  if (!object?.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return;
  const { group, names } = readDefinition(object);
  const custom = api.kinds.findByCollection(`${group}/${names.plural}`);
  const collection = api.store.collection(`${group}/${names.plural}`);
  if (custom) {
    for (const { metadata } of collection.list(undefined) ?? []) {
      if (!metadata.deletionTimestamp) remove(api, custom, metadata.namespace, metadata.name, {});
    }
  }
  if (custom && collection.size > 0) return;
  const message = 'removed all instances';
  write(api, kind, name, 'status', (draft) => {
    const done = { type: 'Terminating', status: 'False', reason: 'InstanceDeletionCompleted', message } as const;
    setCondition(draft, done, formatTime(api.clock.now()));
  });
  write(api, kind, name, '', ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
  });
  loop.add(name);
}

function write(api: Api, kind: ServedKind, name: string, subresource: string, change: (draft: Draft) => void): void {
  const target = { kind, namespace: undefined, name, subresource };
  const options = ownWrite(SERVER, MANAGER);
  const make = (old: ApiObject | undefined): Draft => {
    if (!old) throw new Error(`CustomResourceDefinition ${name} has gone`);
    const draft: Draft = deepCopy<ApiObject>(old);
    change(draft);
    return recordWrite(api, kind, subresource, old, draft, options);
  };
  update(api, target, { make, createMissing: false }, options);
}

/** Kind and plural are always told. */
function withoutEmpty(names: DefinitionNames): object {
  const { kind, plural } = names;
  const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== '');
  const given = Object.entries(names).filter(([, value]) => isGiven(value));
  return { ...Object.fromEntries(given), kind, plural };
}
