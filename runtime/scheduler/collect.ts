import { errors, messageOf } from '../errors.ts';
import { requirementsOf, type Requirement } from '../kube/selector.ts';
import type { Plan, ResourceOutput } from '../plan.ts';
import type { CollectQuery } from '../worker.ts';
import { deleteOutput } from './outputs.ts';
import { announce } from './outputs-record.ts';
import { isName, isRecord } from './returned-json.ts';
import type { Run } from './run.ts';

const QUERY: ReadonlySet<string> = new Set([
  'phase',
  'selector',
  'namespace',
] satisfies readonly (keyof CollectQuery)[]);

/**
 * Deletes what phases of the run's resource made of one kind, as far as a query says; returns how many objects. (`Client` in `worker.ts`
 * says what is promised.) An object is this resource's by its label, and made by its operator where that is one of its managers: a copy
 * that somebody made of one has the label too. Throws ERR_AP_BAD_COLLECT before anything is sent.
 */
export async function collectOutputs(run: Run, key: string, output: ResourceOutput, query: unknown): Promise<number> {
  const call = `client.collect(${JSON.stringify(key)})`;
  const wanted = checkQuery(query, run, output, (problem) => errors.badCollect(run.phase.name, call, problem));
  if (!wanted) return 0;
  const { environment, uid, phase } = run;
  const { views, marks, metrics } = environment;
  const { type } = output;
  const requirements = [{ key: marks.owner, operator: 'In' as const, values: [uid] }, ...wanted.requirements];
  let collected = 0;
  for (const entry of views.output(type).select(wanted.namespace, requirements)) {
    const { metadata } = entry.object;
    const made = metadata.annotations?.[marks.phase];
    if (made === undefined || !entry.isOurs || metadata.deletionTimestamp !== undefined) continue;
    if (wanted.phases && !wanted.phases.has(made)) continue;
    run.checkForUser(call);
    try {
      await announce(run, type, entry.object);
      if (!(await deleteOutput(run, type, entry.key, entry.uid))) continue;
    } catch (error) {
      // Said in words where the run ended meanwhile.
      run.checkForUser(call);
      throw error;
    }
    metrics.output(phase.name, 'collected');
    collected += 1;
  }
  return collected;
}

interface Wanted {
  readonly namespace: string | undefined;
  readonly requirements: readonly Requirement[];
  /** By all the names that they have or had; undefined: all, and those that there are no longer. */
  readonly phases: ReadonlySet<string> | undefined;
}

/** Undefined where it asks for nothing. What the compiler did not see is refused: a misspelt member would delete everything. */
function checkQuery(
  query: unknown,
  { environment: { plan } }: Run,
  { type }: ResourceOutput,
  wrong: (problem: string) => Error,
): Wanted | undefined {
  if (query === undefined) return { namespace: undefined, requirements: [], phases: undefined };
  if (!isRecord(query)) throw wrong('it takes { phase?, selector?, namespace? }.');
  const other = Object.keys(query).find((member) => !QUERY.has(member));
  if (other !== undefined) throw wrong(`it takes { phase?, selector?, namespace? }, and no ${JSON.stringify(other)}.`);
  const { namespace, selector, phase } = query;
  if (namespace !== undefined && !type.namespaced) throw wrong(`${type.kind} has no namespace.`);
  if (namespace !== undefined && !isName(namespace)) throw wrong(`${JSON.stringify(namespace)} is no namespace.`);
  const phases = 'phase' in query ? namesOf(phase, plan, wrong) : undefined;
  // A selector that is there but unset is the API's null selector.
  if ('selector' in query && (selector === undefined || selector === null)) return undefined;
  try {
    return { namespace, requirements: requirementsOf(selector ?? {}), phases };
  } catch (error) {
    throw wrong(messageOf(error));
  }
}

function namesOf(value: unknown, plan: Plan, wrong: (problem: string) => Error): ReadonlySet<string> {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const finalizer = plan.finalizer?.phase;
  return new Set(
    given.flatMap((name) => {
      const phase =
        typeof name === 'string' ? (plan.phases.get(name) ?? (name === finalizer?.name && finalizer)) : false;
      if (phase) return Array.from(phase.names);
      const known = [...new Set([...plan.phases.values()].map((each) => each.name))].join(', ');
      throw wrong(`there is no phase ${JSON.stringify(name) ?? 'undefined'}. There are: ${known}.`);
    }),
  );
}
