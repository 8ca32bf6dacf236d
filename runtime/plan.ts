import { parseDuration } from './config/duration.ts';
import { errors } from './errors.ts';
import { resourceName } from './kube/paths.ts';
import { requirementsOf, type Requirement } from './kube/selector.ts';
import type { ResourceType } from './kube/types.ts';
import type {
  AnyReconciler,
  AnyWorker,
  FinalizerDefinition,
  InputDefinition,
  OperatorDefinition,
  OutputDefinition,
  PhaseDefinition,
  ReconcilerDefinition,
  ResourceDefinition,
} from './operator.ts';
import { prepareQuery, type PreparedQuery } from './queries/prepare.ts';

/** A definition with all defaults filled in: what the scheduler works from. */
export interface Plan {
  readonly name: string;
  readonly resource: ResourceDefinition;
  readonly initial: Phase;
  /** By name and by former names. */
  readonly phases: ReadonlyMap<string, Phase>;
  readonly onSpecChange: Phase | undefined;
  readonly onOutputDrift: Phase | undefined;
  readonly finalizer: Finalizer | undefined;
  /** What the operator's finalizer is called, whether it has one or had one in a former version. As in `metadata.finalizers`. */
  readonly finalizerName: string;
  /** How many past ones the status keeps. */
  readonly transitions: number;
  /** The kinds that phases patch, by key: what a key holds is one set over all phases. */
  readonly patches: ReadonlyMap<string, ResourceType>;
  /** Whether there are phases at all; else there are just reconcilers. */
  readonly hasPhases: boolean;
  readonly reconcilers: readonly PlannedReconciler[];
}

/** A reconciler of the project's own. */
export interface PlannedReconciler {
  readonly name: string;
  /** The kind whose objects it reconciles. */
  readonly type: ResourceType;
  readonly reads: ReadonlyMap<string, ResourceInput>;
  readonly writes: ReadonlyMap<string, ResourceType>;
  /** Undefined: as the configuration says. */
  readonly concurrency: number | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly reconciler: AnyReconciler;
}

export interface Finalizer {
  /** The user's; undefined where just outputs need the finalizer that no garbage collector takes, or patches. */
  readonly worker: AnyWorker | undefined;
  /** Whether every resource has it; else those that patch something. */
  readonly always: boolean;
  /** What stands for the phase while it runs, with the kinds that it reads and writes. */
  readonly phase: Phase;
  /** Kinds of which objects may have no owner reference, by their names: deleted by label as the resource goes. */
  readonly unowned: ReadonlyMap<string, ResourceOutput>;
}

export interface Phase {
  readonly name: string;
  readonly initial: boolean;
  readonly final: boolean;
  /** Where its worker may go beside staying; undefined: anywhere. */
  readonly next: readonly string[] | undefined;
  readonly inputs: ReadonlyMap<string, ResourceInput>;
  /** By the input's key, and by the client's method. */
  readonly queries: ReadonlyMap<string, ReadonlyMap<string, PreparedQuery>>;
  readonly outputs: ReadonlyMap<string, ResourceOutput>;
  readonly patches: ReadonlyMap<string, ResourcePatch>;
  /** Milliseconds. */
  readonly interval: number | undefined;
  readonly timeout: number;
  readonly ready: boolean | undefined;
  readonly adopt: boolean;
  readonly rollback: boolean;
  /** Its own name and its former ones. */
  readonly names: ReadonlySet<string>;
  /** Absent for final phases only. */
  readonly worker: AnyWorker | undefined;
}

export interface ResourceInput {
  readonly type: ResourceType;
  readonly requirements: readonly Requirement[];
  /** Read beyond the resource's own namespace. */
  readonly anyNamespace: boolean;
  readonly metadataOnly: boolean;
}

export interface ResourceOutput {
  readonly type: ResourceType;
  /** Written beyond the resource's own namespace. */
  readonly anyNamespace: boolean;
  /** Deleted and created anew where the server refuses a change. */
  readonly replace: boolean;
}

export interface ResourcePatch {
  readonly type: ResourceType;
  /** Take over fields that are another manager's. */
  readonly force: boolean;
}

const TIMEOUT_MS = 60_000;
/** As the schema of the status allows. */
const MOST_TRANSITIONS = 100;
/** Metrics cannot be watched: phases that read them run again this often unless they say otherwise. */
const METRICS_INTERVAL_MS = 5_000;

/**
 * Checks an operator's definition and returns it. Throws ERR_AP_DEFINITION, which lists all that is wrong.
 */
export function defineOperator(definition: OperatorDefinition): OperatorDefinition {
  planOf(definition);
  return definition;
}

