import { pause } from '../../runtime/clock.ts';
import { isStatus, messageOf } from '../../runtime/errors.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { drained, type CommandEnvironment } from '../cluster/command-environment.ts';
import { followObjects, type Following } from '../cluster/follow-objects.ts';
import { isPodOf, podSelectorOf } from '../operator/deployed-operator.ts';
import { containerState, type ContainerRun, type ContainerState } from './container-run.ts';
import { LogCursor } from './log-cursor.ts';
import { LineReader, type LogLine } from './log-line.ts';
import { LiveMerge } from './merge.ts';
import { isPassing, readLog } from './read-log.ts';
import { PODS } from '../cluster/kinds.ts';

/** How far a run was read, and in which lines' times. */
export interface Progressed {
  readonly run: ContainerRun;
  readonly cursor: LogCursor;
  readonly reader: LineReader;
}

export interface FollowOptions extends Following {
  readonly environment: CommandEnvironment;
  readonly deployment: KubernetesObject;
  readonly sinceSeconds: number | undefined;
  /** Runs whose past was given already. */
  readonly begun: readonly Progressed[];
  readonly give: (line: LogLine) => void;
  /** What happens to the pods. */
  readonly tell: (line: string) => void;
}

const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Follows the logs of all pods of a Deployment until the signal: those that come are taken up, with each restart of their container, and
 * those that end are let go.
 */
export async function followLogs(options: FollowOptions): Promise<void> {
  const { deployment } = options;
  const follower = new Follower(options);
  const failed = Promise.withResolvers<never>();
  await Promise.race([
    failed.promise,
    followObjects(options, {
      type: PODS,
      namespace: deployment.metadata.namespace,
      labelSelector: podSelectorOf(deployment),
      row: (pod) => pod,
      changed: (pod, how) => {
        if (isPodOf(pod, deployment)) void follower.pod(pod, how === 'gone').catch(failed.reject);
      },
      trouble: (why) => options.tell(`not watching the pods at the moment: ${why}`),
    }),
  ]);
  follower.end();
}

class Follower {
  readonly #options: FollowOptions;
  readonly #merge: LiveMerge<LogLine>;
  /** By the uid of each pod, the latest run of its container that was taken up. */
  readonly #latest = new Map<string, number>();
  readonly #begun: Map<string, Progressed>;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#merge = new LiveMerge(options.clock, options.give);
    this.#begun = new Map(options.begun.map((each) => [idOf(each.run), each]));
  }

  /** Resolves when its present run was read, if that is one that was not taken up before. */
  async pod(pod: KubernetesObject, isGone: boolean): Promise<void> {
    const { uid = '' } = pod.metadata;
    const { run } = containerState(pod);
    const latest = this.#latest.get(uid);
    if (isGone || !run || (latest !== undefined && run.restarts <= latest)) {
      if (isGone) this.#latest.delete(uid);
      return;
    }
    this.#latest.set(uid, run.restarts);
    // A run may begin and end between two looks at its pod.
    if (latest !== undefined && run.restarts > latest + 1) await this.#rest(begin(run), true);
    await this.#follow(this.#begun.get(idOf(run)) ?? begin(run), latest !== undefined);
  }

  end(): void {
    this.#merge.flush();
  }

  async #follow(progressed: Progressed, isAgain: boolean): Promise<void> {
    const { tell, clock, signal } = this.#options;
    const { run } = progressed;
    tell(`pod ${run.pod}: ${isAgain ? `container ${run.container} is started again` : 'followed'}`);
    let wait = SHORTEST_PAUSE_MS;
    while (!signal.aborted) {
      const read = await this.#read(progressed, { follow: true });
      if (read.lines > 0) wait = SHORTEST_PAUSE_MS;
      const state = await this.#stateOf(run);
      if (signal.aborted) return;
      if (state === 'gone') return tell(`pod ${run.pod}: gone`);
      if (state !== 'unknown' && isOver(state, run)) {
        await this.#rest(progressed, state.run?.restarts === run.restarts + 1);
        if (state.run?.restarts === run.restarts) tell(`pod ${run.pod}: container ${run.container} has ended`);
        return;
      }
      if (read.error !== undefined) tell(`pod ${run.pod}: log interrupted, it goes on from there: ${read.error}`);
      await pause(clock, wait, signal);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
  }

  /** What is left of the log of a run that is over: all, or nothing where its node has removed it already. */
  async #rest(progressed: Progressed, previous: boolean): Promise<void> {
    await this.#read(progressed, { previous });
  }

  async #read(
    { run, cursor, reader }: Progressed,
    how: { readonly follow?: boolean; readonly previous?: boolean },
  ): Promise<{ readonly lines: number; readonly error?: string }> {
    const { cluster, environment, signal, sinceSeconds } = this.#options;
    const log = this.#merge.open();
    let lines = 0;
    try {
      for await (const raw of readLog({ cluster, run, cursor, sinceSeconds, ...how })) {
        lines += 1;
        log.push(reader.read(raw));
        await drained(environment, signal);
      }
      return { lines };
    } catch (error) {
      if (signal.aborted) return { lines };
      // A pod that has just gone has none; of who may not read any there is nothing to wait for.
      if (!isPassing(error) && !isStatus(error, 400, 404)) throw error;
      return { lines, error: messageOf(error) };
    } finally {
      log.close();
    }
  }

  async #stateOf({ pod, namespace, uid }: ContainerRun): Promise<ContainerState | 'gone' | 'unknown'> {
    try {
      const found = await this.#options.cluster.client.get({ type: PODS, name: pod, namespace });
      return found.metadata.uid === uid ? containerState(found) : 'gone';
    } catch (error) {
      return isStatus(error, 404) ? 'gone' : 'unknown';
    }
  }
}

const idOf = ({ uid, restarts }: ContainerRun): string => `${uid} ${restarts}`;

function begin(run: ContainerRun): Progressed {
  return { run, cursor: new LogCursor(), reader: new LineReader(run.pod) };
}

const isOver = ({ run, isRunning }: ContainerState, of: ContainerRun): boolean =>
  !isRunning || run?.restarts !== of.restarts;
