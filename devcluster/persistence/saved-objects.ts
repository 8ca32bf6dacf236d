import { isObject, stringAt, valueAt } from '../schema/json.ts';
import { keyOf } from '../store/object.ts';
import type { StoreEvent } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import type { ApiObject } from '../store/object.ts';

/** An object and the collection that it is in. */
export interface SavedObject {
  readonly collection: string;
  readonly object: ApiObject;
}

/** All objects of a store at one version. */
export interface SavedState {
  readonly version: number;
  readonly objects: readonly SavedObject[];
}

/** Raised with what an older reader could not read. */
const FORMAT = 1;

/** A snapshot: a line that tells the format and the store's version, then a line for each object. */
export function renderSnapshot(store: Store): string {
  const lines = [JSON.stringify({ format: FORMAT, version: store.version })];
  for (const collection of store.collections()) {
    for (const object of collection.values()) lines.push(JSON.stringify({ collection: collection.name, object }));
  }
  return `${lines.join('\n')}\n`;
}

/** A change, as a line that is added to the changes since the snapshot. */
export function renderChange(collection: string, { type, version, key, object }: StoreEvent): string {
  const what = type === 'DELETED' ? { deleted: key } : { object };
  return `${JSON.stringify({ version, collection, ...what })}\n`;
}

/**
 * The state that a snapshot and the changes since then make. Changes that the snapshot has already are passed over: a kill may have come
 * between the two files. A last line without its end was never answered to anybody, and does not count. Throws where a line makes no
 * sense.
 */
export function readState(snapshot: string, changes: string): SavedState {
  const [header = '', ...lines] = completeLines(snapshot);
  const told: unknown = parse(header, 'the first line of the snapshot');
  const format = valueAt(told, 'format');
  if (format !== FORMAT) throw new Error(`its format is ${String(format)}, and this version reads ${FORMAT}`);
  let version = numberAt(told, 'version', 'the snapshot');
  const objects = new Map<string, SavedObject>();
  const put = (line: unknown, where: string): void => {
    const saved = savedObject(line, where);
    objects.set(`${saved.collection} ${keyOf(saved.object)}`, saved);
  };
  lines.forEach((line, index) => {
    const where = `line ${index + 2} of the snapshot`;
    put(parse(line, where), where);
  });
  const before = version;
  completeLines(changes).forEach((line, index) => {
    const where = `line ${index + 1} of the changes`;
    const change = parse(line, where);
    const at = numberAt(change, 'version', where);
    if (at <= before) return;
    version = Math.max(version, at);
    const deleted = stringAt(change, 'deleted');
    if (deleted === '') put(change, where);
    else objects.delete(`${stringAt(change, 'collection')} ${deleted}`);
  });
  return { version, objects: [...objects.values()] };
}

function completeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function parse(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${where} is no JSON`, { cause: error });
  }
}

function numberAt(value: unknown, name: string, where: string): number {
  const number = valueAt(value, name);
  if (typeof number !== 'number') throw new Error(`${where} has no ${name}`);
  return number;
}

function savedObject(line: unknown, where: string): SavedObject {
  const object = valueAt(line, 'object');
  const collection = stringAt(line, 'collection');
  if (!isApiObject(object) || collection === '') throw new Error(`${where} holds no object`);
  return { collection, object };
}

function isApiObject(value: unknown): value is ApiObject {
  return (
    isObject(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    stringAt(value, 'metadata', 'name') !== '' &&
    /^\d+$/.test(stringAt(value, 'metadata', 'resourceVersion'))
  );
}
