import { DESIRED, MAXIMUM } from './rollout.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Deployment } from './views.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';

/** As many characters of former revisions are kept. */
const LONGEST_HISTORY = 2000;

/** What a ReplicaSet does not get from its Deployment. */
const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  DESIRED,
  MAXIMUM,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Readonly<Record<string, string>>;

/**
 * The annotations of the ReplicaSet that a Deployment wants now, made of those that it has: the Deployment's own, and its revision,
 * which becomes the highest of all; a set that comes back keeps its former numbers as its history.
 */
export function currentAnnotations(deployment: ApiObject, before: Annotations, revision: number): Annotations {
  const given = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !OWN.has(name));
  const annotations: Record<string, string> = { ...before, ...Object.fromEntries(given) };
  const old = before[REVISION];
  const oldNumber = old === undefined || old === '' ? 0 : Number(old);
  // Somebody else wrote what is no number: it is left to them.
  if (!Number.isInteger(oldNumber) || oldNumber >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (old === undefined) return annotations;
  const history = [...(before[HISTORY] ?? '').split(',').filter((text) => text !== ''), old];
  while (history.length > 1 && history.join(',').length > LONGEST_HISTORY) history.shift();
  annotations[HISTORY] = history.join(',');
  return annotations;
}

export function sizeAnnotations({ replicas, maxSurge }: Deployment): Annotations {
  return { [DESIRED]: String(replicas), [MAXIMUM]: String(replicas + maxSurge) };
}

/** 0: none. */
export function revisionOf({ metadata }: ApiObject): number {
  const revision = Number(metadata.annotations?.[REVISION] ?? 0);
  return Number.isInteger(revision) ? revision : 0;
}