/** Throws ERR_AP_DEFINITION. */
export function planOf(definition: OperatorDefinition): Plan {
  const problems: string[] = [];
  const phases = Object.entries(definition.phases).map(([name, phase]) =>
    phaseOf(name, phase, definition.resource, problems),
  );
  const byName = new Map<string, Phase>();
  for (const phase of phases) {
    for (const name of phase.names) {
      if (byName.has(name)) problems.push(`two phases are or were named ${name}`);
      byName.set(name, phase);
    }
  }
  const named = (key: string, name: string | undefined): Phase | undefined => {
    if (name !== undefined && !byName.has(name)) problems.push(`${key} names the phase ${name}, which does not exist`);
    return name === undefined ? undefined : byName.get(name);
  };
  for (const phase of phases) for (const next of phase.next ?? []) named(`phase ${phase.name}: next`, next);
  const onSpecChange = named('onSpecChange', definition.onSpecChange);
  const onOutputDrift = named('onOutputDrift', definition.onOutputDrift);
  const patches = patchesOf(phases, problems);
  if (byName.has(FINALIZER)) problems.push(`no phase can be named ${FINALIZER}: what the finalizer makes is marked so`);
  const finalizer = finalizerOf(definition, phases, patches.size > 0, problems);
  const { transitions = 0 } = definition;
  if (!Number.isSafeInteger(transitions) || transitions < 0 || transitions > MOST_TRANSITIONS)
    problems.push(`transitions is ${transitions}: keep 0 to ${MOST_TRANSITIONS}`);
  const reconcilers = Object.entries(definition.reconcilers ?? {}).map(([name, reconciler]) =>
    reconcilerOf(name, reconciler, definition, problems),
  );
  const hasPhases = phases.length > 0 || reconcilers.length === 0;
  const initials = hasPhases ? phases.filter(({ initial }) => initial) : [NO_PHASE];
  const [initial] = initials;
  if (initials.length !== 1) problems.push(`there must be exactly one initial phase, and there are ${initials.length}`);
  if (!initial || problems.length > 0) throw errors.definition(definition.name, problems);
  return {
    name: definition.name,
    resource: definition.resource,
    initial,
    phases: byName,
    onSpecChange,
    onOutputDrift,
    finalizer,
    finalizerName: `${definition.resource.group}/${definition.name}`,
    transitions,
    patches,
    hasPhases,
    reconcilers,
  };
}

/** What every resource of an operator without phases is in. */
const NO_PHASE: Phase = {
  name: '',
  initial: true,
  final: true,
  next: undefined,
  inputs: new Map(),
  queries: new Map(),
  outputs: new Map(),
  patches: new Map(),
  interval: undefined,
  timeout: 0,
  ready: undefined,
  adopt: false,
  rollback: false,
  names: new Set(),
  worker: undefined,
};

function reconcilerOf(
  name: string,
  { resource, reads = {}, writes = {}, concurrency, timeout, reconciler }: ReconcilerDefinition,
  operator: OperatorDefinition,
  problems: string[],
): PlannedReconciler {
  const wrong = (problem: string): void => void problems.push(`reconciler ${name}: ${problem}`);
  if (name === controllerName(operator.resource)) wrong('the controller of the phases has this name');
  if (typeof reconciler.reconcile !== 'function') wrong('it has no function reconcile');
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency > 0))
    wrong(`concurrency is ${concurrency}, and no number of requests`);
  const milliseconds = timeout === undefined ? TIMEOUT_MS : parseDuration(timeout);
  if (!milliseconds) wrong(`timeout ${JSON.stringify(timeout)} is no positive duration such as "30s"`);
  const type = resource ?? operator.resource;
  const inputs = Object.entries(reads).map(
    ([key, read]) => [key, inputOf(read, type, (problem) => wrong(`reads ${key}: ${problem}`))] as const,
  );
  return {
    name,
    type,
    reads: new Map(inputs),
    writes: new Map(Object.entries(writes)),
    concurrency,
    timeout: milliseconds ?? TIMEOUT_MS,
    reconciler,
  };
}

/** The name of the phase machine's controller, in metrics. */
export function controllerName({ kind }: Pick<ResourceType, 'kind'>): string {
  return kind.toLowerCase();
}

/** The kinds that phases and the finalizer write, each once. */
export function writtenKinds({ phases, finalizer }: Plan): readonly ResourceType[] {
  const writers = [...phases.values(), ...(finalizer ? [finalizer.phase] : [])];
  const types = writers.flatMap(({ outputs }) => [...outputs.values()].map(({ type }) => type));
  return [...new Map(types.map((type) => [resourceName(type), type])).values()];
}

/** The phases, the finalizer among them, that read metrics. */
export function readersOfMetrics({ phases, finalizer }: Plan): readonly string[] {
  const all = new Set([...phases.values(), ...(finalizer ? [finalizer.phase] : [])]);
  return [...all].filter(({ queries }) => queries.size > 0).map(({ name }) => name);
}

/** The name of what stands for a phase while the finalizer runs; no phase can have it, since theirs begin with a capital. */
const FINALIZER = 'finalizer';

