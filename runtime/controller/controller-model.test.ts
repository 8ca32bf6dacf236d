import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { silentLogger } from '../observe/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { randomRuns } from '../testing/properties.ts';
import { Controller, type ControllerObserver } from './controller.ts';
import { BACKOFF, DONE, REQUEUE, type ReconcileResult } from './reconciler.ts';

type Ending = ReconcileResult | 'throws';

type Step =
  | { readonly do: 'add'; readonly key: string }
  | { readonly do: 'forget'; readonly key: string }
  | { readonly do: 'add after'; readonly key: string; readonly after: number }
  | { readonly do: 'end'; readonly which: number; readonly how: Ending }
  | { readonly do: 'pass'; readonly milliseconds: number }
  | { readonly do: 'set concurrency'; readonly to: number };

/** What a controller has to do: a queue without doubles, keys that run, one delay a key, and failures in a row. */
class Model {
  readonly running: string[] = [];
  readonly #waiting: string[] = [];
  /** Added while they run. */
  readonly #again = new Set<string>();
  readonly #delays = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #now = 0;
  #concurrency: number;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  do(step: Step): void {
    if (step.do === 'add') this.#add(step.key);
    else if (step.do === 'forget') {
      this.#failures.delete(step.key);
      this.#delays.delete(step.key);
    } else if (step.do === 'add after') this.#addAfter(step.key, step.after);
    else if (step.do === 'set concurrency') this.#concurrency = step.to;
    else if (step.do === 'pass') this.#pass(step.milliseconds);
    else this.#end(step.which, step.how);
    while (this.running.length < this.#concurrency) {
      const key = this.#waiting.shift();
      if (key === undefined) break;
      this.#delays.delete(key);
      this.running.push(key);
    }
  }

  #add(key: string): void {
    if (this.running.includes(key)) this.#again.add(key);
    else if (!this.#waiting.includes(key)) this.#waiting.push(key);
  }

  #addAfter(key: string, after: number): void {
    if (after <= 0) {
      this.#add(key);
      return;
    }
    const at = this.#now + after;
    if ((this.#delays.get(key) ?? Infinity) <= at) return;
    this.#delays.delete(key);
    this.#delays.set(key, at);
  }

  #pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [key, at] of [...this.#delays].toSorted(([, one], [, other]) => one - other)) {
      if (at > this.#now) break;
      this.#delays.delete(key);
      this.#add(key);
    }
  }

  #end(which: number, how: Ending): void {
    const [key] = this.running.splice(which % Math.max(this.running.length, 1), 1);
    if (key === undefined) return;
    if (how === 'throws' || how.outcome === 'backoff') {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.#addAfter(key, 5 * 2 ** failures);
    } else {
      this.#failures.delete(key);
      if (how.outcome === 'requeue') this.#again.add(key);
      if (how.outcome === 'later') {
        // Zero is at once, and it runs still.
        if (how.after <= 0) this.#again.add(key);
        else this.#addAfter(key, how.after);
      }
    }
    if (this.#again.delete(key)) this.#add(key);
  }
}

const UNOBSERVED: ControllerObserver = {
  added: () => undefined,
  taken: () => undefined,
  done: () => undefined,
  dropped: () => undefined,
  started: () => undefined,
  finished: () => undefined,
  fault: () => undefined,
  retried: () => undefined,
};

/** A controller whose runs end when and how a test says. */
class Subject {
  /** Keys that run, in the order in which they began, and how to end them. */
  readonly running = new Map<string, (how: Ending) => void>();
  readonly #clock = new ManualClock();
  readonly #controller: Controller;

  constructor(concurrency: number) {
    this.#controller = new Controller({
      reconciler: { reconcile: ({ key }) => this.#run(key) },
      concurrency,
      clock: this.#clock,
      logger: silentLogger,
      observer: UNOBSERVED,
    });
    this.#controller.start();
  }

  #run(key: string): Promise<ReconcileResult> {
    assert.ok(!this.running.has(key), `${key} runs twice at a time`);
    return new Promise((resolve, reject) => {
      this.running.set(key, (how) => {
        this.running.delete(key);
        if (how === 'throws') reject(new Error('it failed'));
        else resolve(how);
      });
    });
  }

  async do(step: Step): Promise<void> {
    if (step.do === 'add') this.#controller.add(step.key);
    else if (step.do === 'forget') this.#controller.forget(step.key);
    else if (step.do === 'add after') this.#controller.addAfter(step.key, step.after);
    else if (step.do === 'set concurrency') this.#controller.setConcurrency(step.to);
    else if (step.do === 'pass') this.#clock.advance(step.milliseconds);
    else [...this.running.values()][step.which % Math.max(this.running.size, 1)]?.(step.how);
    await setImmediate();
  }

  async stop(): Promise<void> {
    const stopped = this.#controller.stop();
    for (const end of this.running.values()) end(DONE);
    await stopped;
  }
}

describe('a controller with its queue, delays and backoff', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const milliseconds = fc.constantFrom(0, 1, 4, 5, 10, 25, 100);
  const how: fc.Arbitrary<Ending> = fc.oneof(
    fc.constantFrom(DONE, REQUEUE, BACKOFF, 'throws' as const),
    fc.record({ outcome: fc.constant('later' as const), after: milliseconds }),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('add'), key }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('end'), which: fc.nat(2), how }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass'), milliseconds }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('add after'), key, after: milliseconds }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget'), key }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('set concurrency'), to: fc.integer({ min: 1, max: 3 }) }) },
  );

  it('runs at any time just what its model runs, and keeps nothing that was added from running', async () => {
    const concurrency = fc.integer({ min: 1, max: 3 });
    const steps = fc.array(step, { maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(concurrency, steps, async (atOnce, sequence) => {
        const model = new Model(atOnce);
        const subject = new Subject(atOnce);
        for (const one of sequence) {
          model.do(one);
          await subject.do(one);
          assert.deepEqual([...subject.running.keys()], model.running);
        }
        await subject.stop();
      }),
      randomRuns('runtime/controller/controller-model.test.ts', 1_000, 2_500),
    );
  });
});
