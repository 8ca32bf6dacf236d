import { valueAt } from '../schema/json.ts';
import { isAboutLease, isWork, type Call, type Incarnation, type Simulation } from './simulation.ts';
import type { OperatorRequest } from './transport.ts';

interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** Requests that may not have been sent, and who took the lease over from whom. */
export class LeaseWatch {
  /** How often another process got the lease than had it before. */
  handovers = 0;
  /** What should not have been sent, in words. */
  readonly violations: string[] = [];
  readonly #simulation: Simulation;
  readonly #renewDeadline: number;
  /** Who has the lease by the server's word; undefined: it was released. */
  #holder: Incarnation | undefined;
  #lastHolder: Incarnation | undefined;
  /** By process: when it sent its last lease request that the server granted, by its own clocks. */
  readonly #renewed = new Map<Incarnation, Moment>();
  readonly #sent = new Map<OperatorRequest, Moment>();

  /** `renewDeadline`: milliseconds. */
  constructor(simulation: Simulation, renewDeadline: number) {
    this.#simulation = simulation;
    this.#renewDeadline = renewDeadline;
    simulation.onServed = (incarnation, request, status) => this.#served(incarnation, request, status);
  }

  get holder(): Incarnation | undefined {
    return this.#holder;
  }

  /** To be told of each call as it is sent. */
  sent({ incarnation, request }: Call): void {
    if (isAboutLease(request.path)) this.#sent.set(request, momentOf(incarnation));
    if (!isWork(request)) return;
    const renewed = this.#renewed.get(incarnation);
    const now = momentOf(incarnation);
    const passed = renewed ? Math.max(now.monotonic - renewed.monotonic, now.wall - renewed.wall) : Infinity;
    const what = `${(this.#simulation.world.time.now / 1000).toFixed(3)} ${incarnation.user} sent ${request.method} ${request.path}`;
    if (passed > this.#renewDeadline) this.violations.push(`${what}, ${passed} ms after it last renewed the lease`);
    if (this.#holder !== incarnation)
      this.violations.push(`${what} while ${this.#holder ? `${this.#holder.user} had` : 'nobody had'} the lease`);
  }

  #served(incarnation: Incarnation, request: OperatorRequest, status: number): void {
    const sent = this.#sent.get(request);
    this.#sent.delete(request);
    if (!sent || request.method === 'GET' || status >= 300) return;
    const [lease] = this.#simulation.world.cluster.select(({ kind }) => kind === 'Lease');
    if (!valueAt(lease, 'spec', 'holderIdentity')) {
      this.#holder = undefined;
      return;
    }
    this.#renewed.set(incarnation, sent);
    this.#holder = incarnation;
    if (this.#lastHolder && this.#lastHolder !== incarnation) this.handovers += 1;
    this.#lastHolder = incarnation;
  }
}

function momentOf({ process: { clock } }: Incarnation): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}
