import { startCluster } from '../cluster/start-cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { VirtualTime } from './virtual-time.ts';
import type { Snapshot } from '../faults/server-faults.ts';
import type { Subject } from './subject.ts';

/** Each run begins at a moment that is as good as the first: so many milliseconds after the one before, or a multiple of it. */
const APART_MS = 1_000_000;

/** A cluster with its time, in which one run comes after the other, each from the same beginning. */
export class World {
  readonly subject: Subject;
  readonly time: VirtualTime;
  readonly cluster: Cluster;
  /** What a bare cluster has. */
  readonly others: ReadonlySet<string>;
  readonly #beginning: Snapshot;

  private constructor(parts: Pick<World, 'subject' | 'time' | 'cluster' | 'others'>) {
    this.subject = parts.subject;
    this.time = parts.time;
    this.cluster = parts.cluster;
    this.others = parts.others;
    this.#beginning = parts.cluster.faults.snapshot();
  }

  static async open(subject: Subject): Promise<World> {
    const time = new VirtualTime();
    const cluster = await startCluster({ ...subject.cluster, clock: time.clusterClock });
    const others = new Set(cluster.select(() => true).map(({ metadata }) => metadata.uid ?? ''));
    try {
      await time.passUntil(subject.prepare(cluster), 'prepare()');
      return new World({ subject, time, cluster, others });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** All is as it was after `prepare`. */
  async begin(): Promise<void> {
    const { cluster, time } = this;
    cluster.faults.clear();
    cluster.faults.restore(this.#beginning);
    cluster.requests.clear();
    await time.pass(APART_MS - (time.now % APART_MS));
  }

  close(): Promise<void> {
    return this.cluster.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
