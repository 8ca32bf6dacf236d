/**
 * Every error that the runtime makes, each with a stable code. A message says what is wrong, where, and what to do.
 */
export class AutopilotError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AutopilotError';
    this.code = code;
  }
}

/** What an API server answered, other than success. Source: `metav1.Status`. */
export class ApiError extends AutopilotError {
  /** HTTP status. */
  readonly status: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Expired` … or '' where the answer was no Status. */
  readonly reason: string;
  /** The server's own words. */
  readonly answer: string;
  /** Milliseconds the server asks to wait, from Retry-After. */
  readonly retryAfter: number | undefined;
  readonly causes: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];

  constructor(init: {
    status: number;
    reason: string;
    message: string;
    request: string;
    retryAfter?: number | undefined;
    causes?: ApiError['causes'];
  }) {
    super('ERR_AP_API', `${init.request}: ${init.status} ${init.reason} ${init.message}`.trim());
    this.name = 'ApiError';
    this.status = init.status;
    this.reason = init.reason;
    this.answer = init.message;
    this.retryAfter = init.retryAfter;
    this.causes = init.causes ?? [];
  }
}

/** The server refuses new objects in a namespace that is being deleted. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.status === 403 &&
    error.causes.some((cause) => cause.reason === 'NamespaceTerminating')
  );
}

/**
 * The server does not know the kind, or no longer: a path that nobody serves (plain text or a Status without a name, not that of an object
 * or a namespace), or a definition on its way out.
 */
export function isKindMissing(error: unknown): boolean {
  if (isStatus(error, 404)) return error.reason === '' || error.answer === NO_SUCH_PATH;
  return isStatus(error, 405) && error.answer.endsWith('custom resource definition is terminating');
}

const NO_SUCH_PATH = 'the server could not find the requested resource';

export function isStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}

/** A request that was not answered in its time. What became of it is not known; it may be tried again. */
export class RequestTimeout extends Error {
  /** As the errors of a connection have it. */
  readonly code = 'ETIMEDOUT';
}

/** The text of anything that was thrown. Never throws itself, though what was thrown may have no text, or one that throws. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something was thrown that cannot be written as text';
  }
}

/**
 * Whether the engine found a fault of the program, as where a Go program panics: `undefined` has no properties, no such variable. Errors with
 * a cause are others' (fetch reports a connection's error as a TypeError with its cause).
 */
export function isProgramFault(error: unknown): boolean {
  return (
    (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) &&
    error.cause === undefined
  );
}

/** The finalizer stands for a phase while it runs. */
function workerOf(phase: string): string {
  return phase === 'finalizer' ? 'The finalizer' : `The worker of phase ${phase}`;
}

export const errors = {
  requestTimedOut: (milliseconds: number) =>
    new RequestTimeout(`no answer within the ${Math.floor(milliseconds)} ms that the request could take`),
  definition: (operator: string, problems: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_DEFINITION',
      `The definition of operator ${operator} is wrong:\n${problems.map((problem) => `- ${problem}`).join('\n')}\n` +
        'It comes from src/operator.ts, which `ap generate` writes from autopilot.yaml.',
    ),
  config: (file: string, problems: readonly string[]) =>
    new AutopilotError('ERR_AP_CONFIG', `${file} is wrong:\n${problems.map((problem) => `- ${problem}`).join('\n')}`),
  missingRights: (what: string) =>
    new AutopilotError(
      'ERR_AP_MISSING_RIGHTS',
      `The configuration needs rights that the operator does not have: ${what}. Grant them (\`ap generate\` writes the roles), or take the change back.`,
    ),
  kubeconfig: (where: string, problem: string) =>
    new AutopilotError('ERR_AP_KUBECONFIG', `No access to a cluster: ${where}: ${problem}`),
  address: (key: string, value: string, problem: string) =>
    new AutopilotError(
      'ERR_AP_ADDRESS',
      `${key} ${JSON.stringify(value)} cannot be listened on: ${problem}. Choose another in autopilot-operator.yaml.`,
    ),
  certificate: (folder: string, problem: string) =>
    new AutopilotError(
      'ERR_AP_CERTIFICATE',
      `The certificate for metrics in ${folder} cannot be used: ${problem}. \`metricsCertDir\` names a folder with tls.crt and tls.key, as a Secret of type kubernetes.io/tls has them, or an empty one.`,
    ),
  noSchema: (operator: string) =>
    new AutopilotError(
      'ERR_AP_NO_SCHEMA',
      `Operator ${operator} cannot install its CRD: its definition has no \`schema\`. Run \`ap generate\`.`,
    ),

