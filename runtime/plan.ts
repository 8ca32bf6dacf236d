import { parseDuration } from './config/duration.ts';
import { errors } from './errors.ts';
import { resourceName } from './kube/paths.ts';
import { requirementsOf, type Requirement } from './kube/selector.ts';
import type { ResourceType } from './kube/types.ts';
import type {
  AnyWorker,
  InputDefinition,
  OperatorDefinition,
  PhaseDefinition,
  QueryDefinition,
  ResourceDefinition,
} from './operator.ts';

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
}

export interface Finalizer {
  /** As in `metadata.finalizers`. */
  readonly name: string;
  readonly worker: AnyWorker;
  /** What stands for the phase while it runs: it reads and writes no kinds. */
  readonly phase: Phase;
}

export interface Phase {
  readonly name: string;
  readonly initial: boolean;
  readonly final: boolean;
  /** Where its worker may go beside staying; undefined: anywhere. */
  readonly next: readonly string[] | undefined;
  readonly inputs: ReadonlyMap<string, ResourceInput>;
  readonly queries: ReadonlyMap<string, Readonly<Record<string, QueryDefinition>>>;
  readonly outputs: ReadonlyMap<string, ResourceType>;
  /** Milliseconds. */
  readonly interval: number | undefined;
  readonly timeout: number;
  readonly ready: boolean | undefined;
  readonly adopt: boolean;
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

const TIMEOUT_MS = 60_000;
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
  const phases = Object.entries(definition.phases).map(([name, phase]) => phaseOf(name, phase, definition, problems));
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
  const initials = phases.filter(({ initial }) => initial);
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
    finalizer: definition.finalizer && finalizerOf(definition, definition.finalizer.worker),
  };
}

function finalizerOf({ name, resource }: OperatorDefinition, worker: AnyWorker): Finalizer {
  return {
    name: `${resource.group}/${name}`,
    worker,
    phase: {
      name: 'finalizer',
      initial: false,
      final: false,
      next: undefined,
      inputs: new Map(),
      queries: new Map(),
      outputs: new Map(),
      interval: undefined,
      timeout: TIMEOUT_MS,
      ready: undefined,
      adopt: false,
      names: new Set(),
      worker,
    },
  };
}

function phaseOf(name: string, phase: PhaseDefinition, { resource }: OperatorDefinition, problems: string[]): Phase {
  const wrong = (problem: string): void => void problems.push(`phase ${name}: ${problem}`);
  if (phase.final && phase.worker) wrong('it is final and has a worker');
  if (!phase.final && !phase.worker) wrong('it has no worker');
  const inputs = new Map<string, ResourceInput>();
  const queries = new Map<string, Readonly<Record<string, QueryDefinition>>>();
  for (const [key, input] of Object.entries(phase.inputs ?? {})) {
    if ('queries' in input) queries.set(key, input.queries);
    else
      inputs.set(
        key,
        inputOf(input, resource.namespaced, (problem) => wrong(`input ${key}: ${problem}`)),
      );
  }
  const duration = (key: 'interval' | 'timeout'): number | undefined => {
    const text = phase[key];
    const value = text === undefined ? undefined : parseDuration(text);
    if (text !== undefined && !value) wrong(`${key} ${JSON.stringify(text)} is no positive duration such as "30s"`);
    return value;
  };
  const outputs = outputsOf(phase, resource, wrong);
  return {
    name,
    initial: phase.initial ?? false,
    final: phase.final ?? false,
    next: phase.next,
    inputs,
    queries,
    outputs,
    interval: duration('interval') ?? (queries.size > 0 ? METRICS_INTERVAL_MS : undefined),
    timeout: duration('timeout') ?? TIMEOUT_MS,
    ready: phase.ready,
    adopt: phase.adopt ?? false,
    names: new Set([name, ...(phase.renamedFrom ?? [])]),
    worker: phase.worker,
  };
}

function outputsOf(
  { outputs = {} }: PhaseDefinition,
  resource: ResourceDefinition,
  wrong: (problem: string) => void,
): ReadonlyMap<string, ResourceType> {
  const keys = new Map<string, string>();
  for (const [key, { type }] of Object.entries(outputs)) {
    const kind = resourceName(type);
    const other = keys.get(kind);
    // What a key no longer returns is found by kind and phase: the one would prune what the other made.
    if (other !== undefined) wrong(`outputs ${other} and ${key} are both ${kind}`);
    keys.set(kind, key);
    if (resource.namespaced && !type.namespaced)
      wrong(`output ${key}: it is of cluster scope, and a resource in a namespace cannot own it`);
  }
  return new Map(Object.entries(outputs).map(([key, { type }]) => [key, type]));
}

function inputOf(
  { type, selector, namespace, metadataOnly }: Exclude<InputDefinition, { readonly queries: unknown }>,
  namespaced: boolean,
  wrong: (problem: string) => void,
): ResourceInput {
  let requirements: readonly Requirement[] = [];
  try {
    requirements = requirementsOf(selector ?? {});
  } catch (error) {
    wrong(String(error));
  }
  const anyNamespace = !type.namespaced || (namespace ?? (namespaced ? 'own' : 'any')) === 'any';
  return { type, requirements, anyNamespace, metadataOnly: metadataOnly ?? false };
}
