import { DevclusterError } from '../errors.ts';
import { differences } from './differences.ts';
import { LeaseWatch } from './lease-watch.ts';
import { Simulation, type Incarnation } from './simulation.ts';
import { World } from './world.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { State } from './state.ts';
import type { Subject } from './subject.ts';

export interface ReplicaOptions extends Omit<Subject, 'steps'> {
  /** Starts one that takes part in an election: `start(operator, { ...given, leaderElection: {} })`. */
  readonly start: Subject['start'];
  /** The n-th change that users make, from 0: something for the operator to do, at any time. */
  readonly change: (cluster: Cluster, n: number) => Promise<unknown>;
  /** How many run at once. Default 2. */
  readonly replicas?: number;
  /** How often the lease is to go from one to another. Default 100. */
  readonly handovers?: number;
  /** Default 1; `$AUTOPILOT_SEED` names another. */
  readonly seed?: number;
  /** Milliseconds after its last renewal from which a replica may send nothing; as its election has it. Default 10,000. */
  readonly renewDeadline?: number;
}

export interface ReplicaReport {
  readonly handovers: number;
  readonly changes: number;
  readonly calls: number;
}

const SECOND = 1000;
const LATENCY_MS = 3;
const QUIET_MS = 30 * 60 * SECOND;
/** A clock that was set back hides a sleep of the machine until the next renewal: that no clock can tell, and it is not tried. */
const CLOCK_KNOWN_MS = 20 * SECOND;

/**
 * Lets replicas take over from one another: the one that leads is killed, stopped, paused or partitioned, in the midst of its work too;
 * clocks jump, messages take their time, lease requests fail. Nothing but lists, watches and what is about the lease may be sent by a
 * replica after its renew deadline, by whichever of its clocks says so first, nor while another one has the lease. In the end all has to be
 * as one replica, which nothing disturbs, makes it of the same changes.
 *
 * Throws ERR_AP_TEST_LATE with what was sent too late, ERR_AP_TEST_DIFFERENT with what differs.
 */
export async function replicas({
  change,
  replicas: count = 2,
  handovers: wanted = 100,
  seed = Number(process.env['AUTOPILOT_SEED'] ?? 1),
  renewDeadline = 10 * SECOND,
  ...subject
}: ReplicaOptions): Promise<ReplicaReport> {
  await using world = await World.open({ ...subject, steps: [] });
  const election = new Election(await Simulation.open(world, seed), { change, count, renewDeadline });
  const { state, ...report } = await election.run(wanted);
  const expected = await undisturbed(world, change, report.changes);
  const wrong = differences(state, expected);
  if (wrong.length === 0) return report;
  throw new DevclusterError(
    'ERR_AP_TEST_DIFFERENT',
    `After ${report.handovers} handovers (seed ${seed}) all is not as one replica makes it:\n  ${wrong.join('\n  ')}`,
  );
}

async function undisturbed(world: World, change: ReplicaOptions['change'], changes: number): Promise<State> {
  const simulation = await Simulation.open(world);
  try {
    simulation.start();
    await simulation.settle(QUIET_MS);
    for (let n = 0; n < changes; n += 1) {
      await simulation.step((cluster) => change(cluster, n));
      await simulation.pass(SECOND);
    }
    await simulation.settle(QUIET_MS);
    return simulation.state();
  } finally {
    await simulation.close();
  }
}

interface ElectionOptions {
  readonly change: ReplicaOptions['change'];
  readonly count: number;
  readonly renewDeadline: number;
}

class Election {
  readonly #simulation: Simulation;
  readonly #options: ElectionOptions;
  readonly #lease: LeaseWatch;
  /** How to end what is wrong now. */
  readonly #ends = new Set<() => void>();
  readonly #clockSetAt = new Map<Incarnation, number>();
  readonly #told: string[] = [];
  #changes = 0;

  constructor(simulation: Simulation, options: ElectionOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#lease = new LeaseWatch(simulation, options.renewDeadline);
    // So that a process can be stopped between one call and the next.
    simulation.latency = LATENCY_MS;
    simulation.fateOf = (call) => {
      this.#lease.sent(call);
      return 'pass';
    };
  }

