/**
 * `metadata.managedFields`: who owns which fields.
 * Source: k8s.io/apimachinery/pkg/util/managedfields/internal/managedfields.go.
 */
import { compareStrings, marshalJson } from '../schema/go-text.ts';
import { isArray, isObject, stringAt, type JsonObject } from '../schema/json.ts';
import type { FieldSet } from './field-set.ts';
import { readFieldsV1, writeFieldsV1 } from './fields-v1.ts';

export type Operation = 'Apply' | 'Update';

/** What tells managers apart. Appliers are the same whatever API version they use. */
export interface ManagerId {
  readonly manager: string;
  readonly operation: Operation;
  /** '' for appliers. */
  readonly apiVersion: string;
  readonly subresource: string;
}

export interface Ownership {
  readonly id: ManagerId;
  readonly fields: FieldSet;
  /** The API version in whose terms the fields are. */
  readonly apiVersion: string;
  /** RFC 3339 in seconds; undefined where it is not known. */
  readonly time: string | undefined;
}

/** By the text of their id. */
export type Managers = Map<string, Ownership>;

/** A text that is the same for the same manager; it sorts as the real server's does. */
export function managerKey(id: ManagerId): string {
  const fields: JsonObject = { manager: id.manager, operation: id.operation };
  if (id.apiVersion !== '') fields['apiVersion'] = id.apiVersion;
  if (id.subresource !== '') fields['subresource'] = id.subresource;
  const members = Object.entries(fields).map(([name, value]) => `"${name}":${marshalJson(value)}`);
  return `{${members.join(',')}}`;
}

/** A manager without a name is `unknown`. */
export function managerId(
  manager: string,
  operation: Operation,
  apiVersion: string,
  subresource: string | undefined,
): ManagerId {
  return {
    manager: manager === '' ? 'unknown' : manager,
    operation,
    apiVersion: operation === 'Apply' ? '' : apiVersion,
    subresource: subresource ?? '',
  };
}

/**
 * Reads the entries of an object. Several entries of one manager: the last counts.
 * @returns undefined if they cannot be read; the real server then goes on as if there were none.
 */
export function readManagers(entries: unknown): Managers | undefined {
  const managers: Managers = new Map();
  if (!isArray(entries)) return managers;
  for (const entry of entries) {
    const ownership = readEntry(entry);
    if (ownership === undefined) return undefined;
    managers.set(managerKey(ownership.id), ownership);
  }
  return managers;
}

function readEntry(entry: unknown): Ownership | undefined {
  const operation = stringAt(entry, 'operation');
  const apiVersion = stringAt(entry, 'apiVersion');
  if (!isObject(entry) || (operation !== 'Apply' && operation !== 'Update') || apiVersion === '') return undefined;
  if (entry['fieldsType'] !== 'FieldsV1') return undefined;
  try {
    return {
      id: {
        manager: stringAt(entry, 'manager'),
        operation,
        apiVersion: operation === 'Apply' ? '' : apiVersion,
        subresource: stringAt(entry, 'subresource'),
      },
      fields: readFieldsV1(entry['fieldsV1']),
      apiVersion,
      time: typeof entry['time'] === 'string' ? entry['time'] : undefined,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The entries as the real server writes and orders them: appliers first, then by time, name, version, subresource. */
export function writeManagers(managers: Managers): JsonObject[] {
  return [...managers.values()].sort(compareOwnerships).map((ownership) => {
    const { id, apiVersion, time, fields } = ownership;
    const entry: JsonObject = {};
    if (id.manager !== '') entry['manager'] = id.manager;
    entry['operation'] = id.operation;
    entry['apiVersion'] = apiVersion;
    if (time !== undefined) entry['time'] = time;
    entry['fieldsType'] = 'FieldsV1';
    entry['fieldsV1'] = writeFieldsV1(fields);
    if (id.subresource !== '') entry['subresource'] = id.subresource;
    return entry;
  });
}

function compareOwnerships(a: Ownership, b: Ownership): number {
  return (
    compareStrings(a.id.operation, b.id.operation) ||
    seconds(a.time) - seconds(b.time) ||
    compareStrings(a.id.manager, b.id.manager) ||
    compareStrings(a.apiVersion, b.apiVersion) ||
    compareStrings(a.id.subresource, b.id.subresource)
  );
}

/** Seconds since 1970, 0 for no time. */
export function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}
