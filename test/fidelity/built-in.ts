/** What this package makes of a new object of a built-in kind, to compare with what a real server makes of it. */
import { trackUpdate } from '../../devcluster/apply/managed-fields.ts';
import { builtinKinds, type BuiltinKind } from '../../devcluster/kinds/builtin.ts';
import { defaultBuiltin, validateBuiltin } from '../../devcluster/kinds/builtin-rules.ts';
import { completeCreate } from '../../devcluster/kinds/rules/completion.ts';
import { findDecodeProblem } from '../../devcluster/kinds/decode-problem.ts';
import { aggregateMessage } from '../../devcluster/schema/field-error.ts';
import {
  deepCopy,
  isArray,
  isObject,
  listAt,
  objectAt,
  stringAt,
  type JsonObject,
} from '../../devcluster/schema/json.ts';
import type { Outcome } from './steps.ts';

export function kindOf(object: JsonObject): BuiltinKind {
  const apiVersion = stringAt(object, 'apiVersion');
  const found = builtinKinds().find(
    ({ group, version, kind }) =>
      kind === object['kind'] && (group === '' ? version : `${group}/${version}`) === apiVersion,
  );
  if (found === undefined) throw new Error(`no kind ${apiVersion} ${String(object['kind'])}`);
  return found;
}

const STATUS_AT_CREATION: ReadonlySet<string> = new Set(['Node', 'APIService']);

export function createHere(body: JsonObject, manager: string, now: string): Outcome {
  const kind = kindOf(body);
  const object = deepCopy(body);
  const problem = findDecodeProblem(kind.schema(), object, kind.kind);
  if (problem !== undefined) {
    return {
      code: 400,
      message: `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${problem}`,
    };
  }
  const meta = objectAt(object, 'metadata') ?? {};
  if (kind.namespaced) meta['namespace'] ??= 'default';
  else delete meta['namespace'];
  defaultBuiltin(kind, object);
  const hasStatus = kind.subresources.some(({ name }) => name === 'status');
  const resetFields = hasStatus ? [['status']] : [];
  const tracked = trackUpdate({
    schema: kind.schema(),
    before: undefined,
    after: object,
    manager,
    now,
    resetFields,
  });
  if (hasStatus && !STATUS_AT_CREATION.has(kind.kind)) delete tracked['status'];
  const trackedMeta = objectAt(tracked, 'metadata') ?? {};
  trackedMeta['uid'] = 'UID';
  completeCreate(kind.group, kind.kind, tracked, { addresses: new Set(), nodePorts: new Set() });
  const errors = validateBuiltin(kind, tracked);
  const name = stringAt(tracked, 'metadata', 'name');
  if (errors.length > 0) {
    const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
    return { code: 422, message: `${qualified} "${name}" is invalid: ${aggregateMessage(errors)}` };
  }
  defaultBuiltin(kind, tracked);
  return { code: 201, object: comparableBuiltin(tracked) };
}

/** Without what the server makes up, and what its registries fill in beyond defaults. */
export function comparableBuiltin(object: JsonObject): JsonObject {
  const copy = deepCopy(object);
  const uid = stringAt(copy, 'metadata', 'uid');
  if (uid !== '') replaceTexts(copy, uid, 'UID');
  const meta = objectAt(copy, 'metadata') ?? {};
  for (const key of ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'namespace']) delete meta[key];
  delete copy['status'];
  const spec = objectAt(copy, 'spec') ?? {};
  if (copy['kind'] === 'Namespace') delete spec['finalizers'];
  if (copy['kind'] !== 'Service') return copy;
  // Which address or port is free is each server's own business, that there is one is not.
  if (stringAt(spec, 'clusterIP').startsWith('10.')) {
    spec['clusterIP'] = 'some address';
    spec['clusterIPs'] = ['some address'];
  }
  if (Object.hasOwn(spec, 'healthCheckNodePort')) spec['healthCheckNodePort'] = 'some port';
  for (const port of listAt(spec, 'ports').filter(isObject)) {
    if (Object.hasOwn(port, 'nodePort')) port['nodePort'] = 'some port';
  }
  return copy;
}

/** Every text that equals another one, anywhere inside. */
function replaceTexts(value: unknown, text: string, by: string): void {
  if (!isObject(value) && !isArray(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (member === text) Object.assign(value, { [key]: by });
    else replaceTexts(member, text, by);
  }
}
