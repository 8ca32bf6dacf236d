/**
 * JSON patches (RFC 6902) as the API server applies them, with the habits of the library that it uses
 * (github.com/evanphx/json-patch v4): a missing member equals null in `test`, `replace` of a missing member of an object
 * adds it, indexes may be negative, a missing `value` is null.
 */
import { compareStrings, quote } from '../schema/go-text.ts';
import {
  deepCopy,
  deepEqual,
  isArray,
  isDeeperThan,
  isObject,
  MAX_DEPTH,
  own,
  type JsonObject,
} from '../schema/json.ts';
import { addAt, findPlace, getAt, PlaceError, removeAt, setAt, type Place } from './json-pointer.ts';
import { PatchError } from './patch-error.ts';

/** More operations are refused by the real server. */
const MAX_OPERATIONS = 10_000;

const OPERATION_FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

/**
 * @param object is left as it is.
 * @param operations the patch as parsed from JSON.
 * @returns the patched document: whatever the patch made of it, an object or not.
 * @throws PatchError 400 for something that is no JSON patch, 413 for one that is too long, 422 for one that does not apply.
 */
export function applyJsonPatch(object: unknown, operations: unknown): unknown {
  const patch = readOperations(operations);
  let document = deepCopy(object);
  for (const operation of patch) {
    try {
      document = applyOperation(document, operation);
    } catch (error) {
      if (error instanceof PlaceError) throw PatchError.doesNotApply(error.message);
      throw error;
    }
  }
  return document;
}

/** What `fieldValidation` says about members that no operation has, e.g. `json patch unknown field "[0].valu"`. */
export function unknownJsonPatchFields(operations: unknown): readonly string[] {
  if (!isArray(operations)) return [];
  return operations.flatMap((operation, index) =>
    Object.keys(isObject(operation) ? operation : {})
      .filter((name) => !OPERATION_FIELDS.has(name))
      .sort(compareStrings)
      .map((name) => `json patch unknown field ${quote(`[${index}].${name}`)}`),
  );
}

interface Operation {
  readonly op: string;
  readonly path: string | undefined;
  readonly from: string | undefined;
  readonly value: unknown;
}

function readOperations(operations: unknown): Operation[] {
  if (operations === null) return [];
  if (!isArray(operations)) throw wrongType(operations, 'value of type []handlers.jsonPatchOp');
  if (operations.length > MAX_OPERATIONS) throw PatchError.tooLong(MAX_OPERATIONS, operations.length);
  return operations.map(readOperation);
}

function readOperation(operation: unknown): Operation {
  if (operation !== null && !isObject(operation)) throw wrongType(operation, 'value of type handlers.jsonPatchOp');
  const members: JsonObject = operation ?? {};
  return {
    op: readText(members, 'op') ?? 'unknown',
    path: readText(members, 'path'),
    from: readText(members, 'from'),
    value: own(members, 'value') ?? null,
  };
}

function readText(members: JsonObject, name: string): string | undefined {
  const text = own(members, name) ?? undefined;
  if (text === undefined || typeof text === 'string') return text;
  throw wrongType(text, `struct field jsonPatchOp.${name} of type string`);
}

function wrongType(value: unknown, target: string): PatchError {
  let type: string = typeof value;
  if (isArray(value)) type = 'array';
  else if (type === 'boolean') type = 'bool';
  return PatchError.malformed(`error decoding patch: json: cannot unmarshal ${type} into Go ${target}`);
}

function applyOperation(document: unknown, operation: Operation): unknown {
  const { op, path, value } = operation;
  switch (op) {
    case 'add':
      addAt(place(document, path, 'add'), held(path, value));
      return document;
    case 'remove':
      removeAt(place(document, path, 'remove'));
      return document;
    case 'replace':
      return replace(document, operation);
    case 'test':
      test(document, operation);
      return document;
    case 'move': {
      const source = place(document, operation.from, 'move');
      const moved = held(path, getAt(source));
      removeAt(source);
      addAt(place(document, path, 'move'), moved);
      return document;
    }
    case 'copy': {
      const copied = held(path, getAt(place(document, operation.from, 'copy')));
      addAt(place(document, path, 'copy'), copied);
      return document;
    }
    default:
      throw new PlaceError(`Unexpected kind: ${op}`);
  }
}

/** A copy of what comes to stand at a path: operations can put things into each other time and again. */
function held(path: string | undefined, value: unknown): unknown {
  const above = (path ?? '').split('/').length - 1;
  if (!isDeeperThan(MAX_DEPTH - above, value)) return deepCopy(value);
  throw PatchError.malformed(`the patched object would nest in more than ${MAX_DEPTH} levels`);
}

function place(document: unknown, pointer: string | undefined, op: string): Place {
  if (pointer === undefined) throw new PlaceError(`${op} operation failed to decode path: missing value`);
  const found = findPlace(document, pointer);
  if (found === undefined) throw new PlaceError(`${op} operation does not apply: doc is missing path: "${pointer}"`);
  return found;
}

function replace(document: unknown, { path, value }: Operation): unknown {
  if (path === '') {
    if (!isObject(value) && !isArray(value)) {
      throw new PlaceError('replace operation value must be object or array');
    }
    return deepCopy(value);
  }
  const found = place(document, path, 'replace');
  getAt(found);
  setAt(found, held(path, value));
  return document;
}

function test(document: unknown, { path, value }: Operation): void {
  const actual = path === '' ? document : getAt(place(document, path, 'test'));
  if (!deepEqual(actual, value)) throw new PlaceError(`testing value ${path} failed: test failed`);
}
