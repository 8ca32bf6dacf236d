/**
 * Events are served in two shapes, by the core group and by events.k8s.io, and stored once.
 * Source: k8s.io/kubernetes/pkg/apis/events/v1/conversion.go.
 */
import { isObject, setMember, type JsonObject } from '../schema/json.ts';
import { builtinSchema } from './builtin-definitions.ts';
import { toGoShape } from './go-shape.ts';

export type EventGroup = '' | 'events.k8s.io';

/** The shape that is stored: of the core group. */
export const STORED_EVENT_GROUP: EventGroup = '';

/** Names of the core group and those of events.k8s.io; all other members have the same name. */
const NAMES: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

const TO_CORE: ReadonlyMap<string, string> = new Map(NAMES.map(([core, events]) => [events, core]));
const TO_EVENTS: ReadonlyMap<string, string> = new Map(NAMES);

/**
 * An event in the shape of a group. One that has it already is returned as it is, otherwise a new object that shares its
 * members with the given one. Managed fields stay as they are: they tell the version that they are of.
 */
export function convertEvent(event: JsonObject, group: EventGroup): JsonObject {
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  if (event['apiVersion'] === apiVersion) return event;
  const names = group === '' ? TO_CORE : TO_EVENTS;
  const converted: JsonObject = {};
  for (const [key, value] of Object.entries(event)) setMember(converted, names.get(key) ?? key, value);
  converted['apiVersion'] = apiVersion;
  const schema = builtinSchema(group, 'v1', 'Event');
  // What one shape leaves out the other one may have to write: null times, empty texts.
  if (schema !== undefined) toGoShape(schema, unshared(converted));
  return converted;
}

/** Metadata is not touched by a conversion, so that the result may share it; other objects may get their empty members. */
function unshared(event: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(event)) {
    if (isObject(value)) event[key] = { ...value };
  }
  return event;
}
