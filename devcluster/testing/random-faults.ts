import { DevclusterError } from '../errors.ts';
import { askedOf, type Asked } from './asked.ts';
import { definitionAnew } from './definition-anew.ts';
import { differences } from './differences.ts';
import { DISTURBANCES, type Disturbance } from './disturbances.ts';
import { Simulation } from './simulation.ts';
import { World } from './world.ts';
import type { State } from './state.ts';
import type { Detour, Step, Subject } from './subject.ts';

export interface RandomOptions extends Subject {
  /** How many schedules. Default 100. `$AUTOPILOT_SEED` names a single one instead. */
  readonly runs?: number;
  /** The first seed; each further run has the next. Default 1. */
  readonly seed?: number;
  /** What others do to the operator's objects, or users to theirs, that in the end changes nothing, by name. */
  readonly detours?: Readonly<Record<string, Detour>>;
}

export interface RandomReport {
  readonly runs: number;
  /** How many things went wrong in all of them. */
  readonly disturbances: number;
  readonly calls: number;
}

/** Longer than twice the time for which things go wrong: who tries again with doubled pauses has done so by then. Milliseconds. */
const QUIET_MS = 30 * 60_000;

/**
 * Runs the steps undisturbed, then again and again while things go wrong at random: refusals (409, 410, 429, 5xx), connections that break,
 * hang or fall silent, a server that is gone or goes back to older data, an API that is not served, tokens that are refused, events that
 * come late, processes that die, pause or have the wrong time, a CustomResourceDefinition that is deleted with its objects and comes back,
 * and the detours. Steps do not wait until the operator is at rest. In the end
 * nothing goes wrong any more, and all has to become as it was in the undisturbed run: nothing is lost, nothing is there twice. Throws
 * ERR_AP_TEST_DIFFERENT with what differs and what was done, ERR_AP_TEST_STORM where the operator wrote far more often than anything
 * happened, ERR_AP_TEST_RESTLESS where it does not come to rest.
 *
 * Everything follows from the seed: `AUTOPILOT_SEED=17 npm test` does again what seed 17 did, alone. That holds for an operator that does
 * all that it does by the given clock, chance and transport.
 */
export async function randomFaults({
  runs = 100,
  seed = 1,
  detours = {},
  ...subject
}: RandomOptions): Promise<RandomReport> {
  await using world = await World.open(subject);
  const undisturbed = await runUndisturbed(world);
  const alone = process.env['AUTOPILOT_SEED'];
  const seeds = alone === undefined ? Array.from({ length: runs }, (_, index) => seed + index) : [Number(alone)];
  let disturbances = 0;
  let calls = 0;
  for (const each of seeds) {
    const schedule = new Schedule(world, undisturbed, Object.entries(detours), each);
    const done = await schedule.run();
    disturbances += done.disturbances;
    calls += done.calls;
  }
  return { runs: seeds.length, disturbances, calls };
}

type Detours = readonly (readonly [name: string, detour: Detour])[];

interface Undisturbed {
  /** After each step. */
  readonly states: readonly State[];
  readonly asked: readonly Asked[];
  readonly writes: number;
}

async function runUndisturbed(world: World): Promise<Undisturbed> {
  const simulation = await Simulation.open(world);
  try {
    simulation.start();
    const states = await simulation.play(QUIET_MS);
    return { states, asked: await askedOf(world.cluster), writes: simulation.writes };
  } finally {
    await simulation.close();
  }
}

/** One run, by one seed. */
class Schedule {
  readonly #world: World;
  readonly #undisturbed: Undisturbed;
  readonly #detours: Detours;
  readonly #seed: number;
  /** What was done, and when. */
  readonly #told: string[] = [];
  readonly #ends = new Set<() => void>();

  constructor(world: World, undisturbed: Undisturbed, detours: Detours, seed: number) {
    this.#world = world;
    this.#undisturbed = undisturbed;
    this.#detours = detours;
    this.#seed = seed;
  }

