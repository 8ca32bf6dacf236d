import { parseDuration } from '../config/duration.ts';
import { errors } from '../errors.ts';
import { apiVersionOf, objectKey } from '../kube/paths.ts';
import type { Phase, Plan, ResourceOutput } from '../plan.ts';
import type { Desired } from '../worker.ts';
import { checkPatches, type CheckedPatches } from './patches/check.ts';
import { describe, isName, isRecord, plainJson, textsOf } from './returned-json.ts';

/** What a worker returned, checked whole. */
export interface CheckedResult {
  readonly phase: Phase;
  /** By output key, in the order returned. */
  readonly outputs: ReadonlyMap<string, readonly Desired<object>[]>;
  /** By patch key, in the order returned. */
  readonly patches: CheckedPatches;
  /** The user's part of the status, as plain JSON; undefined: unchanged. */
  readonly status: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds. */
  readonly requeueAfter: number | undefined;
}

/** The members of `status` that are the runtime's. */
export const OWN_STATUS: ReadonlySet<string> = new Set([
  'observedOutputs',
  'phase',
  'revision',
  'observedGeneration',
  'conditions',
  'transitions',
]);

const RESULT: ReadonlySet<string> = new Set(['phase', 'outputs', 'patches', 'status', 'requeueAfter']);
/** A worker that asks for less would keep the operator busy with nothing else. */
const SHORTEST_REQUEUE_MS = 100;

/**
 * Checks all that a worker returned before anything of it is sent. Throws the one error that says what is wrong with it first.
 * `namespace` is the resource's.
 */
export function checkResult(result: unknown, from: Phase, plan: Plan, namespace: string | undefined): CheckedResult {
  if (!isRecord(result)) throw errors.noResult(from.name, describe(result));
  const extra = Object.keys(result).find((name) => !RESULT.has(name));
  if (extra !== undefined) throw errors.badResult(from.name, extra, [...RESULT]);
  const phase = checkPhase(result['phase'], from, plan);
  const outputs = checkOutputs(result['outputs'], from, namespace);
  return {
    phase,
    outputs,
    patches: checkPatches(result['patches'], from, outputs, namespace),
    status: checkStatus(result['status'], from),
    requeueAfter: checkRequeue(result['requeueAfter'], from),
  };
}

/** What a finalizer returned, checked whole. */
export interface CheckedFinalizerResult extends Pick<CheckedResult, 'outputs' | 'requeueAfter'> {
  /** Whether the resource may go. */
  readonly done: boolean;
}

const FINALIZER_RESULT: ReadonlySet<string> = new Set(['done', 'outputs', 'requeueAfter']);

/** The same for a finalizer, which may return nothing: then it is done. */
export function checkFinalizerResult(
  result: unknown,
  from: Phase,
  namespace: string | undefined,
): CheckedFinalizerResult {
  if (result === undefined || result === null) return { done: true, outputs: new Map(), requeueAfter: undefined };
  if (!isRecord(result)) throw errors.badFinalizerResult(describe(result));
  const extra = Object.keys(result).find((name) => !FINALIZER_RESULT.has(name));
  if (extra !== undefined) throw errors.badResult(from.name, extra, [...FINALIZER_RESULT]);
  const { done = true } = result;
  if (typeof done !== 'boolean') throw errors.badFinalizerResult(`done: ${describe(done)}`);
  return {
    done,
    outputs: checkOutputs(result['outputs'], from, namespace),
    requeueAfter: checkRequeue(result['requeueAfter'], from),
  };
}

function checkPhase(name: unknown, from: Phase, plan: Plan): Phase {
  const phase = typeof name === 'string' ? plan.phases.get(name) : undefined;
  if (!phase) {
    if (name === undefined) throw errors.noResult(from.name, 'no phase');
    throw errors.unknownPhase(from.name, JSON.stringify(name), [
      ...new Set([...plan.phases.values()].map((each) => each.name)),
    ]);
  }
  if (phase !== from && from.next && !from.next.some((each) => plan.phases.get(each) === phase)) {
    throw errors.phaseNotAllowed(from.name, phase.name, from.next);
  }
  return phase;
}

