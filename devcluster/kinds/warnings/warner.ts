import type { JsonObject } from '../../schema/json.ts';

/** What a writer is told of a valid object; `old` is the stored one, for an update. */
export type Warner = (object: JsonObject, old: JsonObject | undefined) => readonly string[];
