import type { Form } from '../kube/managed-fields-form.ts';
import { controllerUid, managersOf, type Managers } from '../kube/managed-fields.ts';
import { keyOf } from '../kube/paths.ts';
import { isPatchManager } from '../kube/patch-manager.ts';
import { matches, type Requirement } from '../kube/selector.ts';
import type { FieldsV1, KubernetesObject, ManagedFieldsEntry } from '../kube/types.ts';
import { interned, internTexts } from './interned.ts';

/** One object as a cache keeps it. */
export interface Entry {
  /** `namespace/name`, or the name. */
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Without managedFields. Shared: to be frozen before it is handed to anybody's code. */
  readonly object: KubernetesObject;
  /** Our own entries of managedFields with their places, all that is kept of them; those of a subresource without their fields. */
  readonly ours: readonly OwnFields[];
  /** The same as JSON, in which {@link OWNER} stands for `owner`: one text for all objects that were written alike. '' where there are none. */
  readonly oursText: string;
  /** The uid of its controller; '' without one. */
  readonly owner: string;
  /** The entries of this operator's patches: one for each resource and key that sets fields here. */
  readonly patches: readonly ManagedFieldsEntry[];
}

/** An entry of managedFields that is ours, and where it stands in the list (a JSON patch has to name the place). */
export interface OwnFields {
  readonly index: number;
  readonly entry: ManagedFieldsEntry;
}

const NONE: readonly [] = [];
/** Stands in kept texts for the uid of the object's controller. */
export const OWNER = '\u0001';

/**
 * An entry whose fields of ours are a text until somebody asks: few ever do, most objects have the same ones, and as values they would
 * be the greater part of what a cache keeps.
 */
class KeptEntry implements Entry {
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly object: KubernetesObject;
  readonly patches: readonly ManagedFieldsEntry[];
  readonly oursText: string;

  constructor(object: KubernetesObject, oursText: string, patches: Entry['patches']) {
    const { uid = '', resourceVersion = '' } = object.metadata;
    this.key = keyOf(object);
    this.uid = uid;
    this.resourceVersion = resourceVersion;
    this.object = object;
    this.patches = patches;
    this.oursText = oursText;
  }

  get ours(): readonly OwnFields[] {
    if (this.oursText === '') return NONE;
    return JSON.parse(this.oursText.replaceAll(OWNER, this.owner)) as readonly OwnFields[];
  }

  get owner(): string {
    return controllerUid(this.object);
  }
}

/** What is kept of an object that the server sent. `managers`: of a copy, those of the object as it was sent. */
export function entryOf(object: KubernetesObject, fieldManager: string, managers = managersOf(object)): Entry {
  const kept = object.metadata.managedFields === undefined ? object : withoutManagers(object);
  internTexts(kept);
  if (!managers) return new KeptEntry(kept, '', NONE);
  const { oursText, hasPatches } = ownOf(managers, controllerUid(kept), fieldManager);
  return new KeptEntry(kept, oursText, hasPatches ? patchesOf(managers.entries, fieldManager) : NONE);
}