function checkOutputs(value: unknown, phase: Phase, namespace: string | undefined): CheckedResult['outputs'] {
  const outputs = new Map<string, readonly Desired<object>[]>();
  if (value === undefined || value === null) return outputs;
  if (!isRecord(value)) throw errors.badOutput(phase.name, 'outputs', `${describe(value)} is no object of lists.`);
  for (const [key, list] of Object.entries(value)) {
    if (list === undefined) continue;
    const output = phase.outputs.get(key);
    if (!output) throw errors.undeclared(phase.name, `the output ${key}`, [...phase.outputs.keys()]);
    if (!Array.isArray(list)) throw errors.badOutput(phase.name, key, `${describe(list)} is no list.`);
    const seen = new Set<string>();
    const checked = Array.from(list, (item: unknown, index) => {
      const where = `${key}[${index}]`;
      const desired = checkOutput(item, output, namespace, phase.name, where);
      const name = objectKey(
        desired.metadata.name,
        output.type.namespaced ? (desired.metadata.namespace ?? namespace) : undefined,
      );
      if (seen.has(name)) throw errors.badOutput(phase.name, where, `${name} is there twice.`);
      seen.add(name);
      return desired;
    });
    outputs.set(key, checked);
  }
  return outputs;
}

const METADATA: ReadonlySet<string> = new Set(['name', 'namespace', 'labels', 'annotations']);

/**
 * One object that a worker asks for, as plain JSON. `namespace` is the resource's: a namespaced resource's outputs are in its own
 * namespace unless they are declared for any, since an owner reference cannot cross namespaces.
 */
export function checkOutput(
  value: unknown,
  output: ResourceOutput,
  namespace: string | undefined,
  phase: string,
  where: string,
): Desired<object> {
  const { type } = output;
  const wrong = (problem: string) => errors.badOutput(phase, where, problem);
  if (!isRecord(value)) throw wrong(`${describe(value)} is no object.`);
  const json = plainJson(value, wrong);
  const { apiVersion, kind, metadata } = json;
  if (apiVersion !== undefined && apiVersion !== apiVersionOf(type))
    throw wrong(`its apiVersion is ${JSON.stringify(apiVersion)}, not ${apiVersionOf(type)}.`);
  if (kind !== undefined && kind !== type.kind) throw wrong(`its kind is ${JSON.stringify(kind)}, not ${type.kind}.`);
  if (!isRecord(metadata)) throw wrong('it has no metadata.');
  const extra = Object.keys(metadata).find((name) => !METADATA.has(name));
  if (extra !== undefined) {
    throw wrong(
      `metadata.${extra} cannot be set: name, namespace, labels and annotations can. Outputs are found again by their name.`,
    );
  }
  if (!isName(metadata['name'])) {
    throw wrong(`metadata.name ${JSON.stringify(metadata['name'])} is no name.`);
  }
  textsOf('metadata.labels', metadata['labels'], wrong);
  textsOf('metadata.annotations', metadata['annotations'], wrong);
  checkNamespace(metadata['namespace'], output, namespace, wrong);
  return json as unknown as Desired<object>;
}

function checkNamespace(
  own: unknown,
  { type, anyNamespace }: ResourceOutput,
  namespace: string | undefined,
  wrong: (problem: string) => Error,
): void {
  if (!type.namespaced) {
    if (own !== undefined) throw wrong(`${type.kind} has no namespace.`);
    return;
  }
  if (own !== undefined && !isName(own)) throw wrong(`metadata.namespace ${JSON.stringify(own)} is no namespace.`);
  if (namespace === undefined && own === undefined)
    throw wrong('metadata.namespace is missing: the resource is of cluster scope and has none to lend.');
  if (!anyNamespace && own !== undefined && own !== namespace) {
    throw wrong(
      `metadata.namespace is ${own}, and the resource is in ${namespace}: an owner reference cannot cross namespaces. Declare the output with \`namespace: any\`.`,
    );
  }
}

function checkStatus(value: unknown, phase: Phase): CheckedResult['status'] {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw errors.badStatus(phase.name, `${describe(value)} is no object.`);
  const status = plainJson(value, (problem) => errors.badStatus(phase.name, problem));
  const own = Object.keys(status).find((name) => OWN_STATUS.has(name));
  if (own !== undefined)
    throw errors.badStatus(phase.name, `status.${own} is kept by the runtime: name yours otherwise.`);
  return status;
}

function checkRequeue(value: unknown, phase: Phase): number | undefined {
  if (value === undefined || value === null) return undefined;
  const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
  if (!milliseconds) throw errors.badRequeue(phase.name, value);
  return Math.max(milliseconds, SHORTEST_REQUEUE_MS);
}