  async run(): Promise<{ readonly disturbances: number; readonly calls: number }> {
    const simulation = await Simulation.open(this.#world, this.#seed);
    try {
      const steps = await this.#disturb(simulation);
      for (const end of this.#ends) end();
      this.#world.cluster.faults.clear();
      simulation.fateOf = () => 'pass';
      if (simulation.living.length === 0) simulation.start();
      this.#tell('nothing goes wrong any more');
      await simulation.settle(QUIET_MS);
      this.#check(simulation, steps);
      return { disturbances: this.#told.length, calls: simulation.calls };
    } catch (error) {
      if (!(error instanceof DevclusterError)) throw error;
      throw new DevclusterError(error.code, `${error.message}\n${this.#story()}`, { cause: error });
    } finally {
      await simulation.close();
    }
  }

  /** Some of the steps, in order, with other things between them. Returns how many. */
  async #disturb(simulation: Simulation): Promise<number> {
    const { chance } = simulation;
    const { steps } = this.#world.subject;
    const last = chance.between(1, steps.length);
    // With some, what happens falls between one call and the next.
    simulation.latency = chance.of([0, 1, 8]);
    simulation.start();
    for (let done = 0; done < last;) {
      await simulation.pass(this.#pause(simulation));
      if (chance.isSo(0.3)) {
        const step = steps[done];
        done += 1;
        this.#tell(`step ${done}`);
        if (step) await simulation.step(step);
      } else if (chance.isSo(0.2)) await this.#takeDetour(simulation);
      else await this.#goWrong(simulation);
    }
    for (let more = chance.integer(4); more > 0; more -= 1) {
      await simulation.pass(this.#pause(simulation));
      await this.#goWrong(simulation);
    }
    await simulation.pass(this.#pause(simulation));
    return last;
  }

  /** In the midst of what it does now, or later. */
  #pause({ chance }: Simulation): number {
    return chance.isSo(0.5) ? chance.integer(20) : chance.integer(30_000);
  }

  async #takeDetour(simulation: Simulation): Promise<void> {
    const { chance } = simulation;
    const [name, detour] = chance.of([
      ...this.#detours,
      [
        'a CustomResourceDefinition is deleted and comes back',
        definitionAnew(this.#undisturbed.asked, chance),
      ] as const,
    ]);
    this.#tell(name);
    let back: Step | undefined;
    await simulation.step(async (cluster) => (back = await detour(cluster)));
    if (!back) return;
    await simulation.pass(this.#pause(simulation));
    this.#tell('and back');
    await simulation.step(back);
  }

  async #goWrong(simulation: Simulation): Promise<void> {
    const disturbance = simulation.chance.of(DISTURBANCES)({ simulation, asked: this.#undisturbed.asked });
    for (let each = disturbance; each; each = each.afterwards?.()) await this.#suffer(simulation, each);
  }

  async #suffer(simulation: Simulation, { what, end, lasts = 0, alone }: Disturbance): Promise<void> {
    this.#tell(lasts > 0 ? `${what}, for ${lasts} ms` : what);
    if (!end) return;
    const finish = (): void => {
      if (!this.#ends.delete(finish)) return;
      cancel();
      end();
      this.#tell(`over: ${what}`);
    };
    const cancel = this.#world.time.after(lasts, finish);
    this.#ends.add(finish);
    if (!alone) return;
    await simulation.pass(lasts);
    finish();
  }

  #check(simulation: Simulation, steps: number): void {
    const expected = this.#undisturbed.states[steps - 1];
    const wrong = expected ? differences(simulation.state(), expected) : [];
    if (wrong.length > 0)
      throw new DevclusterError(
        'ERR_AP_TEST_DIFFERENT',
        `The operator does not end as it does undisturbed:\n  ${wrong.join('\n  ')}`,
      );
    // Whatever happens costs at most what all of the steps cost together.
    const most = this.#undisturbed.writes * (this.#told.length + 1);
    if (simulation.writes > most)
      throw new DevclusterError(
        'ERR_AP_TEST_STORM',
        `The operator wrote ${simulation.writes} times; undisturbed, ${this.#undisturbed.writes} writes were enough.`,
      );
  }

  #tell(what: string): void {
    this.#told.push(`${(this.#world.time.now / 1000).toFixed(3)} ${what}`);
  }

  #story(): string {
    return `What was done, by seconds:\n  ${this.#told.join('\n  ')}\nTo see it alone: AUTOPILOT_SEED=${this.#seed} npm test, with the test's file behind \`--\`.`;
  }
}
