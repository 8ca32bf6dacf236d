import { isArray, isObject, objectAt, stringAt, valueAt } from '../schema/json.ts';
import type { JsonObject } from '../schema/json.ts';

/** Replaces what differs from run to run by names that say the same when the same value comes again. */
export class Normaliser {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #replacements: readonly (readonly [from: string, to: string])[];

  /** `replacements`: texts that are replaced wherever they occur. */
  constructor(replacements: readonly (readonly [string, string])[]) {
    this.#replacements = replacements;
  }

  /** An answer's body, or the events of a watch. */
  answer(value: unknown): unknown {
    if (isArray(value)) return value.map((event) => (isObject(event) ? this.#event(event) : event));
    return this.value(sortedCauses(anonymousVersion(value)));
  }

  /** Events of deletions carry versions of their own; those of bookmarks count the writes of others too. */
  #event(event: JsonObject): unknown {
    return this.value(event['type'] === 'BOOKMARK' ? { ...event, object: withoutVersion(event['object']) } : event);
  }

  value(value: unknown, path: readonly string[] = []): unknown {
    if (isArray(value)) {
      const items = path.at(-1)?.endsWith('managedFields') ? sortedManagers(value) : value;
      return items.map((item, index) => this.value(item, [...path, String(index)]));
    }
    if (isObject(value)) {
      const entries = Object.entries(value).map(
        ([key, member]) => [this.plain(key), this.value(member, [...path, key])] as const,
      );
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    return typeof value === 'string' ? this.#text(value, path) : value;
  }

  #text(text: string, path: readonly string[]): string {
    const key = path.at(-1) ?? '';
    const parent = path.at(-2) ?? '';
    if (key === 'resourceVersion' && parent === 'metadata' && /^\d+$/.test(text)) return this.#name('version', text);
    if (parent === 'cells' && /^(\d+[ydhms])+$/.test(text)) return '<age>';
    if (key === 'continue') return '<continue>';
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return '<time>';
    return this.plain(text);
  }

  /** A text without uids, addresses and times. */
  plain(text: string): string {
    let plain = text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uid) =>
      this.#name('uid', uid),
    );
    for (const [from, to] of this.#replacements) plain = plain.replaceAll(from, to);
    plain = plain.replaceAll(/((?:RV|ResourceVersion|resource version|current)[^0-9]{0,40})\d+/g, '$1<number>');
    return plain
      .replaceAll(/selfType\d+/g, 'selfType<number>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
      .replaceAll(/(resourceVersion\\?":\\?")\d+/g, '$1<version>');
  }

  #name(type: string, value: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(type) ?? 0) + 1;
    this.#counts.set(type, count);
    const name = `<${type} ${count}>`;
    this.#names.set(value, name);
    return name;
  }
}

/** A list's version counts all writes, those of others too. */
function anonymousVersion(value: unknown): unknown {
  const kind = isObject(value) ? value['kind'] : undefined;
  const list = typeof kind === 'string' && (kind.endsWith('List') || kind === 'Table');
  return list ? withoutVersion(value) : value;
}

/** What is wrong with an object comes in the order of Go's maps, which is none: causes are sorted, and not told twice. */
function sortedCauses(value: unknown): unknown {
  const causes = valueAt(value, 'details', 'causes');
  if (!isObject(value) || !isArray(causes) || causes.length < 2) return value;
  const sorted = causes.map((cause) => JSON.stringify(cause)).sort();
  const subject = stringAt(value, 'message').replace(/is invalid: .*$/s, 'is invalid');
  const details = { ...objectAt(value, 'details'), causes: sorted.map((text): unknown => JSON.parse(text)) };
  return { ...value, message: subject, details };
}

/** The server sorts managers by their seconds before their names, and in which second a step falls is chance; who has no time comes first. */
function sortedManagers(managers: readonly unknown[]): readonly unknown[] {
  const key = (manager: unknown): string =>
    JSON.stringify([
      stringAt(manager, 'operation'),
      valueAt(manager, 'time') !== undefined,
      ...['manager', 'apiVersion', 'subresource'].map((name) => stringAt(manager, name)),
    ]);
  return managers.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function withoutVersion(value: unknown): unknown {
  if (!isObject(value) || !isObject(value['metadata'])) return value;
  return { ...value, metadata: { ...value['metadata'], resourceVersion: '<any version>' } };
}

/** Removes the members at a path, `*` standing for any member or item. */
export function removeAt(value: unknown, path: readonly string[]): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (key !== '*' && key !== String(index)) continue;
      if (rest.length === 0) value[index] = '<ignored>';
      else removeAt(item, rest);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const name of Object.keys(value)) {
    if (key !== '*' && key !== name) continue;
    if (rest.length === 0) delete value[name];
    else removeAt(value[name], rest);
  }
}

/** The value at a path; with `*`, the list of all that are there. */
export function pick(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (key === '*') {
    const members: unknown[] = isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    return members.map((member) => pick(member, rest));
  }
  if (isArray(value)) return pick(value[Number(key)], rest);
  return isObject(value) ? pick(value[key], rest) : undefined;
}
