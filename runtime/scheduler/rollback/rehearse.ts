import type { Entry } from '../../cache/store.ts';
import { ApiError, isKindMissing, isStatus } from '../../errors.ts';
import type { ResourceType } from '../../kube/types.ts';
import type { ResourceOutput } from '../../plan.ts';
import type { Body } from '../body.ts';
import {
  callOptions,
  checkThatItCanBeMade,
  isNameTaken,
  lookAt,
  ofElsewhere,
  ownership,
  standing,
  takeOverCreatedFields,
  withUid,
} from '../outputs.ts';
import { announce } from '../outputs-record.ts';
import { fieldsOf } from '../own-fields.ts';
import { RunAborted, type Run } from '../run.ts';

/** One object that a run is about to write. */
export interface Planned {
  readonly output: ResourceOutput;
  readonly body: Body;
}

/**
 * Has the server go through all outputs with `dryRun=All`. Throws what it has against the first that it refuses; nothing is written but, where
 * that alone may be in the way, in whose name the fields of a create are held.
 */
export async function rehearse(run: Run, planned: readonly Planned[]): Promise<void> {
  const coming = new Set(planned.filter(({ body: { type } }) => isNamespace(type)).map(({ body }) => body.key));
  for (const each of planned) {
    try {
      await rehearseOutput(run, each);
    } catch (error) {
      if (isKindMissing(error)) run.environment.caches.kindMissing(each.body.type);
      if (run.isOver) throw new RunAborted();
      if (!isWithoutDryRun(error) && !isForLackOf(coming, error)) throw ofElsewhere(run, each.body, error);
    }
  }
}

async function rehearseOutput(run: Run, { output, body }: Planned): Promise<void> {
  if (run.isOver) throw new RunAborted();
  const { client } = run.environment;
  const { type } = body;
  const { known, needs } = lookAt(run, body);
  if (needs !== 'write') return;
  const options = { ...callOptions(run, type), dryRun: true };
  let entry = known;
  if (!entry) {
    try {
      await client.create(type, body.object, options);
      return;
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
    entry = await standing(run, body);
  }
  try {
    await applyDry(run, body, entry);
  } catch (error) {
    if (!output.replace || !isStatus(error, 422) || ownership(run, entry.object) !== 'ours') throw error;
    await checkThatItCanBeMade(run, body);
  }
}

/** Of what a create wrote, an apply drops nothing: what is refused is asked once more where those fields had still to be taken over. */
async function applyDry(run: Run, body: Body, entry: Entry): Promise<void> {
  const { client } = run.environment;
  const options = { ...callOptions(run, body.type), dryRun: true };
  const send = () => client.apply(body.type, withUid(body, entry.uid), options);
  try {
    await send();
  } catch (error) {
    if (!isStatus(error, 422) || fieldsOf(entry, 'Update').length === 0) throw error;
    await announce(run, body.type, entry.object);
    await takeOverCreatedFields(run, body, entry);
    await send();
  }
}

function isNamespace({ group, kind }: ResourceType): boolean {
  return group === '' && kind === 'Namespace';
}

/** The namespace is to be made by the same result: it is there by the time that this object's turn comes. */
function isForLackOf(namespaces: ReadonlySet<string>, error: unknown): boolean {
  if (!isStatus(error, 404)) return false;
  const [, name] = /^namespaces "(.*)" not found$/.exec(error.answer) ?? [];
  return name !== undefined && namespaces.has(name);
}

/** A webhook that does more than it says cannot be asked beforehand. That is no reason to refuse what it may well accept. */
function isWithoutDryRun(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400 && error.answer.endsWith('does not support dry run');
}
