import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { OperatorConfig } from 'autopilot-runtime';
import { createLogger } from '../../runtime/observe/logger.ts';
import { phase, routes, sum, Testbed } from './testbed.ts';

describe('Profiling', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());

  const operator = routes({ Only: phase(() => ({ phase: 'Only' }), { initial: true }) });
  const run = async (config: Partial<OperatorConfig>) => {
    let serving = '';
    const write = (line: string): void => {
      serving = (JSON.parse(line) as { readonly serving?: string }).serving ?? serving;
    };
    const logger = createLogger({ name: 'n', version: 'v', level: 'Info', write });
    const running = await testbed.runWith(operator, { config, logger, development: false });
    return { running, serving };
  };
  const LAG = /^nodejs_eventloop_lag_(p50|p90|p99|mean|max)_seconds \d/gm;

  it('is off unless it is asked for, and then measures nothing either', async () => {
    const { running, serving } = await run({});
    assert.equal(serving, '');
    assert.doesNotMatch(await running.metrics(), LAG);
  });

  it('is served on loopback only where no host is named, with the delay of the event loop among the metrics', async () => {
    const { running, serving } = await run({ profilingAddr: ':0' });
    assert.match(serving, /^127\.0\.0\.1:\d+$/);
    const index = await fetch(`http://${serving}/debug/pprof/`);
    assert.match(await index.text(), /cpuprofile/);
    // Some of the timers by which it is measured.
    const measured = async (): Promise<string> => {
      await pause(60);
      return running.metrics();
    };
    assert.equal((await measured()).match(LAG)?.length, 5);
    await pause(30);
    const end = performance.now() + 100;
    while (performance.now() < end);
    assert.ok(sum(await measured(), 'nodejs_eventloop_lag_max_seconds') > 0.09);
    await running.reload({ profilingAddr: '' });
    await assert.rejects(fetch(`http://${serving}/debug/pprof/`));
    assert.doesNotMatch(await running.metrics(), LAG);
  });
});
