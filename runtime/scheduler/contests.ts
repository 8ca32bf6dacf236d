import type { ManagedFieldsEntry } from '../kube/types.ts';
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from './cycles.ts';
import { holdsAll, type FieldPath } from './fields.ts';

/** How often a field is put right at once. */
const FREE_REPAIRS = 2;
/** An autoscaler comes by every 15 s, other controllers every minute: what stays ours for longer than this was given up. */
const QUIET_MS = 120_000;

/** Something that somebody took from an output of ours. */
export interface Loss {
  /** `.spec.replicas`; undefined: the whole object was deleted. */
  readonly field: string | undefined;
  /** Who holds it now; undefined: nobody. */
  readonly manager: string | undefined;
}

interface Contest {
  readonly message: string;
  readonly isDeletion: boolean;
  /** How often it was lost. */
  count: number;
  /** When it may be put right: on the monotonic clock. */
  repairAt: number;
  /** When it counts as ours again unless it is lost before. */
  overAt: number;
}

/**
 * Fields of a resource's outputs that the same other manager takes again and again, as an autoscaler does. Twice a field is put right at
 * once; then with growing pauses, 1 s at first and 5 min at most, so that two controllers do not keep each other busy. It is over when
 * the field stayed ours for two minutes, or for as long again as the last pause was.
 */
export class Contests {
  /** By output, then by manager and field. */
  readonly #outputs = new Map<string, Map<string, Contest>>();

  get isEmpty(): boolean {
    return this.#outputs.size === 0;
  }

  /** Remembers a loss. Returns what to say where it is one of many. */
  lost(output: string, { field, manager }: Loss, now: number): string | undefined {
    this.#forgetOver(now);
    const contests = this.#outputs.get(output) ?? new Map<string, Contest>();
    this.#outputs.set(output, contests);
    const name = `${manager ?? ''} ${field ?? ''}`;
    const message = messageFor(output, field, manager);
    const contest = contests.get(name) ?? {
      message,
      isDeletion: field === undefined,
      count: 0,
      repairAt: 0,
      overAt: 0,
    };
    contest.count += 1;
    const over = contest.count - FREE_REPAIRS;
    const pause = over > 0 ? Math.min(FIRST_PAUSE_MS * 2 ** (over - 1), LONGEST_PAUSE_MS) : 0;
    contest.repairAt = now + pause;
    contest.overAt = contest.repairAt + Math.max(pause, QUIET_MS);
    contests.set(name, contest);
    return over > 0 ? message : undefined;
  }

  /** Whether the output has to be left as somebody else made it for now; what is deleted and what is changed are asked for apart. */
  isHeldBack(output: string, isDeletion: boolean, now: number): boolean {
    const contests = [...(this.#outputs.get(output)?.values() ?? [])];
    return contests.some((contest) => contest.isDeletion === isDeletion && contest.repairAt > now);
  }

  /** What goes on at the moment, in words; undefined: nothing. */
  message(now: number): string | undefined {
    this.#forgetOver(now);
    return this.#fought()[0]?.message;
  }

  /**
   * Milliseconds until there is something to put right, or until it is over; undefined where nothing goes on. What is over by now is looked
   * at once more: it may just have been told as going on.
   */
  nextLook(now: number): number | undefined {
    const times = this.#fought().map(({ repairAt, overAt }) => (repairAt > now ? repairAt : overAt) - now);
    this.#forgetOver(now);
    return times.length > 0 ? Math.max(1, Math.min(...times)) : undefined;
  }

  forget(output: string): void {
    this.#outputs.delete(output);
  }

  #fought(): readonly Contest[] {
    return [...this.#outputs.values()]
      .flatMap((contests) => Array.from(contests.values()))
      .filter(({ count }) => count > FREE_REPAIRS);
  }

  #forgetOver(now: number): void {
    for (const [output, contests] of this.#outputs) {
      for (const [name, { overAt }] of contests) if (overAt <= now) contests.delete(name);
      if (contests.size === 0) this.#outputs.delete(output);
    }
  }
}

function messageFor(output: string, field: string | undefined, manager: string | undefined): string {
  const who = manager === undefined ? 'Somebody' : `Manager ${manager}`;
  const what = field === undefined ? `deletes ${output}` : `takes ${field} of ${output}`;
  return `${who} ${what} again and again, and it is put right with growing pauses. Leave out of an output what others own.`;
}

/** Who took these leaves. `all` are the managers of the object as it is now. */
export function lossesOf(lost: readonly FieldPath[], all: readonly ManagedFieldsEntry[]): readonly Loss[] {
  return lost.map((path) => ({
    field: textOf(path),
    manager: all.find(({ fieldsV1 }) => fieldsV1 && holdsAll([path], [fieldsV1]))?.manager,
  }));
}

/** `.spec.ports[port=80].name` */
function textOf(path: FieldPath): string {
  return path
    .map((step) => {
      const value = step.slice(2);
      if (step.startsWith('f:')) return /^[\w-]+$/.test(value) ? `.${value}` : `[${value}]`;
      if (!step.startsWith('k:')) return `[${value}]`;
      const keys = Object.entries(JSON.parse(value) as Readonly<Record<string, unknown>>);
      return `[${keys.map(([key, is]) => `${key}=${String(is)}`).join(',')}]`;
    })
    .join('');
}
