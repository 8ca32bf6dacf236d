import { DevclusterError } from '../errors.ts';
import { Chance } from './chance.ts';
import { Link, type Fate } from './link.ts';
import { stateOf, type State } from './state.ts';
import { VirtualProcess } from './virtual-process.ts';
import type { Running, Step } from './subject.ts';
import type { OperatorRequest } from './transport.ts';
import type { World } from './world.ts';

/** Whoever still writes after so long will never come to rest. Milliseconds. */
const RESTLESS_MS = 6 * 3_600_000;
/** So many calls within one second of the simulation are a storm. */
const STORM = 2_000;

/** One process of the operator, from its start to its end. */
export interface Incarnation {
  /** The user by which the cluster's record knows it. */
  readonly user: string;
  readonly process: VirtualProcess;
  readonly link: Link;
}

interface Living extends Incarnation {
  readonly running: Promise<Running>;
}

/** A call that is about to be sent. */
export interface Call {
  readonly incarnation: Incarnation;
  readonly request: OperatorRequest;
  /** From 1, over all processes of a run. */
  readonly number: number;
}

/** One run of an operator in a world. The same seed always leads to the same run. */
export class Simulation {
  readonly world: World;
  readonly chance: Chance;
  /** Milliseconds that a message takes between a process and the cluster; of processes that are started from now on. */
  latency = 0;
  /** Decides what becomes of calls. */
  fateOf: (call: Call) => Fate = () => 'pass';
  /** Called after a process has died of a call. */
  onDeath: (incarnation: Incarnation) => void = () => undefined;
  /** Called when the server has answered. */
  onServed: (incarnation: Incarnation, request: OperatorRequest, status: number) => void = () => undefined;
  /** Calls to the cluster so far, and those of them that write and are not about a lease. */
  calls = 0;
  writes = 0;
  readonly #living = new Set<Living>();
  readonly #ending: Promise<unknown>[] = [];
  #started = 0;
  #second = { at: 0, calls: 0 };
  #trouble: { readonly error: unknown } | undefined;

  private constructor(world: World, seed: number) {
    this.world = world;
    this.chance = new Chance(seed);
  }

  /** From the world's beginning. */
  static async open(world: World, seed = 0): Promise<Simulation> {
    await world.begin();
    return new Simulation(world, seed);
  }

  /** The processes that have not ended. */
  get living(): readonly Incarnation[] {
    return [...this.#living];
  }

  /** Starts a process of the operator. */
  start(name = 'operator'): Incarnation {
    const { cluster, time, subject } = this.world;
    this.#started += 1;
    const user = `${name}-${this.#started}`;
    const process = new VirtualProcess(time);
    const link = new Link({
      cluster,
      time,
      process,
      chance: this.chance,
      fateOf: (request) => this.#called({ incarnation, request, number: this.calls + 1 }),
      served: (request, status) => this.onServed(incarnation, request, status),
      died: () => {
        this.kill(incarnation);
        this.onDeath(incarnation);
      },
    });
    link.latency = this.latency;
    const kubeconfig = cluster.addUser(user, ['system:masters']);
    const running = subject.start({ kubeconfig, clock: process.clock, random: this.chance.next, transport: link });
    const incarnation: Living = { user, process, link, running };
    this.#living.add(incarnation);
    running.catch((error: unknown) => {
      // Of one that was killed as it started nothing else can be expected.
      if (this.#living.has(incarnation)) this.#trouble ??= { error };
    });
    return incarnation;
  }

  /** From now on nothing that it does reaches the cluster. What it has sent does. */
  kill(incarnation: Incarnation): void {
    this.#end(incarnation);
    incarnation.link.break(new Error('this process has been killed'));
    // Nothing else comes of what it has missed than that its parts come to their end.
    incarnation.process.resume('network');
  }

  /** Asks it to stop; resolves when it has. */
  async stop(incarnation: Incarnation): Promise<void> {
    this.#end(incarnation);
    await this.#ended();
  }

  /** Does what a user does, whatever time that takes. */
  async step(step: Step): Promise<void> {
    await this.world.time.passUntil(step(this.world.cluster), 'a step');
    this.#check();
  }

  /** Lets so many milliseconds pass. */
  async pass(milliseconds: number): Promise<void> {
    await this.world.time.pass(milliseconds, () => this.#trouble !== undefined);
    this.#check();
  }

  /** Lets time pass until nobody has written for so many milliseconds. Throws ERR_AP_TEST_RESTLESS where that does not come. */
  async settle(quiet: number): Promise<void> {
    const { time } = this.world;
    const latest = time.now + RESTLESS_MS;
    for (let seen = -1; seen !== this.writes;) {
      if (time.now > latest) throw this.#restless();
      const before = this.writes;
      seen = before;
      await time.pass(quiet, () => this.writes !== before || this.#trouble !== undefined);
      this.#check();
    }
  }

  /** Has the users do all that the subject says, and returns how things stood after each step, once nobody had written for so many milliseconds. */
  async play(quiet: number): Promise<readonly State[]> {
    const states: State[] = [];
    for (const step of this.world.subject.steps) {
      await this.step(step);
      await this.settle(quiet);
      states.push(this.state());
    }
    return states;
  }

  state(): State {
    const { cluster, others, subject } = this.world;
    return stateOf(cluster, others, subject.counts);
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    for (const living of this.#living) {
      living.process.resume('network');
      living.link.isCut = false;
      living.link.latency = 0;
      this.#end(living);
    }
    await this.#ended();
  }

  #end(incarnation: Incarnation): void {
    for (const living of this.#living) {
      if (living !== incarnation) continue;
      this.#living.delete(living);
      this.#ending.push(living.running.then((running) => running.stop()));
    }
  }

  async #ended(): Promise<void> {
    const ending = Promise.allSettled(this.#ending.splice(0));
    await this.world.time.passUntil(ending, 'stop() of the operator');
  }

  #called(call: Call): Fate {
    this.calls += 1;
    if (isWork(call.request)) this.writes += 1;
    const second = Math.floor(this.world.time.now / 1000);
    if (second !== this.#second.at) this.#second = { at: second, calls: 0 };
    this.#second.calls += 1;
    if (this.#second.calls > STORM) {
      const error = this.#storm();
      this.#trouble ??= { error };
      call.incarnation.link.break(error);
    }
    return this.fateOf(call);
  }

  #check(): void {
    if (this.#trouble) throw this.#trouble.error;
  }

  #storm(): DevclusterError {
    return new DevclusterError(
      'ERR_AP_TEST_STORM',
      `The operator made more than ${STORM} calls within a second: ${this.#lastWrites()}. Something is tried again without a pause.`,
    );
  }

  #restless(): DevclusterError {
    return new DevclusterError(
      'ERR_AP_TEST_RESTLESS',
      `The operator still writes after ${RESTLESS_MS / 3_600_000} hours in which nothing else happened: ${this.#lastWrites()}. Look for an output or a status that is never the same.`,
    );
  }

  #lastWrites(): string {
    const writes = this.world.cluster.requests.filter(({ method }) => method !== 'GET').slice(-5);
    return writes.map(({ verb, path, code }) => `${verb} ${path} ${code ?? ''}`).join(', ');
  }
}

/** Whether a request is part of an operator's work: who stands by reads, and asks for the lease. */
export function isWork({ method, path }: OperatorRequest): boolean {
  return method !== 'GET' && !isAboutLease(path);
}

export function isAboutLease(path: string): boolean {
  return path.startsWith('/apis/coordination.k8s.io/');
}
