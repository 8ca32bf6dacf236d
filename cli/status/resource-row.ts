import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { at, isFields, listAt, numberAt, textAt, type Fields } from '../cluster/fields.ts';

export interface Transition {
  /** RFC 3339. */
  readonly time: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** What is wrong with a resource, by its conditions. */
export interface ResourceError {
  readonly reason: string;
  readonly message: string;
  /** Trying again does not mend it. */
  readonly isStalled: boolean;
}

/** How a resource stands: what is kept of it, however large it is. */
export interface ResourceRow {
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
  readonly created: string | null;
  /** '' before the first sync. */
  readonly phase: string;
  /** Since when it is in its phase, or in it already: RFC 3339; null where nothing tells. */
  readonly phaseSince: string | null;
  /** Whether it came there just then; else it did not later than then. */
  readonly isPhaseSinceExact: boolean;
  /** `True`, `False`, `Unknown`, or '' where nobody has said. */
  readonly ready: string;
  readonly lastTransition: Transition | null;
  readonly error: ResourceError | null;
  readonly isDeleting: boolean;
  /** Whether the last sync saw its spec as it is. */
  readonly isObserved: boolean;
}

/** Reasons for which Ready is False although nothing is wrong. */
const UNDER_WAY = new Set(['Progressing', 'NotReady']);

export function rowOf(object: KubernetesObject): ResourceRow {
  const { metadata } = object;
  const phase = textAt(object, 'status', 'phase');
  const lastTransition = transitionsOf(object).at(-1) ?? null;
  const exact = lastTransition?.to === phase && phase !== '' ? lastTransition.time : undefined;
  const ready = conditionOf(object, 'Ready');
  return {
    namespace: metadata.namespace ?? null,
    name: metadata.name,
    uid: metadata.uid ?? '',
    created: metadata.creationTimestamp ?? null,
    phase,
    phaseSince: exact ?? (phase === '' ? null : (lastPhaseWrite(object) ?? null)),
    isPhaseSinceExact: exact !== undefined,
    ready: textAt(ready, 'status'),
    lastTransition,
    error: errorOf(object),
    isDeleting: metadata.deletionTimestamp !== undefined,
    isObserved: numberAt(object, 'status', 'observedGeneration') >= (metadata.generation ?? 0),
  };
}

/** Those that its status keeps (`transitions` in autopilot.yaml), the last one last. */
export function transitionsOf(object: KubernetesObject): readonly Transition[] {
  return listAt(object, 'status', 'transitions')
    .filter(isFields)
    .map((each) => ({
      time: textAt(each, 'time'),
      from: textAt(each, 'from'),
      to: textAt(each, 'to'),
      reason: textAt(each, 'reason'),
    }));
}

export function conditionOf(object: KubernetesObject, type: string): Fields | undefined {
  return listAt(object, 'status', 'conditions')
    .filter(isFields)
    .find((condition) => textAt(condition, 'type') === type);
}

function errorOf(object: KubernetesObject): ResourceError | null {
  const told = (condition: Fields, isStalled: boolean): ResourceError => ({
    reason: textAt(condition, 'reason'),
    message: textAt(condition, 'message'),
    isStalled,
  });
  const stalled = conditionOf(object, 'Stalled');
  if (stalled && textAt(stalled, 'status') === 'True') return told(stalled, true);
  const ready = conditionOf(object, 'Ready');
  if (!ready || textAt(ready, 'status') !== 'False' || UNDER_WAY.has(textAt(ready, 'reason'))) return null;
  return told(ready, false);
}

/** When whoever set the phase last wrote the status: it was in its phase by then. */
function lastPhaseWrite({ metadata }: KubernetesObject): string | undefined {
  const times = (metadata.managedFields ?? []).flatMap(({ fieldsV1, time }) =>
    time !== undefined && at(fieldsV1, 'f:status', 'f:phase') !== undefined ? time : [],
  );
  return times.toSorted((a, b) => a.localeCompare(b)).at(-1);
}
