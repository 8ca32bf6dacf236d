import { isDeepStrictEqual } from 'node:util';
import type { Form } from '../kube/managed-fields-form.ts';
import { controllerUid, managersOf, type Managers } from '../kube/managed-fields.ts';
import { keyOf } from '../kube/paths.ts';
import { isPatchManager } from '../kube/patch-manager.ts';
import { matches, type Requirement } from '../kube/selector.ts';
import type { FieldsV1, KubernetesObject, ManagedFieldsEntry, ObjectMeta } from '../kube/types.ts';
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
  /** Whether there are any: a copy that somebody made of what is ours has none. */
  readonly isOurs: boolean;
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
  readonly object: KubernetesObject;
  readonly patches: readonly ManagedFieldsEntry[];
  readonly oursText: string;

  constructor(object: KubernetesObject, oursText: string, patches: Entry['patches']) {
    this.key = keyOf(object);
    this.object = object;
    this.patches = patches;
    this.oursText = oursText;
  }

  get uid(): string {
    return this.object.metadata.uid ?? '';
  }

  get resourceVersion(): string {
    return this.object.metadata.resourceVersion ?? '';
  }

  get isOurs(): boolean {
    return this.oursText !== '';
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

type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

/** Keys of objects: a list of few, or a set of many, which takes four times the room. */
type Keys = readonly string[] | Set<string>;

/** The label values that are looked up in an index: label key → value → keys of objects. */
type LabelIndex = Map<string, Keys>;

/** Objects of one kind by key. An index of namespaces, or of a label, is made when the first look-up by it comes, and kept from then on. */
export class Store {
  readonly #entries = new Map<string, Entry>();
  #namespaces: Map<string, Keys> | undefined;
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
    if (old) share(entry, old);
    // The namespace is part of the key.
    if (!old && this.#namespaces) add(this.#namespaces, entry.object.metadata.namespace ?? '', entry.key);
    for (const [label, index] of this.#labels) {
      const value = entry.object.metadata.labels?.[label];
      const former = old?.object.metadata.labels?.[label];
      if (value === former) continue;
      if (former !== undefined) remove(index, former, entry.key);
      if (value !== undefined) this.#add(index, value, entry);
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
    return isInOrder(found) ? found : found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Keys among which all that is looked for is: the fewest that some label which must have one of some values leaves, or the namespace. */
  #candidates(namespace: string | undefined, requirements: readonly Requirement[]): Iterable<string> {
    let best: readonly Keys[] | undefined;
    let fewest = this.#entries.size;
    if (namespace !== undefined) {
      const keys = this.#namespaceIndex().get(namespace);
      best = keys ? [keys] : [];
      fewest = keys ? sizeOf(keys) : 0;
    }
    for (const { key, operator, values } of requirements) {
      // Another index would cost more than it saves.
      if (fewest <= FEW) break;
      if (operator !== 'In') continue;
      const index = this.#labelIndex(key);
      const keys: Keys[] = [];
      let count = 0;
      for (const value of values.length === 1 ? values : new Set(values)) {
        const found = index.get(value);
        if (!found) continue;
        keys.push(found);
        count += sizeOf(found);
      }
      if (best && count >= fewest) continue;
      best = keys;
      fewest = count;
    }
    if (!best) return this.#entries.keys();
    const [only, ...others] = best;
    return others.length === 0 ? (only ?? []) : best.flatMap((keys) => Array.from(keys));
  }

  #namespaceIndex(): ReadonlyMap<string, Keys> {
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
      for (const entry of this.#entries.values()) {
        const value = entry.object.metadata.labels?.[label];
        if (value !== undefined) this.#add(index, value, entry);
      }
    }
    return index;
  }

  /** To those of this value of a label, of whose owner it is most often too. */
  #add(index: LabelIndex, value: string, entry: Entry): void {
    const [like] = index.get(value) ?? [];
    const other = like === undefined ? undefined : this.#entries.get(like);
    if (other) share(entry, other);
    add(index, value, entry.key);
  }

  #unindex({ key, object }: Entry): void {
    if (this.#namespaces) remove(this.#namespaces, object.metadata.namespace ?? '', key);
    for (const [label, index] of this.#labels) {
      const value = object.metadata.labels?.[label];
      if (value !== undefined) remove(index, value, key);
    }
  }
}

/** Keeps once what both objects have, as those of one owner do, and two versions of one; changes nothing that could be seen. */
function share(entry: Entry, other: Entry): void {
  const kept: Writable<Entry> = entry;
  if (kept.key === other.key) kept.key = other.key;
  const own: Writable<ObjectMeta> = entry.object.metadata;
  const known = other.object.metadata;
  if (Object.isFrozen(own)) return;
  if (own.uid === known.uid) own.uid = known.uid;
  if (isSame(own.labels, known.labels)) own.labels = known.labels;
  if (isSame(own.ownerReferences, known.ownerReferences)) own.ownerReferences = known.ownerReferences;
}

function isSame(own: object | undefined, known: object | undefined): boolean {
  return known !== undefined && own !== known && isDeepStrictEqual(own, known);
}

/** As the outputs of one resource nearly always are. */
function isInOrder(entries: readonly Entry[]): boolean {
  return entries.every(({ key }, index) => index === 0 || (entries[index - 1]?.key ?? '') < key);
}

function sizeOf(keys: Keys): number {
  return keys instanceof Set ? keys.size : keys.length;
}

/** `concat`, since a list with a spread in it is made with room for more. */
function add(index: Map<string, Keys>, value: string, key: string): void {
  const keys = index.get(value) ?? [];
  if (keys instanceof Set) keys.add(key);
  else if (!keys.includes(key)) index.set(value, keys.length < FEW ? keys.concat(key) : new Set([...keys, key]));
}

function remove(index: Map<string, Keys>, value: string, key: string): void {
  const keys = index.get(value);
  if (keys instanceof Set) keys.delete(key);
  const left = keys instanceof Set ? keys : (keys ?? []).filter((other) => other !== key);
  if (sizeOf(left) === 0) index.delete(value);
  else index.set(value, left);
}
