import { isDeepStrictEqual } from 'node:util';
import type { ReconcileResult } from '../controller/reconciler.ts';
import { isPatchManager } from '../kube/patch-manager.ts';
import type { HeldWrite } from './holding-transport.ts';
import { withoutAllocations } from './allocations.ts';
import { shownObjects, type Bookkeeping } from './shown-object.ts';

/** What one sync would do: told by the process that plays it, so plain JSON. */
export interface DiffStep {
  /** Who works: the controller of the phases, or a reconciler of the project's own. */
  readonly controller: string;
  /** `namespace/name`, or the name. */
  readonly resource: string;
  /** From 1; more than one where it is followed. */
  readonly step: number;
  /** The phases before and after; '' for a reconciler, and before the first phase. */
  readonly from: string;
  readonly to: string;
  /**
   * `rests`: until something changes. `continues`: it would run again at once. `later`: after `after` milliseconds. `failed`: again with growing
   * delay, or once something changes. `waits`: for a kind that cannot be listed. `restless`: it was run so often that it is given up.
   */
  readonly outcome: 'rests' | 'continues' | 'later' | 'failed' | 'waits' | 'restless';
  readonly after?: number;
  readonly changes: readonly DiffChange[];
  readonly messages: readonly DiffMessage[];
}

/** What would become of one object. */
export interface DiffChange {
  /**
   * `patch`: fields of an object that is somebody else's. `delete`: also where finalizers keep it for the time being. `unseen`: nothing but marks and
   * managed fields. `undone`: made and deleted again.
   */
  readonly action: 'create' | 'change' | 'patch' | 'delete' | 'unseen' | 'undone';
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** Without marks, managed fields and what a server sets; Secrets without their values. */
  readonly before?: object;
  readonly after?: object;
  /** Why no server has looked at it. */
  readonly unchecked?: string;
}

/** What would be told in an Event or in the log. */
export interface DiffMessage {
  readonly level: 'error' | 'warning';
  readonly reason: string;
  readonly message: string;
}

/** Writes of one sync, by object: from its state before the first to that after the last. */
export function changesOf(
  writes: readonly HeldWrite[],
  operator: string,
  bookkeeping: Bookkeeping,
): readonly DiffChange[] {
  const byObject = Map.groupBy(writes, ({ group, plural, namespace, name }) =>
    [group, plural, namespace, name].join('/'),
  );
  return Array.from(byObject.values(), (all) => changeOf(all, operator, bookkeeping));
}

function changeOf(writes: readonly HeldWrite[], operator: string, bookkeeping: Bookkeeping): DiffChange {
  const [first, last] = [writes.at(0), writes.at(-1)];
  const { before: live } = first ?? {};
  const next = live ? last?.after : withoutAllocations(last?.after, first?.body);
  const some = next ?? live ?? writes.find(({ after }) => after)?.after;
  const { before, after } = shownObjects(live, next, bookkeeping);
  const unchecked = writes.find((write) => write.unchecked !== undefined)?.unchecked;
  const namespace = some?.metadata.namespace;
  return {
    action: actionOf(writes, operator, { before, after, isMarked: isMarked(live, next) }),
    apiVersion: some?.apiVersion ?? '',
    kind: some?.kind ?? '',
    name: some?.metadata.name ?? '',
    ...(namespace !== undefined && { namespace }),
    ...(before && { before }),
    ...(after && { after }),
    ...(unchecked !== undefined && { unchecked }),
  };
}

function isMarked(live: HeldWrite['before'], next: HeldWrite['after']): boolean {
  return live?.metadata.deletionTimestamp === undefined && next?.metadata.deletionTimestamp !== undefined;
}

function actionOf(
  writes: readonly HeldWrite[],
  operator: string,
  {
    before,
    after,
    isMarked: isToGo,
  }: { readonly before?: object | undefined; readonly after?: object | undefined; readonly isMarked: boolean },
): DiffChange['action'] {
  if (!before && !after) return 'undone';
  if (!before) return 'create';
  if (!after || isToGo) return 'delete';
  if (isDeepStrictEqual(before, after)) return 'unseen';
  return writes.every(({ manager }) => isPatchManager(manager, operator)) ? 'patch' : 'change';
}

export function outcomeOf(result: ReconcileResult, waits: boolean): Pick<DiffStep, 'outcome' | 'after'> {
  if (waits) return { outcome: 'waits' };
  switch (result.outcome) {
    case 'done':
      return { outcome: 'rests' };
    case 'requeue':
      return { outcome: 'continues' };
    case 'later':
      return { outcome: 'later', after: result.after };
    case 'backoff':
    case 'failed':
      return { outcome: 'failed' };
  }
}
