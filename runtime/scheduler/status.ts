import { isDeepStrictEqual } from 'node:util';
import type { PatchOperation } from '../kube/client.ts';
import type { Condition, KubernetesObject } from '../kube/types.ts';
import type { ObservedOutputs } from './outputs-record.ts';
import { OWN_STATUS } from './result.ts';
import { isRecord } from './returned-json.ts';

/** `status` of a resource, as far as the runtime knows it. */
export interface StatusFields {
  readonly phase?: string;
  readonly revision?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly observedOutputs?: ObservedOutputs;
  readonly transitions?: readonly Transition[];
  readonly [name: string]: unknown;
}

/** A change of the phase that lies behind. */
export interface Transition {
  /** RFC 3339. */
  readonly time: string;
  readonly from: string;
  readonly to: string;
  /** For programs: `WorkerResult`, `SpecChanged` or `OutputDrifted`. */
  readonly reason: string;
}

export function statusOf(resource: KubernetesObject): StatusFields | undefined {
  const status = storedStatus(resource);
  if (!status) return undefined;
  return isSound(status) ? status : sound(status);
}

function storedStatus(resource: KubernetesObject): StatusFields | null | undefined {
  return (resource as { readonly status?: StatusFields | null }).status;
}

/** Whether what we keep has the shape that we write. An older definition, or none, may have let something else be stored. */
function isSound({ revision, conditions, observedOutputs, transitions }: Readonly<Record<string, unknown>>): boolean {
  return (
    isCounter(revision) &&
    isListOf('type', conditions) &&
    isRecordOfOutputs(observedOutputs) &&
    isListOf('to', transitions)
  );
}

/** What is of another shape counts as if it were not there: the next write puts ours in its place. */
function sound(status: StatusFields): StatusFields {
  const { revision, conditions, observedOutputs, transitions, ...rest } = status;
  return {
    ...rest,
    ...(isCounter(revision) && { revision }),
    ...(isListOf('type', conditions) && { conditions }),
    ...(isRecordOfOutputs(observedOutputs) && { observedOutputs }),
    ...(isListOf('to', transitions) && { transitions }),
  };
}

/** Absent, or a number that can be raised. */
function isCounter(value: unknown): boolean {
  return value === undefined || value === null || Number.isSafeInteger(value);
}

/** Absent, or texts by phase and key. */
function isRecordOfOutputs(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isRecord(value)) return false;
  for (const phase in value) {
    const digests = value[phase];
    if (!isRecord(digests)) return false;
    for (const key in digests) if (typeof digests[key] !== 'string') return false;
  }
  return true;
}

/** Absent, or a list of objects that all have this text. */
function isListOf(field: string, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!Array.isArray(value)) return false;
  return value.every(
    (item: unknown) =>
      typeof item === 'object' &&
      item !== null &&
      typeof (item as Readonly<Record<string, unknown>>)[field] === 'string',
  );
}

export function revisionOf(resource: KubernetesObject): number | undefined {
  return statusOf(resource)?.revision;
}

/** Of whatever shape it is: what a write has to find there. */
export function storedRevision(resource: KubernetesObject): unknown {
  return storedStatus(resource)?.revision ?? null;
}

/** What a sync wants the status to be. */
export interface StatusChange {
  readonly phase: string;
  readonly observedGeneration: number | undefined;
  readonly conditions: readonly Condition[];
  /** Undefined: as it is. */
  readonly observedOutputs: ObservedOutputs | undefined;
  /** Undefined: as they are. */
  readonly transitions: readonly Transition[] | undefined;
  /** The user's part, replaced as a whole; undefined: as it is. */
  readonly user: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The JSON patch that brings `status` there, or undefined where it is there already. Tests uid and revision, so that it lands only on
 * the status that it was computed from: a stale reader cannot rewind a phase. Foreign members of `status` are left alone as long as
 * the worker reports none of its own.
 */
export function statusPatch(resource: KubernetesObject, change: StatusChange): readonly PatchOperation[] | undefined {
  const current = statusOf(resource);
  const own: Record<string, unknown> = { phase: change.phase };
  if (change.observedGeneration !== undefined) own['observedGeneration'] = change.observedGeneration;
  own['conditions'] = change.conditions;
  if (change.observedOutputs) own['observedOutputs'] = change.observedOutputs;
  if (change.transitions) own['transitions'] = change.transitions;
  const wanted: Readonly<Record<string, unknown>> = change.user ? { ...own, ...change.user } : own;
  const dropped = change.user
    ? Object.keys(current ?? {}).filter((name) => !OWN_STATUS.has(name) && !Object.hasOwn(wanted, name))
    : [];
  const changed = Object.keys(wanted).filter((name) => !isSame(memberOf(current, name), wanted[name]));
  const isThere = changed.every((name) => isSame(withoutNulls(memberOf(current, name)), withoutNulls(wanted[name])));
  if (current && isThere && dropped.length === 0) return undefined;

  const revision = current?.revision;
  const fence: PatchOperation[] = [{ op: 'test', path: '/metadata/uid', value: resource.metadata.uid }];
  if (!current) {
    return [
      ...fence,
      { op: 'test', path: '/status', value: null },
      { op: 'add', path: '/status', value: { ...wanted, revision: 1 } },
    ];
  }
  return [
    ...fence,
    { op: 'test', path: '/status/revision', value: storedRevision(resource) },
    // Who sets the phase by hand does not count revisions.
    ...(changed.includes('phase')
      ? [{ op: 'test' as const, path: '/status/phase', value: current.phase ?? null }]
      : []),
    { op: 'add', path: '/status/revision', value: (revision ?? 0) + 1 },
    ...changed.map((name) => ({ op: 'add' as const, path: `/status/${escape(name)}`, value: wanted[name] })),
    ...dropped.map((name) => ({ op: 'remove' as const, path: `/status/${escape(name)}` })),
  ];
}

/** A member may have the name of one of `Object.prototype`. */
function memberOf(status: StatusFields | undefined, name: string): unknown {
  return status && Object.hasOwn(status, name) ? status[name] : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return typeof one === 'object' && typeof other === 'object' ? isDeepStrictEqual(one, other) : one === other;
}

/** Without members that are null: the server drops those that the schema does not make nullable, so null and absent are one. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object') return value;
  if (value === null) return undefined;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

/** A member's name in a JSON pointer. Source: RFC 6901. */
function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
