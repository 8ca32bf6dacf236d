import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './clock.ts';

const LOOK_MS = 1000;
/** So many looks in a row have to find the process idle. */
const QUIET_LOOKS = 2;
/** Share of the time that the event loop was busy, up to which a process counts as idle. */
const IDLE = 0.1;
/** A collection is worth its pause again once so much has been added, in bytes, and after so many looks. */
const WORTHWHILE = 8 * 1024 * 1024;
const LOOKS_BETWEEN = 30;
/** One collection moves together but a part of what lies scattered. Another is worth its pause where more is lost between, in bytes. */
const SCATTERED = 16 * 1024 * 1024;

/** What is asked about the process, and how it is made to collect. */
export interface Heap {
  /** Bytes that the process holds. */
  readonly held: () => number;
  /** Share of the time since the last call that the event loop was busy. */
  readonly busy: () => number;
  readonly collect: () => void;
  /** Bytes of the heap in which nothing is, right after a collection. */
  readonly gaps: () => number;
}

/**
 * Gives memory back when there is nothing to do. V8 collects when it needs room: after a burst of work an operator would hold three times
 * what it needs, for as long as it rests. Returns how to stop it.
 *
 * Not guaranteed: any bound while the operator works. A collection stops the process for about 6 ms for each MiB that stays (seen: 1.8 s for
 * 295 MiB, which 100,000 resources with three outputs are), and comes once a few seconds until little lies scattered.
 */
export function collectWhenIdle(clock: Clock, heap: Heap = ownHeap()): () => void {
  let quiet = 0;
  let since = LOOKS_BETWEEN;
  let left = 0;
  /** Undefined: what the last collection left was no reason for another. */
  let gaps: number | undefined;
  heap.busy();
  const look = (): void => {
    timer = clock.after(LOOK_MS, look);
    since += 1;
    quiet = heap.busy() <= IDLE ? quiet + 1 : 0;
    const isDue = since >= LOOKS_BETWEEN && heap.held() >= left + WORTHWHILE;
    if (quiet < QUIET_LOOKS || (!isDue && gaps === undefined)) return;
    const before = gaps ?? Infinity;
    heap.collect();
    since = 0;
    left = heap.held();
    const after = heap.gaps();
    gaps = after > SCATTERED && after < before - WORTHWHILE ? after : undefined;
  };
  let timer = clock.after(LOOK_MS, look);
  return () => timer.cancel();
}

function ownHeap(): Heap {
  let last = performance.eventLoopUtilization();
  let collect: ((options: object) => void) | undefined;
  return {
    held: () => process.memoryUsage.rss(),
    busy: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    collect: () => {
      if (!collect) {
        // No flag of the process is needed so; whoever starts it need not know.
        setFlagsFromString('--expose-gc');
        collect = runInNewContext('gc') as (options: object) => void;
      }
      // The kind of collection that gives pages back too.
      collect({ type: 'major', flavor: 'last-resort' });
    },
    gaps: () => {
      const { heapTotal, heapUsed } = process.memoryUsage();
      return heapTotal - heapUsed;
    },
  };
}