function withoutManagers(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What of an object's managedFields is the operator's. */
interface Own {
  readonly oursText: string;
  readonly hasPatches: boolean;
}

/** What was made of forms, by operator. */
const made = new WeakMap<Form, Map<string, Own>>();

function ownOf(managers: Managers, owner: string, fieldManager: string): Own {
  const { form } = managers;
  if (!form) return makeOwn(managers.entries, owner, fieldManager);
  const byOperator = made.get(form) ?? new Map<string, Own>();
  const known = byOperator.get(fieldManager);
  if (known) return known;
  const own = makeOwn(managers.entries, owner, fieldManager);
  made.set(form, byOperator.set(fieldManager, own));
  return own;
}

function makeOwn(managedFields: readonly ManagedFieldsEntry[], owner: string, fieldManager: string): Own {
  const ours = ownFields(managedFields, fieldManager);
  const text = ours.length === 0 ? '' : JSON.stringify(ours);
  return {
    oursText: interned(owner === '' ? text : text.replaceAll(owner, OWNER)),
    hasPatches: managedFields.some(({ manager = '' }) => isPatchManager(manager, fieldManager)),
  };
}

function patchesOf(managedFields: readonly ManagedFieldsEntry[], operator: string): readonly ManagedFieldsEntry[] {
  const own = managedFields.filter(({ manager = '' }) => isPatchManager(manager, operator));
  return own.length === 0 ? NONE : own;
}

function ownFields(managedFields: readonly ManagedFieldsEntry[], fieldManager: string): readonly OwnFields[] {
  let others: readonly FieldsV1[] | undefined;
  const own: OwnFields[] = [];
  for (const [index, { manager, operation, apiVersion, subresource, fieldsV1 }] of managedFields.entries()) {
    if (manager !== fieldManager) continue;
    if (subresource !== undefined) {
      own.push({ index, entry: { manager, operation, apiVersion, subresource } });
      continue;
    }
    others ??= managedFields.flatMap((entry) =>
      entry.manager !== fieldManager && entry.fieldsV1 ? entry.fieldsV1 : [],
    );
    own.push({
      index,
      entry: { manager, operation, apiVersion, ...(fieldsV1 && { fieldsV1: tellTakenMembers(fieldsV1, others) }) },
    });
  }
  return own.length === 0 ? NONE : own;
}

/**
 * `{}` in an `Update` entry means either of two things: an atomic value, or a map whose members were all taken by others. Only their
 * entries tell; since those are not kept, the second is written as `{ '.': {} }`, the map without members.
 */
function tellTakenMembers(own: FieldsV1, others: readonly FieldsV1[]): FieldsV1 {
  if (others.length === 0) return own;
  const members = Object.entries(own);
  if (members.length === 0) return others.some((other) => Object.keys(other).length > 0) ? { '.': {} } : own;
  return Object.fromEntries(
    members.map(([name, child]) => [
      name,
      tellTakenMembers(
        child,
        others.flatMap((other) => other[name] ?? []),
      ),
    ]),
  );
}

/** So many objects are looked through rather than a label indexed. */
const FEW = 16;

/** The label values that are looked up in an index: label key → value → keys of objects. */
type LabelIndex = Map<string, Set<string>>;

/** Objects of one kind by key. An index of namespaces, or of a label, is made when the first look-up by it comes, and kept from then on. */
export class Store {
  readonly #entries = new Map<string, Entry>();
  #namespaces: Map<string, Set<string>> | undefined;
  readonly #labels = new Map<string, LabelIndex>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  /** Puts it in the place of what was there, which is returned. */
  put(entry: Entry): Entry | undefined {
    const old = this.#entries.get(entry.key);
    this.#entries.set(entry.key, entry);
    // The namespace is part of the key.
    if (!old && this.#namespaces) add(this.#namespaces, entry.object.metadata.namespace ?? '', entry.key);
    for (const [label, index] of this.#labels) {
      const value = entry.object.metadata.labels?.[label];
      const former = old?.object.metadata.labels?.[label];
      if (value === former) continue;
      if (former !== undefined) remove(index, former, entry.key);
      if (value !== undefined) add(index, value, entry.key);
    }
    return old;
  }

  delete(key: string): Entry | undefined {
    const old = this.#entries.get(key);
    if (old) {
      this.#unindex(old);
      this.#entries.delete(key);
    }
    return old;
  }

  /** The objects of a namespace (undefined: of all) that meet the requirements, by key. */
  select(namespace: string | undefined, requirements: readonly Requirement[]): readonly Entry[] {
    const found: Entry[] = [];
    for (const key of this.#candidates(namespace, requirements)) {
      const entry = this.#entries.get(key);
      if (!entry) continue;
      const { metadata } = entry.object;
      if (namespace !== undefined && metadata.namespace !== namespace) continue;
      if (matches(requirements, metadata.labels)) found.push(entry);
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Keys among which all that is looked for is: the fewest that some label which must have one of some values leaves, or the namespace. */
  #candidates(namespace: string | undefined, requirements: readonly Requirement[]): Iterable<string> {
    let best: readonly ReadonlySet<string>[] | undefined;
    let fewest = this.#entries.size;
    if (namespace !== undefined) {
      const keys = this.#namespaceIndex().get(namespace);
      best = keys ? [keys] : [];
      fewest = keys?.size ?? 0;
    }
    for (const { key, operator, values } of requirements) {
      // Another index would cost more than it saves.
      if (fewest <= FEW) break;
      if (operator !== 'In') continue;
      const index = this.#labelIndex(key);
      const keys = [...new Set(values)].flatMap((value) => index.get(value) ?? []);
      const count = keys.reduce((sum, { size }) => sum + size, 0);
      if (best && count >= fewest) continue;
      best = keys;
      fewest = count;
    }
    if (!best) return this.#entries.keys();
    const [only, ...others] = best;
    return others.length === 0 ? (only ?? []) : best.flatMap((keys) => Array.from(keys));
  }

  #namespaceIndex(): ReadonlyMap<string, ReadonlySet<string>> {
    if (!this.#namespaces) {
      this.#namespaces = new Map();
      for (const { key, object } of this.#entries.values()) add(this.#namespaces, object.metadata.namespace ?? '', key);
    }
    return this.#namespaces;
  }

  #labelIndex(label: string): LabelIndex {
    let index = this.#labels.get(label);
    if (!index) {
      index = new Map();
      this.#labels.set(label, index);
      for (const { key, object } of this.#entries.values()) {
        const value = object.metadata.labels?.[label];
        if (value !== undefined) add(index, value, key);
      }
    }
    return index;
  }

  #unindex({ key, object }: Entry): void {
    if (this.#namespaces) remove(this.#namespaces, object.metadata.namespace ?? '', key);
    for (const [label, index] of this.#labels) {
      const value = object.metadata.labels?.[label];
      if (value !== undefined) remove(index, value, key);
    }
  }
}

function add(index: Map<string, Set<string>>, value: string, key: string): void {
  const keys = index.get(value);
  if (keys) keys.add(key);
  else index.set(value, new Set([key]));
}

function remove(index: Map<string, Set<string>>, value: string, key: string): void {
  const keys = index.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(value);
}
