import { badRequest, invalid } from './status.ts';
import { forbidden, notSupported, required, invalid as invalidField } from '../schema/field-error.ts';
import { quote } from '../schema/go-text.ts';
import { isArray, isObject, valueAt } from '../schema/json.ts';
import { validateFieldManager } from '../schema/object-meta.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import { parseLabelSelector, SelectorSyntaxError } from '../selectors/label-selector.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { FieldRequirement } from '../selectors/field-selector.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';
import type { DeleteOptions } from '../verbs/delete.ts';
import type { ListOptions } from '../verbs/list.ts';

/** Absent, `false` and `0` are false; everything else is true, an empty value too. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}

function optionalFlag(query: URLSearchParams, name: string): boolean | undefined {
  return query.has(name) ? flag(query, name) : undefined;
}

export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  if (BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  }
  return Number(text);
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid('meta.k8s.io', kind, '', errors);
}

/** `metav1.ListOptions` of a list, watch or deletecollection. */
export interface ListQuery extends ListOptions {
  readonly watch: boolean;
  readonly labels: LabelSelector;
  readonly fields: readonly FieldRequirement[];
  readonly allowBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

export function listQuery(query: URLSearchParams, watchPath = false): ListQuery {
  const watch = flag(query, 'watch');
  const match = query.get('resourceVersionMatch') ?? '';
  const resourceVersion = query.get('resourceVersion') ?? '';
  const continueToken = query.get('continue') ?? '';
  const sendInitialEvents = optionalFlag(query, 'sendInitialEvents');
  const labels = selector(() => parseLabelSelector(query.get('labelSelector') ?? ''));
  const fields = selector(() => parseFieldSelector(query.get('fieldSelector') ?? ''));
  const timeoutSeconds = integer(query, 'timeoutSeconds');
  const limit = integer(query, 'limit') ?? 0;
  const parts = { match, resourceVersion, continueToken, sendInitialEvents };
  refuse('ListOptions', watch ? watchErrors(parts) : listErrors(parts));
  return {
    watch: watch || watchPath,
    labels,
    fields,
    limit,
    continueToken,
    resourceVersion,
    resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : '',
    allowBookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents,
    timeoutSeconds,
  };
}

function selector<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorSyntaxError) throw badRequest(error.message);
    throw error;
  }
}

interface VersionQuery {
  readonly match: string;
  readonly resourceVersion: string;
  readonly continueToken: string;
  readonly sendInitialEvents: boolean | undefined;
}

const MATCH = 'resourceVersionMatch';
const WITH_CONTINUE = 'resourceVersionMatch is forbidden when continue is provided';

/** Source: ValidateListOptions of k8s.io/apimachinery/pkg/apis/meta/internalversion. */
function listErrors({ match, resourceVersion, continueToken, sendInitialEvents }: VersionQuery): FieldError[] {
  const errors: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '') {
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (continueToken !== '') errors.push(forbidden(MATCH, WITH_CONTINUE));
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors({ match, resourceVersion, continueToken, sendInitialEvents }: VersionQuery): FieldError[] {
  const errors: FieldError[] = [];
  // A watch from no version on is taken for one that asks for the initial events, which has a match.
  const fromStart = resourceVersion === '' || resourceVersion === '0';
  if (match === '' && sendInitialEvents === undefined && fromStart && continueToken !== '') {
    errors.push(forbidden(MATCH, WITH_CONTINUE));
  }
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '') {
    if (sendInitialEvents === undefined) {
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    }
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']));
    if (continueToken !== '') errors.push(forbidden(MATCH, WITH_CONTINUE));
  }
  return errors;
}

/** The parameters that every write understands. */
export interface WriteQuery {
  readonly dryRun: boolean;
  /** '' where the request names none. */
  readonly fieldManager: string;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly force: boolean | undefined;
}

export type WriteKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

/** `apply`: the request is a server-side apply. */
export function writeQuery(query: URLSearchParams, kind: WriteKind, apply = false): WriteQuery {
  const fieldManager = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? '';
  const force = optionalFlag(query, 'force');
  const errors: FieldError[] = [];
  if (kind === 'PatchOptions') {
    if (apply && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
    if (!apply && force !== undefined) errors.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  errors.push(...validateFieldManager(fieldManager));
  errors.push(...dryRunErrors(query.getAll('dryRun')));
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  refuse(kind, errors);
  return {
    dryRun: query.getAll('dryRun').length > 0,
    fieldManager,
    fieldValidation: fieldValidation === 'Ignore' || fieldValidation === 'Strict' ? fieldValidation : 'Warn',
    force,
  };
}

function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/** `metav1.DeleteOptions`, from the body (whose members have their types) where there is one, else from the query. */
export function deleteOptions(query: URLSearchParams, body: unknown): DeleteOptions {
  const given = isObject(body) ? body : fromQuery(query);
  const dryRun = given['dryRun'];
  const policy = given['propagationPolicy'] ?? undefined;
  const orphan = given['orphanDependents'] ?? undefined;
  const errors: FieldError[] = [];
  if (orphan !== undefined && policy !== undefined) {
    errors.push(
      invalidField('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  }
  const known = POLICIES.find((name) => name === policy);
  if (policy !== undefined && !known) errors.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']));
  const dryRuns = isArray(dryRun) ? dryRun.filter((value) => typeof value === 'string') : [];
  errors.push(...dryRunErrors(dryRuns));
  refuse('DeleteOptions', errors);
  const seconds = given['gracePeriodSeconds'];
  const uid = valueAt(given, 'preconditions', 'uid');
  const version = valueAt(given, 'preconditions', 'resourceVersion');
  return {
    dryRun: dryRuns.length > 0,
    gracePeriodSeconds: typeof seconds === 'number' ? seconds : undefined,
    propagationPolicy: known,
    orphanDependents: typeof orphan === 'boolean' ? orphan : undefined,
    preconditions: {
      uid: typeof uid === 'string' ? uid : undefined,
      resourceVersion: typeof version === 'string' ? version : undefined,
    },
  };
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  return {
    dryRun: query.getAll('dryRun'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: optionalFlag(query, 'orphanDependents'),
    gracePeriodSeconds: integer(query, 'gracePeriodSeconds'),
  };
}
