import { isNamespaceTerminating, messageOf } from '../../errors.ts';
import { RunAborted, type Run } from '../run.ts';
import { Journal } from './journal.ts';
import { rehearse, type Planned } from './rehearse.ts';
import { undo } from './undo.ts';

/**
 * All or nothing, as far as that goes: has the server look at all that is to be written, calls `write`, and where that fails undoes what it
 * had written and throws the failure. `further` rehearses what is not in `planned`. From the first deletion of a former output on there is
 * no way back, and a failure is tried again as in any other phase.
 */
export async function allOrNothing<Answer>(
  run: Run,
  planned: readonly Planned[],
  further: () => Promise<void>,
  write: () => Promise<Answer>,
): Promise<Answer> {
  await rehearse(run, planned);
  await further();
  const journal = run.state.journal ?? new Journal();
  run.state.journal = journal;
  run.journal = journal;
  try {
    const answer = await write();
    journal.clear();
    return answer;
  } catch (error) {
    await rollBack(run, journal, error);
    throw error;
  } finally {
    run.journal = undefined;
    if (journal.backwards().length === 0) run.state.journal = undefined;
  }
}

/** Told by an event: a person finds less in the cluster than was there for a moment. */
async function rollBack(run: Run, journal: Journal, failure: unknown): Promise<void> {
  const { events, logger } = run.environment;
  if (failure instanceof RunAborted || run.isOver || isNamespaceTerminating(failure)) return;
  if (journal.backwards().length === 0) return;
  const kept = await undo(run, journal);
  const outcome =
    kept.length === 0 ? 'what it had written is undone' : `what it had written is undone, but for ${kept.join('; ')}`;
  const note = `Phase ${run.phase.name} failed, and ${outcome}. ${messageOf(failure)}`;
  logger.warn({ resource: run.key, phase: run.phase.name }, note);
  events.warn({ resource: run.resource, reason: 'RolledBack', action: 'Sync', note });
}
