import { isNamespaceTerminating } from '../errors.ts';
import type { ResourceOutput } from '../plan.ts';
import type { Body } from './body.ts';
import { bodyFor, deleteOutput, describe, ensureOutput, pruneOutputs } from './outputs.ts';
import { allOrNothing } from './rollback/rollback.ts';
import type { CheckedResult } from './result.ts';
import type { Run } from './run.ts';
import type { Tracker } from '../reads/tracker.ts';
import { giveUpPatches, rehearsePatches, writePatches } from './patches/write.ts';

/**
 * Brings all that a run returned to its state, in the order given, then deletes and gives up what it no longer returns. Returns the
 * objects that are to be patched and are not there.
 */
export async function writeOutputs(
  run: Run,
  { outputs, patches }: Pick<CheckedResult, 'outputs' | 'patches'>,
  tracker: Tracker,
): Promise<readonly string[]> {
  const returned = bodiesOf(run, outputs);
  const planned = returned.flatMap(({ output, bodies }) => bodies.map((body) => ({ output, body })));
  const write = async (): Promise<readonly string[]> => {
    for (const { output, body } of planned) await ensureOutput(run, output, body);
    // Before anything is pruned: a patch may lead somebody else's object from a former output to a new one.
    const absent = await writePatches(run, patches, tracker);
    await prune(run, returned);
    await giveUpPatches(run, patches);
    return absent;
  };
  return run.phase.rollback ? allOrNothing(run, planned, () => rehearsePatches(run, patches), write) : write();
}

/**
 * The same for what a finalizer returned. Returns the objects that nobody can make any more, since the resource's own namespace is being
 * deleted: they would go with it, and the resource, for which that waits, does not wait for them.
 */
export async function writeLastOutputs(run: Run, outputs: CheckedResult['outputs']): Promise<readonly string[]> {
  const returned = bodiesOf(run, outputs);
  const unmade: string[] = [];
  for (const { output, bodies } of returned) {
    for (const body of bodies) {
      try {
        await ensureOutput(run, output, body);
      } catch (error) {
        if (!isNamespaceTerminating(error)) throw error;
        unmade.push(describe(body));
      }
    }
  }
  await prune(run, returned);
  return unmade;
}

/** What one output key is to hold. */
interface Returned {
  readonly output: ResourceOutput;
  readonly bodies: readonly Body[];
}

function bodiesOf(run: Run, outputs: CheckedResult['outputs']): readonly Returned[] {
  const returned: Returned[] = [];
  for (const [key, list] of outputs) {
    const output = run.phase.outputs.get(key);
    if (output) returned.push({ output, bodies: list.map((desired) => bodyFor(run, output.type, desired)) });
  }
  return returned;
}

async function prune(run: Run, returned: readonly Returned[]): Promise<void> {
  for (const { output, bodies } of returned)
    await pruneOutputs(run, output.type, new Set(bodies.map(({ key }) => key)));
}

/**
 * Deletes, as the resource goes, what it made where no owner reference can point: in other namespaces, and of cluster scope. What is
 * beside the resource is left to the garbage collector. Whether objects go at once is up to their own finalizers; nobody waits for that.
 * Kinds that were declared once and are no longer are not looked at.
 */
export async function deleteUnowned(run: Run): Promise<void> {
  const { plan, metrics } = run.environment;
  for (const { type } of plan.finalizer?.unowned.values() ?? []) {
    for (const { key, uid, object, isOurs } of run.owned(type)) {
      const isCollected = object.metadata.namespace === run.namespace;
      if (isCollected || object.metadata.deletionTimestamp !== undefined || !isOurs) continue;
      await deleteOutput(run, type, key, uid);
      metrics.output(run.phase.name, 'pruned');
    }
  }
}