  crdNotEstablished: (name: string, seconds: number) =>
    new AutopilotError(
      'ERR_AP_CRD_NOT_ESTABLISHED',
      `The CRD ${name} was applied and is not served after ${seconds} s: \`kubectl describe crd ${name}\` tells why.`,
    ),

  leaseTimes: (problem: string) =>
    new AutopilotError('ERR_AP_LEASE_TIMES', `The times of leader election do not go together: ${problem}`),
  notLeading: (why: string) =>
    new AutopilotError('ERR_AP_NOT_LEADING', `Nothing is sent, since this replica does not lead any more: ${why}.`),

  // A worker's misuse. Each harms its own resource only.
  noResult: (phase: string, got: string) =>
    new AutopilotError('ERR_AP_NO_RESULT', `${workerOf(phase)} returned ${got}: return { phase, outputs?, status? }.`),
  badResult: (phase: string, name: string, names: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_BAD_RESULT',
      `${workerOf(phase)} returned ${JSON.stringify(name)}, which a result does not have. There are: ${names.join(', ')}.`,
    ),
  badFinalizerResult: (got: string) =>
    new AutopilotError(
      'ERR_AP_BAD_RESULT',
      `The finalizer returned ${got}: return nothing when all is done, or { done?: boolean, outputs?, requeueAfter? }.`,
    ),
  unknownPhase: (phase: string, next: string, phases: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_UNKNOWN_PHASE',
      `${workerOf(phase)} returned the phase ${next}, which does not exist. There are: ${phases.join(', ')}.`,
    ),
  phaseNotAllowed: (phase: string, next: string, allowed: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_PHASE_NOT_ALLOWED',
      `${workerOf(phase)} returned the phase ${next}, which its \`next\` does not allow (${allowed.join(', ') || 'none'}). Add it to \`next\` in autopilot.yaml, or go elsewhere.`,
    ),
  undeclared: (phase: string, what: string, declared: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_UNDECLARED',
      `Phase ${phase} does not declare ${what} (declared: ${declared.join(', ') || 'none'}). Declare it in autopilot.yaml and run \`ap generate\`.`,
    ),
  badOutput: (phase: string, output: string, problem: string) =>
    new AutopilotError('ERR_AP_BAD_OUTPUT', `${workerOf(phase)} returned a bad output: ${output}: ${problem}`),
  badPatch: (phase: string, patch: string, problem: string) =>
    new AutopilotError('ERR_AP_BAD_PATCH', `${workerOf(phase)} returned a bad patch: ${patch}: ${problem}`),
  badStatus: (phase: string, problem: string) =>
    new AutopilotError('ERR_AP_BAD_STATUS', `${workerOf(phase)} returned a bad status: ${problem}`),
  badRequeue: (phase: string, value: unknown) =>
    new AutopilotError(
      'ERR_AP_BAD_REQUEUE',
      `${workerOf(phase)} returned requeueAfter ${JSON.stringify(value)}: write a duration such as "30s".`,
    ),
  frozen: (phase: string, cause: Error) =>
    new AutopilotError(
      'ERR_AP_FROZEN',
      `${workerOf(phase)} tried to change what it was given, which is shared and frozen: change a copy (structuredClone). ${cause.message}`,
      { cause },
    ),
  deadline: (phase: string, milliseconds: number) =>
    new AutopilotError(
      'ERR_AP_DEADLINE',
      `${workerOf(phase)} did not settle within ${milliseconds / 1000} s. Give the phase a longer \`timeout\`, or heed \`signal\`.`,
    ),
  stopped: (what: string) =>
    new AutopilotError(
      'ERR_AP_STOPPED',
      `${what}: this run has ended (deadline, deletion of the resource or shutdown). Heed \`signal\`.`,
    ),
  badCollect: (phase: string, call: string, problem: string) =>
    new AutopilotError(
      'ERR_AP_BAD_COLLECT',
      `Phase ${phase} cannot ${call} like that, and nothing is deleted: ${problem}`,
    ),
  badReconcileResult: (reconciler: string, got: string) =>
    new AutopilotError(
      'ERR_AP_BAD_RECONCILE_RESULT',
      `Reconciler ${reconciler} returned ${got}: return { outcome: 'done' }, 'requeue', 'backoff' or 'failed', or { outcome: 'later', after: <milliseconds> }.`,
    ),
  reconcilerDeadline: (reconciler: string, milliseconds: number) =>
    new AutopilotError(
      'ERR_AP_DEADLINE',
      `Reconciler ${reconciler} did not settle within ${milliseconds / 1000} s. Give it a longer \`timeout\`, or heed \`signal\`.`,
    ),
  undeclaredWrite: (reconciler: string, key: string, declared: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_UNDECLARED',
      `Reconciler ${reconciler} does not declare that it writes ${key} (declared: ${declared.join(', ') || 'none'}). Add it to its \`writes\`.`,
    ),
  badWrite: (reconciler: string, call: string, problem: string) =>
    new AutopilotError('ERR_AP_BAD_WRITE', `Reconciler ${reconciler} cannot ${call} like that: ${problem}`),
  badQuery: (reader: string, input: string, problem: string) =>
    new AutopilotError('ERR_AP_BAD_READ', `${reader} cannot read ${input} like that: ${problem}`),
  outputRefused: (object: string, why: string) =>
    new AutopilotError(
      'ERR_AP_OUTPUT_REFUSED',
      `${object} exists and is not this resource's: ${why}. Give the output another name, or let the phase take such objects over with \`adopt: true\`.`,
    ),
  patchRefused: (refusals: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_PATCH_REFUSED',
      `Patches are refused: ${refusals.join('; ')}. Leave out fields that are another's, or take them over with \`force: true\`.`,
    ),
  patchKept: (refusals: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_PATCH_KEPT',
      `What was set cannot be given up: ${refusals.join('; ')}. Change the object so that it is valid without; then it is tried again.`,
    ),
  notOurs: (phase: string, call: 'update' | 'delete', object: string) =>
    new AutopilotError(
      'ERR_AP_NOT_OURS',
      `Phase ${phase} cannot ${call} ${object}: it is not this resource's. Only what the resource made can be changed or deleted.`,
    ),
  diffUnlisted: (kinds: readonly string[], trouble: string) =>
    new AutopilotError(
      'ERR_AP_DIFF_UNREADABLE',
      `What the operator would do cannot be told, since this could not be listed in time: ${kinds.join(', ')}. ${trouble === '' ? 'The server does not answer.' : `${trouble}.`} See whether the cluster can be reached, and try again.`,
    ),
  diffForbidden: (kinds: readonly string[]) =>
    new AutopilotError(
      'ERR_AP_DIFF_FORBIDDEN',
      `What the operator would do cannot be told, since your account may not list what it reads: ${kinds.join(', ')}. Ask for the right to list and watch these, or use another context.`,
    ),
  diffKindMissing: (kind: string) =>
    new AutopilotError(
      'ERR_AP_DIFF_KIND_MISSING',
      `The cluster does not have ${kind}, so there is nothing that the operator would work on. Install its CustomResourceDefinition, as \`ap deploy\` does.`,
    ),
  diffNoResource: (kind: string, name: string, namespace: string | undefined) =>
    new AutopilotError(
      'ERR_AP_DIFF_NO_RESOURCE',
      `There is no ${kind} ${name}${namespace === undefined ? ' that the operator would work on' : ` in namespace ${namespace}`}. Give another name, or another namespace with -n.`,
    ),
  diffUnloadable: (file: string, cause: unknown) =>
    new AutopilotError(
      'ERR_AP_DIFF_LOAD',
      `${file} cannot be loaded: ${messageOf(cause)}. Correct it; the project's type check may say more.`,
      { cause },
    ),
  played: () =>
    new AutopilotError(
      'ERR_AP_PLAYED',
      'No operator is started by `start` here: `ap diff` plays it, and nothing is written.',
    ),
  outputBusy: (object: string, why: string) =>
    new AutopilotError('ERR_AP_OUTPUT_BUSY', `${object} cannot be written yet: ${why}.`),
} as const;
