/** What this package makes of writes to an object of a built-in kind, to compare with what a real server makes of them. */
import { ApplyConflictError, ApplyRefusedError, applyServerSide } from '../../devcluster/apply/apply.ts';
import { settleManagedFields, trackUpdate } from '../../devcluster/apply/managed-fields.ts';
import { builtinKinds, type BuiltinKind } from '../../devcluster/kinds/builtin.ts';
import { defaultBuiltin, validateBuiltin } from '../../devcluster/kinds/builtin-rules.ts';
import { completeCreate, completeUpdate } from '../../devcluster/kinds/rules/completion.ts';
import { findDecodeProblem } from '../../devcluster/kinds/decode-problem.ts';
import { applyJsonPatch } from '../../devcluster/patch/json-patch.ts';
import { applyMergePatch } from '../../devcluster/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../devcluster/patch/strategic-merge.ts';
import { PatchError } from '../../devcluster/patch/patch-error.ts';
import { aggregateMessage, type FieldError } from '../../devcluster/schema/field-error.ts';
import {
  deepCopy,
  isArray,
  isObject,
  listAt,
  objectAt,
  setMember,
  stringAt,
  type JsonObject,
} from '../../devcluster/schema/json.ts';
import { isOutcome } from './recordings.ts';
import type { Outcome, Step } from './steps.ts';

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
const NOTHING_TAKEN = { addresses: new Set<string>(), nodePorts: new Set<number>() };

/** A create of the object alone. */
export function createHere(body: JsonObject, manager: string, now: string): Outcome {
  const step = { verb: 'create', manager, force: false, subresource: '', body } as const;
  return new BuiltInStore(kindOf(body)).step(step, now);
}

/** An update of an object that was just created. */
export function updateHere(
  object: JsonObject,
  change: JsonObject,
  manager: string,
  created: string,
  now: string,
): Outcome {
  const store = new BuiltInStore(kindOf(object));
  const common = { manager, force: false, subresource: '' } as const;
  store.step({ ...common, verb: 'create', body: object }, created);
  return store.step({ ...common, verb: 'update', body: change }, now);
}

/** One stored object of a built-in kind, worked on by steps as the API server would. */
export class BuiltInStore {
  readonly #kind: BuiltinKind;
  readonly #hasStatus: boolean;
  stored: JsonObject | undefined;

  constructor(kind: BuiltinKind) {
    this.#kind = kind;
    this.#hasStatus = kind.subresources.some(({ name }) => name === 'status');
  }

  step(step: Step, now: string): Outcome {
    try {
      return this.#write(step, now);
    } catch (error) {
      if (error instanceof ApplyConflictError) return { code: 409, message: error.message };
      if (error instanceof ApplyRefusedError) return { code: error.code, message: error.message };
      if (error instanceof PatchError) return { code: error.code, message: error.message };
      throw error;
    }
  }

  #write(step: Step, now: string): Outcome {
    const { stored } = this;
    if (step.verb === 'delete') {
      this.stored = undefined;
      return { code: stored === undefined ? 404 : 200 };
    }
    if (step.verb === 'create' && stored !== undefined) return { code: 409 };
    if (stored === undefined && step.verb !== 'create' && step.verb !== 'apply') return { code: 404 };
    const made = this.#make(step, now);
    if (isOutcome(made)) return made;
    const errors = this.#complete(made);
    if (errors.length === 0) errors.push(...validateBuiltin(this.#kind, made, stored));
    if (errors.length > 0) return this.#refuse(stringAt(made, 'metadata', 'name'), errors);
    defaultBuiltin(this.#kind, made);
    this.stored = stored === undefined ? made : settleManagedFields(stored, made).object;
    return { code: stored === undefined ? 201 : 200, object: comparableBuiltin(this.stored) };
  }

  /** The object as a writer wants it, with who owns what; or why it cannot be read. */
  #make({ verb, body, manager, force }: Step, now: string): JsonObject | Outcome {
    const { stored } = this;
    const schema = this.#kind.schema();
    const common = { schema, manager, now, resetFields: this.#hasStatus ? [['status']] : [] };
    if (verb === 'apply') {
      const config = isObject(body) ? body : {};
      const { object } = applyServerSide({ ...common, live: stored, config, force });
      return this.#read(object, (problem) => ({ code: 500, message: `failed to convert new object: ${problem}` }));
    }
    const wanted =
      verb === 'create'
        ? deepCopy(body)
        : verb === 'json'
          ? applyJsonPatch(stored, body)
          : verb === 'strategic'
            ? applyStrategicMergePatch(schema, stored ?? {}, isObject(body) ? body : {})
            : applyMergePatch(stored ?? {}, body);
    const after = this.#read(isObject(wanted) ? wanted : {}, (problem) => this.#unreadable(verb, problem));
    return isOutcome(after) ? after : trackUpdate({ ...common, before: stored, after });
  }

  #unreadable(verb: Step['verb'], problem: string): Outcome {
    const { kind, version } = this.#kind;
    if (verb === 'json' || verb === 'merge' || verb === 'strategic')
      return { code: 422, message: ` "" is invalid: patch: ${problem}` };
    return { code: 400, message: `${kind} in version "${version}" cannot be handled as a ${kind}: ${problem}` };
  }

  #read(object: JsonObject, refuse: (problem: string) => Outcome): JsonObject | Outcome {
    const problem = findDecodeProblem(this.#kind.schema(), object, this.#kind.kind);
    if (problem !== undefined) return refuse(problem);
    const meta = objectAt(object, 'metadata') ?? {};
    if (this.#kind.namespaced) meta['namespace'] ??= 'default';
    else delete meta['namespace'];
    // No entries at all are a wish too, which tracking has to see.
    const { managedFields } = meta;
    defaultBuiltin(this.#kind, object);
    if (isArray(managedFields)) meta['managedFields'] = managedFields;
    return object;
  }

  /** What the server sets, in place. */
  #complete(object: JsonObject): FieldError[] {
    const { stored } = this;
    const { group, kind } = this.#kind;
    const meta = objectAt(object, 'metadata') ?? {};
    if (stored === undefined) {
      if (this.#hasStatus && !STATUS_AT_CREATION.has(kind)) delete object['status'];
      meta['uid'] = 'UID';
      meta['resourceVersion'] = '1';
      return completeCreate(group, kind, object, NOTHING_TAKEN);
    }
    meta['uid'] ??= 'UID';
    meta['resourceVersion'] ??= '1';
    delete meta['creationTimestamp'];
    if (this.#hasStatus) setMember(object, 'status', stored['status']);
    return completeUpdate(group, kind, object, stored, NOTHING_TAKEN);
  }

  #refuse(name: string, errors: readonly FieldError[]): Outcome {
    const { group, kind } = this.#kind;
    // The real server knows events of events.k8s.io by what they are stored as.
    const qualified = group === '' || kind === 'Event' ? kind : `${kind}.${group}`;
    return { code: 422, message: `${qualified} "${name}" is invalid: ${aggregateMessage(errors)}` };
  }
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
