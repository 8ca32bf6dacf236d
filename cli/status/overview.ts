import type { Problem } from '../../project/model.ts';
import { ageSince } from '../cluster/age.ts';
import { table } from '../cluster/table.ts';
import type { OperatorState } from './operator-state.ts';
import type { ResourceRow } from './resource-row.ts';

/** All that `ap status` tells. */
export interface Overview {
  /** Null where it is not deployed, or may not be looked at. */
  readonly operator: OperatorState | null;
  readonly resources: ResourceList;
}

export interface ResourceList {
  readonly kind: string;
  /** Absent: of all namespaces. */
  readonly namespace?: string;
  readonly count: number;
  /** How many are in each phase: those of the project in its order, then others; '' is none yet. */
  readonly phases: Readonly<Record<string, number>>;
  /** Of these, with an error. */
  readonly failing: number;
  /** Of these, such that trying again does not mend. */
  readonly stalled: number;
  /** Those with an error first. */
  readonly items: readonly ResourceRow[];
}

/** Counts them, and puts those with errors first. `phases`: of the project. */
export function resourceList(
  kind: string,
  namespace: string | undefined,
  phases: readonly string[],
  rows: Iterable<ResourceRow>,
): ResourceList {
  const counts: Record<string, number> = Object.fromEntries(phases.map((phase) => [phase, 0]));
  const items = [...rows].toSorted((a, b) => rank(a) - rank(b) || compare(keyOf(a), keyOf(b)));
  for (const { phase } of items) counts[phase] = (counts[phase] ?? 0) + 1;
  return {
    kind,
    ...(namespace !== undefined && { namespace }),
    count: items.length,
    phases: counts,
    failing: items.filter(({ error }) => error !== null).length,
    stalled: items.filter(({ error }) => error?.isStalled === true).length,
    items,
  };
}

const rank = ({ error }: ResourceRow): number => (error === null ? 2 : error.isStalled ? 0 : 1);
/** As the server has them: by code units, whatever the language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function keyOf({ namespace, name }: Pick<ResourceRow, 'namespace' | 'name'>): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

export function operatorText(operator: OperatorState, now: number): readonly string[] {
  const { name, namespace, version, image, replicas, pods } = operator;
  const rollout = replicas.updated < replicas.wanted ? `, ${replicas.updated} are of the newest version` : '';
  const rows = pods.map((pod) => [
    pod.name,
    pod.ready ? 'yes' : 'no',
    String(pod.restarts),
    ageSince(pod.created, now),
    [...(isLeader(operator, pod.name) ? ['leads'] : []), ...(pod.trouble === '' ? [] : [pod.trouble])].join(', '),
  ]);
  return [
    `${name}${version === '' ? '' : ` ${version}`} in namespace ${namespace}: ${replicas.ready} of ${replicas.wanted} replicas are ready${rollout}`,
    `image   ${image}`,
    `leader  ${leaderText(operator, now)}`,
    ...(rows.length > 0 ? ['', ...table(['POD', 'READY', 'RESTARTS', 'AGE', ''], rows)] : []),
  ];
}

const isLeader = ({ leader }: OperatorState, pod: string): boolean => leader.is === 'held' && leader.pod === pod;

export function leaderText({ leader }: OperatorState, now: number): string {
  switch (leader.is) {
    case 'held': {
      const who = leader.pod ?? `${leader.holder}, which is none of its pods`;
      return `${who}, for ${ageSince(leader.since, now)}, renewed ${ageSince(leader.renewed, now)} ago`;
    }
    case 'free':
      return 'nobody';
    case 'unknown':
      return 'not known: you may not read leases';
    case 'off':
      return 'all replicas work: enableLeaderElection is false';
  }
}

/** One line: how many there are, and where. */
export function countsText({ kind, namespace, count, phases, failing, stalled }: ResourceList): string {
  const parts = Object.entries(phases).map(([phase, number]) => `${phase === '' ? '(no phase yet)' : phase} ${number}`);
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const errors = failing === 0 ? '' : `; ${failing} with errors${stalled > 0 ? `, ${stalled} of them stalled` : ''}`;
  return `${kind}: ${count}${where}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}${errors}`;
}

/** A table of as many as are wanted, and how many are left out. */
export function rowsText(
  { items, kind }: ResourceList,
  isNamespaced: boolean,
  now: number,
  most = Infinity,
): readonly string[] {
  if (items.length === 0) return [];
  const shown = items.length > most ? items.slice(0, Math.max(0, most - 1)) : items;
  const titles = [...(isNamespaced ? ['NAMESPACE'] : []), 'NAME', 'PHASE', 'FOR', 'READY', 'LAST TRANSITION', 'ERROR'];
  const lines = table(
    titles,
    shown.map((row) => [
      ...(isNamespaced ? [row.namespace ?? ''] : []),
      row.name,
      row.phase,
      phaseAge(row, now),
      row.ready,
      transitionText(row, now),
      [...(row.isDeleting ? ['is being deleted'] : []), ...(row.error ? [errorText(row)] : [])].join(', '),
    ]),
  );
  return shown === items ? lines : [...lines, `… and ${items.length - shown.length} more ${kind}`];
}

/** How long it is in its phase; `>` where it is known only that it was there already so long ago. */
export function phaseAge({ phaseSince, isPhaseSinceExact }: ResourceRow, now: number): string {
  return `${phaseSince === null || isPhaseSinceExact ? '' : '>'}${ageSince(phaseSince, now)}`;
}

function transitionText({ lastTransition }: ResourceRow, now: number): string {
  if (!lastTransition) return '';
  const { from, to, time } = lastTransition;
  return `${from === '' ? 'new' : from} → ${to}, ${ageSince(time, now)} ago`;
}

export function errorText({ error }: ResourceRow): string {
  if (!error) return '';
  const [first = ''] = error.message.split('\n', 1);
  return `${error.isStalled ? 'stalled: ' : ''}${error.reason}: ${first}`;
}

/** What a person is told where the status keeps too little. */
export function transitionsHint(transitions: number, { count }: ResourceList): readonly string[] {
  return transitions > 0 || count === 0
    ? []
    : [
        'No transitions are kept, so that > tells since when at least; `transitions: 10` in autopilot.yaml keeps ten of each.',
      ];
}

/** Lines that tell what is wrong as a whole. */
export function problemText(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ message, remedy }) => `! ${message} ${remedy}`);
}
