import { DevclusterError } from '../errors.ts';
import { differences } from './differences.ts';
import { Simulation } from './simulation.ts';
import { World } from './world.ts';
import type { State } from './state.ts';
import type { Subject } from './subject.ts';

export interface KillOptions extends Subject {
  /** Of all calls only these, by number: to look at one that fails. Default: all. */
  readonly only?: readonly number[];
}

export interface KillReport {
  /** Calls of a run that nothing disturbs: each of them was fatal twice. */
  readonly calls: number;
  readonly kills: number;
}

/**
 * Runs the steps undisturbed, then for each call of that run twice more: once the operator dies just before the call reaches the server,
 * once just after the server has done what it asks and before the operator knows. It is started again at once, and after each step all has
 * to become as it was in the undisturbed run. Throws ERR_AP_TEST_DIFFERENT with what differs, for the first call at which it does.
 *
 * All calls count: lists, watches and retries, too. Time is simulated; nothing is written to disk, no port is used by the operator.
 */
export async function killAtEveryCall({ only, ...subject }: KillOptions): Promise<KillReport> {
  await using world = await World.open(subject);
  const undisturbed = await run(world, undefined);
  let kills = 0;
  for (let number = 1; number <= undisturbed.calls; number += 1) {
    if (only && !only.includes(number)) continue;
    for (const when of ['before', 'after'] as const) {
      const { states, call } = await run(world, { number, when });
      if (call === undefined) continue;
      kills += 1;
      compare(states, undisturbed.states, `killed just ${when} call ${number} (${call})`, `only: [${number}]`);
    }
  }
  return { calls: undisturbed.calls, kills };
}

/** Who has just been started has no reason to wait longer before another try. */
const QUIET_MS = 2 * 60_000;

interface Kill {
  readonly number: number;
  readonly when: 'before' | 'after';
}

interface Run {
  /** After each step. */
  readonly states: readonly State[];
  readonly calls: number;
  /** The fatal one, as text; undefined where there was none. */
  readonly call: string | undefined;
}

async function run(world: World, kill: Kill | undefined): Promise<Run> {
  const simulation = await Simulation.open(world);
  try {
    let call: string | undefined;
    simulation.fateOf = ({ number, request }) => {
      if (number !== kill?.number) return 'pass';
      call = `${request.method} ${request.path}`;
      return `die ${kill.when}`;
    };
    simulation.onDeath = () => void simulation.start();
    simulation.start();
    return { states: await simulation.play(QUIET_MS), calls: simulation.calls, call };
  } finally {
    await simulation.close();
  }
}

function compare(states: readonly State[], expected: readonly State[], how: string, again: string): void {
  for (const [index, state] of expected.entries()) {
    const wrong = differences(states[index] ?? new Map(), state);
    if (wrong.length === 0) continue;
    throw new DevclusterError(
      'ERR_AP_TEST_DIFFERENT',
      `${how}, the operator does not end as it does undisturbed. After step ${index + 1} of ${expected.length}:\n  ${wrong.join('\n  ')}\nTo see it alone: ${again}.`,
    );
  }
}
