import { badRequest } from '../http/status.ts';
import { isObject } from '../schema/json.ts';
import type { Draft } from '../store/object.ts';

/** Whether a value has the shape that every object of the API has. */
export function isDraft(value: unknown): value is Draft {
  return (
    isObject(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isObject(value['metadata'])
  );
}

/** The value as an object of the API. Patches can make anything of an object: what is none any more is refused. */
export function asDraft(value: unknown): Draft {
  if (isObject(value) && value['metadata'] === undefined) value['metadata'] = {};
  if (!isDraft(value))
    throw badRequest('the object provided is unrecognized: apiVersion, kind and metadata are required');
  return value;
}
