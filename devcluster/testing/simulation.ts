import { startCluster, type Cluster } from '../cluster/cluster.ts';
import { DevclusterError } from '../errors.ts';
import { Chance } from './chance.ts';
import { Link, type Fate } from './link.ts';
import { stateOf, type State } from './state.ts';
import { VirtualProcess } from './virtual-process.ts';
import { VirtualTime } from './virtual-time.ts';
import type { Running, Step, Subject } from './subject.ts';
import type { OperatorRequest } from './transport.ts';

/** Whoever still writes after so long will never come to rest. */
const RESTLESS_MS = 24 * 3_600_000;
/** So many calls within one second of the simulation are a storm. */
const STORM = 2_000;

/** One process of the operator, from its start to its end. */
export interface Incarnation {
  /** The user by which the cluster's record knows it. */
  readonly user: string;
  readonly process: VirtualProcess;
  readonly link: Link;
  /** Why it has ended; undefined while it lives. */
  readonly ended: string | undefined;
}

interface Living extends Incarnation {
  ended: string | undefined;
  readonly running: Promise<Running>;
}

/** A cluster, a time and an operator in this process, in which the same seed always leads to the same run. */
export class Simulation {
  readonly time: VirtualTime;
  readonly cluster: Cluster;
  readonly chance: Chance;
  /** Decides what becomes of calls; may be set anew at any time. */
  fateOf: (call: Call) => Fate = () => 'pass';
  /** Called after a process has died of a call. */
  onDeath: (incarnation: Incarnation) => void = () => undefined;
  /** Calls to the cluster so far, and those of them that write and are not about a lease. */
  calls = 0;
  writes = 0;
  readonly #subject: Subject;
  readonly #others: ReadonlySet<string>;
  readonly #living = new Set<Living>();
  readonly #ending: Promise<unknown>[] = [];
  #started = 0;
  #second = { at: 0, calls: 0 };
  #storm: DevclusterError | undefined;

  private constructor(subject: Subject, time: VirtualTime, cluster: Cluster, chance: Chance) {
    this.#subject = subject;
    this.time = time;
    this.cluster = cluster;
    this.chance = chance;
    this.#others = new Set(cluster.select(() => true).map(({ metadata }) => metadata.uid ?? ''));
  }

  /** With what is there before the operator. */
  static async open(subject: Subject, seed = 0): Promise<Simulation> {
    const time = new VirtualTime();
    const cluster = await startCluster({ crds: [], ...subject.cluster, clock: time.clusterClock });
    const simulation = new Simulation(subject, time, cluster, new Chance(seed));
    try {
      await time.passUntil(subject.prepare(cluster), 'prepare()');
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return simulation;
  }

  get living(): readonly Incarnation[] {
    return [...this.#living];
  }

  /** Starts a process of the operator. */
  start(name = 'operator'): Incarnation {
    const { time, cluster, chance } = this;
    this.#started += 1;
    const user = `${name}-${this.#started}`;
    const process = new VirtualProcess(time);
    const link = new Link({
      cluster,
      time,
      process,
      chance,
      fateOf: (request) => this.#called({ incarnation, request, number: this.calls + 1 }),
      died: () => {
        this.kill(incarnation);
        this.onDeath(incarnation);
      },
    });
    const kubeconfig = cluster.addUser(user, ['system:masters']);
    const running = this.#subject.start({ kubeconfig, clock: process.clock, random: chance.next, transport: link });
    const incarnation: Living = { user, process, link, ended: undefined, running };
    this.#living.add(incarnation);
    running.catch((error: unknown) => {
      // Of one that was killed as it started nothing else can be expected.
      if (incarnation.ended === undefined) this.#failed ??= { error };
    });
    return incarnation;
  }

  #failed: { readonly error: unknown } | undefined;

  /** From now on nothing that it does reaches the cluster. */
  kill(incarnation: Incarnation): void {
    this.#end(incarnation, 'killed', (living) => {
      living.process.resume('network');
      living.link.break(new Error('this process has been killed'));
    });
  }

  /** Asks it to stop; resolves when it has. */
  async stop(incarnation: Incarnation): Promise<void> {
    this.#end(incarnation, 'stopped', () => undefined);
    await this.time.passUntil(Promise.allSettled(this.#ending), 'stop() of the operator');
  }

  #end(incarnation: Incarnation, why: string, first: (living: Living) => void): void {
    for (const living of this.#living) {
      if (living !== incarnation) continue;
      this.#living.delete(living);
      living.ended = why;
      first(living);
      this.#ending.push(living.running.then((running) => running.stop()));
    }
  }

  /** Does what a user does, whatever time that takes. */
  async step(step: Step): Promise<void> {
    await this.time.passUntil(step(this.cluster), 'a step');
    this.#check();
  }

  /** Lets so many milliseconds pass. */
  async pass(milliseconds: number): Promise<void> {
    await this.time.pass(milliseconds, () => this.#trouble);
    this.#check();
  }

  /** Lets time pass until nobody has written for so many milliseconds. Throws ERR_AP_TEST_RESTLESS where that does not come. */
  async settle(quiet: number): Promise<void> {
    const { time } = this;
    const latest = time.now + RESTLESS_MS;
    for (let since = -1; since !== this.writes;) {
      if (time.now > latest)
        throw new DevclusterError(
          'ERR_AP_TEST_RESTLESS',
          `The operator still writes after ${RESTLESS_MS / 3_600_000} hours in which nothing was changed: ${this.#lastWrites()}. Look for an output or a status that is never the same.`,
        );
      since = this.writes;
      const seen = since;
      await time.pass(quiet, () => this.writes !== seen || this.#trouble);
      this.#check();
    }
  }

  state(): State {
    return stateOf(this.cluster, this.#others, this.#subject.counts);
  }

  /** Ends all processes and the cluster. */
  async close(): Promise<void> {
    for (const living of this.#living) {
      living.process.resume('network');
      this.#end(living, 'stopped', () => undefined);
    }
    await this.time.passUntil(Promise.allSettled(this.#ending), 'stop() of the operator');
    await this.cluster.stop();
  }

  #called(call: Call): Fate {
    this.calls += 1;
    if (call.request.method !== 'GET' && !call.request.path.includes('/leases')) this.writes += 1;
    const second = Math.floor(this.time.now / 1000);
    if (second !== this.#second.at) this.#second = { at: second, calls: 0 };
    this.#second.calls += 1;
    if (this.#second.calls > STORM) {
      this.#storm ??= new DevclusterError(
        'ERR_AP_TEST_STORM',
        `The operator made more than ${STORM} calls within a second: ${this.#lastWrites()}. Something is tried again without a pause.`,
      );
      call.incarnation.link.break(this.#storm);
    }
    return this.fateOf(call);
  }

  get #trouble(): boolean {
    return this.#storm !== undefined || this.#failed !== undefined;
  }

  #check(): void {
    if (this.#storm) throw this.#storm;
    if (this.#failed) throw this.#failed.error;
  }

  #lastWrites(): string {
    const writes = this.cluster.requests.filter(({ method }) => method !== 'GET').slice(-5);
    return writes.map(({ verb, path, code }) => `${verb} ${path} ${code ?? ''}`).join(', ');
  }
}

/** A call that is about to be sent. */
export interface Call {
  readonly incarnation: Incarnation;
  readonly request: OperatorRequest;
  /** From 1, over all processes of a simulation. */
  readonly number: number;
}