/** What has to be done as a resource goes; undefined where that is nothing. */
function finalizerOf(
  { resource, finalizer }: OperatorDefinition,
  phases: readonly Phase[],
  hasPatches: boolean,
  problems: string[],
): Finalizer | undefined {
  const { worker, ...kinds }: Partial<FinalizerDefinition> = finalizer ?? {};
  const phase = phaseOf(FINALIZER, { ...kinds, worker: worker ?? (() => undefined) }, resource, problems);
  const outputs = [phase, ...phases].flatMap((each) => Array.from(each.outputs.values()));
  const unowned = outputs.filter(({ type, anyNamespace }) => resource.namespaced && (anyNamespace || !type.namespaced));
  if (!worker && unowned.length === 0 && !hasPatches) return undefined;
  return {
    worker,
    always: worker !== undefined || unowned.length > 0,
    phase,
    unowned: new Map(unowned.map((output) => [resourceName(output.type), output])),
  };
}

function phaseOf(name: string, phase: PhaseDefinition, resource: ResourceDefinition, problems: string[]): Phase {
  const where = name === FINALIZER ? name : `phase ${name}`;
  const wrong = (problem: string): void => void problems.push(`${where}: ${problem}`);
  if (phase.final && phase.worker) wrong('it is final and has a worker');
  if (!phase.final && !phase.worker) wrong('it has no worker');
  const inputs = new Map<string, ResourceInput>();
  const queries = new Map<string, ReadonlyMap<string, PreparedQuery>>();
  for (const [key, input] of Object.entries(phase.inputs ?? {})) {
    if ('queries' in input) {
      const prepared = Object.entries(input.queries).map(
        ([method, query]) => [method, prepareQuery(method, query, wrong)] as const,
      );
      queries.set(key, new Map(prepared));
    } else
      inputs.set(
        key,
        inputOf(input, resource, (problem) => wrong(`input ${key}: ${problem}`)),
      );
  }
  const duration = (key: 'interval' | 'timeout'): number | undefined => {
    const text = phase[key];
    const value = text === undefined ? undefined : parseDuration(text);
    if (text !== undefined && !value) wrong(`${key} ${JSON.stringify(text)} is no positive duration such as "30s"`);
    return value;
  };
  const outputs = outputsOf(phase, resource, wrong);
  if (phase.final && Object.keys(phase.patches ?? {}).length > 0) wrong('it is final and has patches');
  if (phase.final && phase.rollback) wrong('it is final and has `rollback`');
  return {
    name,
    initial: phase.initial ?? false,
    final: phase.final ?? false,
    next: phase.next,
    inputs,
    queries,
    outputs,
    patches: new Map(
      Object.entries(phase.patches ?? {}).map(([key, { type, force = false }]) => [key, { type, force }]),
    ),
    interval: duration('interval') ?? (queries.size > 0 ? METRICS_INTERVAL_MS : undefined),
    timeout: duration('timeout') ?? TIMEOUT_MS,
    ready: phase.ready,
    adopt: phase.adopt ?? false,
    rollback: phase.rollback ?? false,
    names: new Set([name, ...(phase.renamedFrom ?? [])]),
    worker: phase.worker,
  };
}

function outputsOf(
  { outputs = {} }: PhaseDefinition,
  resource: ResourceDefinition,
  wrong: (problem: string) => void,
): ReadonlyMap<string, ResourceOutput> {
  const keys = new Map<string, string>();
  for (const [key, { type }] of Object.entries(outputs)) {
    const kind = resourceName(type);
    const other = keys.get(kind);
    // What a key no longer returns is found by kind and phase: the one would prune what the other made.
    if (other !== undefined) wrong(`outputs ${other} and ${key} are both ${kind}`);
    keys.set(kind, key);
  }
  return new Map(Object.entries(outputs).map(([key, output]) => [key, outputOf(output, resource)]));
}

function outputOf(
  { type, namespace, replace = false }: OutputDefinition,
  resource: ResourceDefinition,
): ResourceOutput {
  return { type, anyNamespace: type.namespaced && isAnywhere(namespace, resource), replace };
}

/** What is not said otherwise stays in the resource's namespace, where it has one. */
function isAnywhere(namespace: 'own' | 'any' | undefined, { namespaced }: Pick<ResourceType, 'namespaced'>): boolean {
  return (namespace ?? (namespaced ? 'own' : 'any')) === 'any';
}

/** One key is one kind in all phases: what it holds is found again by the key. */
function patchesOf(phases: readonly Phase[], problems: string[]): ReadonlyMap<string, ResourceType> {
  const types = new Map<string, ResourceType>();
  for (const phase of phases) {
    for (const [key, { type }] of phase.patches) {
      const other = types.get(key);
      if (other && (resourceName(other) !== resourceName(type) || other.version !== type.version))
        problems.push(`phase ${phase.name}: patches ${key} is ${type.kind} here, and ${other.kind} in another phase`);
      else types.set(key, other ?? type);
    }
  }
  return types;
}

function inputOf(
  { type, selector, namespace, metadataOnly }: Exclude<InputDefinition, { readonly queries: unknown }>,
  resource: Pick<ResourceType, 'namespaced'>,
  wrong: (problem: string) => void,
): ResourceInput {
  let requirements: readonly Requirement[] = [];
  try {
    requirements = requirementsOf(selector ?? {});
  } catch (error) {
    wrong(String(error));
  }
  const anyNamespace = !type.namespaced || isAnywhere(namespace, resource);
  return { type, requirements, anyNamespace, metadataOnly: metadataOnly ?? false };
}
