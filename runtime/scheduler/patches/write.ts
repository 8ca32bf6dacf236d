import { errors } from '../../errors.ts';
import { keyOf } from '../../kube/paths.ts';
import type { PatchAction } from '../../observe/metrics.ts';
import type { Tracker } from '../../reads/tracker.ts';
import type { Run } from '../run.ts';
import { objectSpan } from '../spans.ts';
import { applyPatch, giveUp, type PatchOutcome } from './apply.ts';
import { managerOf, patchBody, type PatchBody, type Patcher } from './body.ts';
import type { CheckedPatches } from './check.ts';

/** Whether a result sets any field of somebody else's: then the finalizer has to be there first. */
export function setsFields(patches: CheckedPatches): boolean {
  for (const list of patches.values()) if (list.length > 0) return true;
  return false;
}

/**
 * Applies all patches that a run returned, in the order given. One that is refused holds up no other; at the end it is an error
 * (ERR_AP_PATCH_REFUSED). Returns the objects that are not there, as `Deployment default/web`: once one of them comes, the resource wakes.
 */
export async function writePatches(run: Run, patches: CheckedPatches, tracker: Tracker): Promise<readonly string[]> {
  const { views, metrics } = run.environment;
  const absent: string[] = [];
  if (patches.size === 0) return absent;
  const refused: string[] = [];
  for (const { body, force } of bodiesOf(run, patches)) {
    const name = `${body.type.kind} ${body.key}`;
    const targets = views.patch(body.type);
    let outcome: PatchOutcome;
    let tried: string | undefined;
    do {
      tried = targets.get(body.key)?.uid;
      outcome = run.environment.tracing.on
        ? await objectSpan(run, 'patch', body, () => applyPatch(run, body, { force }), wordFor)
        : await applyPatch(run, body, { force });
      if (outcome === 'absent') tracker.track(targets, { by: 'name', key: body.key });
      // It may have come between the answer and the moment from which its coming wakes the resource.
    } while (outcome === 'absent' && targets.get(body.key)?.uid !== tried);
    if (outcome === 'absent') absent.push(name);
    else if (typeof outcome === 'object') refused.push(`${name}: ${outcome.refused}`);
    metrics.patch(run.phase.name, wordFor(outcome));
  }
  if (refused.length > 0) throw errors.patchRefused(refused);
  return absent;
}

function wordFor(outcome: PatchOutcome): PatchAction {
  return typeof outcome === 'object' ? 'refused' : outcome;
}

/** Has the server go through the same with `dryRun=All`. Throws ERR_AP_PATCH_REFUSED. */
export async function rehearsePatches(run: Run, patches: CheckedPatches): Promise<void> {
  const refused: string[] = [];
  for (const { body, force } of bodiesOf(run, patches)) {
    const outcome = await applyPatch(run, body, { force, rehearse: true });
    if (typeof outcome === 'object') refused.push(`${body.type.kind} ${body.key}: ${outcome.refused}`);
  }
  if (refused.length > 0) throw errors.patchRefused(refused);
}

function bodiesOf(run: Run, patches: CheckedPatches): readonly { readonly body: PatchBody; readonly force: boolean }[] {
  return [...patches].flatMap(([patchKey, list]) => {
    const kind = run.phase.patches.get(patchKey);
    if (!kind) return [];
    const patcher = patcherOf(run, patchKey);
    return list.map((patch) => ({ body: patchBody(patcher, kind.type, patch), force: kind.force }));
  });
}

/** Gives up what earlier runs set under the keys that this one returned, and this one does not. Throws ERR_AP_PATCH_KEPT. */
export async function giveUpPatches(run: Run, patches: CheckedPatches): Promise<void> {
  const kept: string[] = [];
  for (const [patchKey, list] of patches) {
    const returned = new Set(list.map(({ name, namespace }) => keyOf({ metadata: { name, namespace } })));
    kept.push(...(await giveUpBut(run, patchKey, returned)));
  }
  if (kept.length > 0) throw errors.patchKept(kept);
}

/** The resource goes: gives up all that it has set anywhere. Throws ERR_AP_PATCH_KEPT. */
export async function giveUpAll(run: Run): Promise<void> {
  const kept: string[] = [];
  for (const patchKey of run.environment.plan.patches.keys()) kept.push(...(await giveUpBut(run, patchKey, new Set())));
  if (kept.length > 0) throw errors.patchKept(kept);
}

/** Returns what could not be given up, and why. */
async function giveUpBut(run: Run, patchKey: string, returned: ReadonlySet<string>): Promise<readonly string[]> {
  const { plan, views, patchTargets, metrics } = run.environment;
  const type = plan.patches.get(patchKey);
  if (!type) return [];
  const manager = managerOf(patcherOf(run, patchKey));
  const kept: string[] = [];
  for (const entry of patchTargets.of(views.patch(type), manager)) {
    if (returned.has(entry.key)) continue;
    const at = { type, key: entry.key };
    const answer = run.environment.tracing.on
      ? await objectSpan(run, 'patch', at, () => giveUp(run, type, entry, manager), wordForGivingUp)
      : await giveUp(run, type, entry, manager);
    if (answer === undefined) run.journal?.clear();
    metrics.patch(run.phase.name, wordForGivingUp(answer));
    if (answer !== undefined) kept.push(`${type.kind} ${entry.key}: ${answer}`);
  }
  return kept;
}

function wordForGivingUp(refused: string | undefined): PatchAction {
  return refused === undefined ? 'given_up' : 'refused';
}

function patcherOf({ environment: { plan }, uid }: Run, patchKey: string): Patcher {
  return { operator: plan.name, group: plan.resource.group, uid, patchKey };
}