  async run(wanted: number): Promise<ReplicaReport & { readonly state: State }> {
    const simulation = this.#simulation;
    try {
      for (let n = 0; n < this.#options.count; n += 1) this.#begin();
      while (this.#lease.handovers < wanted) {
        await simulation.pass(this.#pause());
        if (simulation.chance.isSo(0.4)) await this.#work();
        await this.#disturb();
        this.#check();
      }
      for (const end of this.#ends) end();
      simulation.world.cluster.faults.clear();
      await simulation.settle(QUIET_MS);
      this.#check();
      const { handovers } = this.#lease;
      return { handovers, changes: this.#changes, calls: simulation.calls, state: simulation.state() };
    } finally {
      await simulation.close();
    }
  }

  #begin(): void {
    this.#simulation.start('replica');
  }

  /** Users make another change, and the one that leads is in the midst of what follows from it. */
  async #work(): Promise<void> {
    const simulation = this.#simulation;
    const n = this.#changes++;
    await simulation.step((cluster) => this.#options.change(cluster, n));
    if (simulation.chance.isSo(0.7)) await simulation.pass(simulation.chance.integer(40));
  }

  #pause(): number {
    const { chance } = this.#simulation;
    return chance.isSo(0.3) ? chance.integer(50) : chance.integer(15 * SECOND);
  }

  async #disturb(): Promise<void> {
    const { chance, living, world } = this.#simulation;
    const { faults } = world.cluster;
    if (living.length === 0) return;
    // Mostly the one that leads: of the others little comes.
    const leads = living.find((each) => each === this.#lease.holder);
    const one = leads && chance.isSo(0.7) ? leads : chance.of(living);
    const { process, link, user } = one;
    switch (chance.integer(9)) {
      case 0:
        this.#tell(`${user} is killed`);
        this.#simulation.kill(one);
        return this.#later(() => this.#begin(), 20);
      case 1:
        if (process.isPaused || link.isCut) return;
        this.#tell(`${user} is asked to stop`);
        await this.#simulation.stop(one);
        return this.#later(() => this.#begin(), 20);
      case 2:
      case 3:
        return this.#freeze(one, 'stopped');
      case 4:
        return this.#freeze(one, 'suspended');
      case 5:
        this.#tell(`${user} is partitioned`);
        link.isCut = true;
        return this.#later(() => {
          link.isCut = false;
          link.reset();
        }, 40);
      case 6: {
        if (process.isPaused) return;
        const by = chance.between(-3600, 3600) * SECOND;
        this.#tell(`the wall clock of ${user} is set by ${by} ms`);
        process.setClock(by);
        this.#clockSetAt.set(one, world.time.now);
        // Before its next renewal, by which it learns the new time.
        if (chance.isSo(0.7)) await this.#work();
        if (chance.isSo(0.7)) this.#freeze(one, 'stopped');
        return;
      }
      case 7:
        link.latency = chance.of([5, 100, 1000, 4000]);
        this.#tell(`messages of ${user} take ${link.latency} ms`);
        return this.#later(() => void (link.latency = this.#simulation.latency), 30);
      default: {
        const code = chance.of([500, 503, 429]);
        this.#tell(`lease requests of ${user} are answered ${code}`);
        const fault = faults.answer(code, { user, resource: 'leases' }, { count: Infinity });
        const untold = chance.isSo(0.5) ? faults.holdEvents({ user, resource: 'leases' }) : undefined;
        return this.#later(() => {
          fault.remove();
          untold?.release();
        }, 30);
      }
    }
  }

  #freeze(one: Incarnation, as: 'stopped' | 'suspended'): void {
    const { chance, world } = this.#simulation;
    const setAt = this.#clockSetAt.get(one) ?? -Infinity;
    if (one.process.isPaused || (as === 'suspended' && world.time.now - setAt < CLOCK_KNOWN_MS)) return;
    this.#tell(`${one.user} is ${as}`);
    one.process.pause(as);
    this.#later(() => one.process.resume(chance.of(['timer', 'network'])), 60);
  }

  /** Ends it after a while, of so many seconds at most. */
  #later(end: () => void, most: number): void {
    const { chance, world } = this.#simulation;
    const finish = (): void => {
      if (!this.#ends.delete(finish)) return;
      cancel();
      end();
    };
    const cancel = world.time.after(chance.between(1, most * SECOND), finish);
    this.#ends.add(finish);
  }

  #check(): void {
    if (this.#lease.violations.length === 0) return;
    throw new DevclusterError(
      'ERR_AP_TEST_LATE',
      `What was sent by a replica that did not lead:\n  ${this.#lease.violations.slice(0, 5).join('\n  ')}\nWhat was done last, by seconds:\n  ${this.#told.slice(-20).join('\n  ')}`,
    );
  }

  #tell(what: string): void {
    this.#told.push(`${(this.#simulation.world.time.now / 1000).toFixed(3)} ${what}`);
  }
}
