import assert from 'node:assert/strict';
import type { RequestRecord } from 'autopilot-devcluster';
import { SteppedClock } from './stepped-clock.ts';
import { OPERATOR, phase, routes, Testbed } from './testbed.ts';
import type { RunningOperator } from 'autopilot-runtime';

type Matches = (request: RequestRecord) => boolean;

const ours = ({ userAgent, resource }: RequestRecord): boolean =>
  userAgent.startsWith(OPERATOR) && resource === 'configmaps';
const isStreamed = ({ query }: RequestRecord): boolean => query['sendInitialEvents'] !== undefined;

/** Where a server's answer can hit: what it is that asks. */
const MOMENTS: Readonly<Record<string, { readonly hits: Matches; readonly streams: boolean }>> = {
  'a streaming list': { hits: (request) => ours(request) && isStreamed(request), streams: true },
  'the first page of a list': {
    hits: (request) =>
      ours(request) && request.verb === 'list' && request.query['limit'] === '500' && !request.query['continue'],
    streams: false,
  },
  'a later page': { hits: (request) => ours(request) && request.query['continue'] !== undefined, streams: false },
  'a watch that is resumed': {
    hits: (request) => ours(request) && request.verb === 'watch' && request.query['resourceVersion'] !== undefined,
    streams: true,
  },
};

describe('watches of an operator that the server answers', () => {
  let testbed: Testbed;
  let clock: SteppedClock;
  before(async () => {
    testbed = await Testbed.open();
    // More than a page.
    for (let n = 0; n < 501; n += 1)
      await testbed.cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `other-${n}` } });
  });
  after(() => testbed.close());
  beforeEach(() => void (clock = new SteppedClock()));
  afterEach(async () => {
    testbed.cluster.faults.clear();
    await testbed.stopOperators();
    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'wanted' });
  });

  const put = (n: number): Promise<unknown> =>
    testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'wanted', namespace: 'default' },
      data: { n: String(n) },
    });
  /** Reads one of many, and tells how many there are. */
  const reporting = routes({
    Only: phase(
      ({ inputs }) => ({
        phase: 'Only',
        status: {
          read: inputs['configMaps']?.find('wanted')?.data?.['n'] ?? 'none',
          others: inputs['configMaps']?.list().filter(({ metadata }) => metadata.name?.startsWith('other-')).length,
        },
      }),
      { initial: true },
    ),
  });
  /** Waits, while what is to be waited for passes at once. */
  const untilRead = async (operator: RunningOperator, n: number): Promise<void> => {
    for (const deadline = performance.now() + 20_000; ; clock.skip(500)) {
      const { status } = (await testbed.getRoute('a')) ?? assert.fail('there is no route');
      if (status?.['read'] === String(n) && operator.unready() === undefined) {
        assert.equal(status['others'], 501);
        return;
      }
      assert.ok(performance.now() < deadline, `read ${JSON.stringify(status)}, ${operator.unready()}`);
      await new Promise(setImmediate);
    }
  };

  for (const [what, { hits, streams }] of Object.entries(MOMENTS)) {
    // A list that expired between its pages is read at once, so that its later pages are asked for no more.
    const codes = [429, 500, 503, 504, 410];
    const left = what === 'a later page' ? 1 : 0;
    const asEvents = what === 'a streaming list' || what === 'a watch that is resumed' ? [false, true] : [false];
    for (const asEvent of asEvents) {
      it(`by ${codes.join(', ')} to ${what}${asEvent ? ', as an event' : ''}`, async () => {
        const { faults } = testbed.cluster;
        if (!streams) faults.answer(422, (request) => ours(request) && isStreamed(request), { count: Infinity });
        const begun = codes.map((code) =>
          faults.answer(code, hits, { count: 2, asEvent, retryAfter: code === 429 ? 20 : 0 }),
        );
        await put(1);
        await testbed.route('a');
        const operator = await testbed.runWith(reporting, { clock, random: () => 0 });
        if (what === 'a watch that is resumed') {
          const deadline = performance.now() + 20_000;
          while (begun.some(({ remaining }) => remaining > 0)) {
            assert.ok(performance.now() < deadline, 'not all faults hit');
            faults.cutWatches(({ userAgent }) => userAgent.startsWith(OPERATOR));
            clock.skip(500);
            await new Promise(setImmediate);
          }
        }
        await untilRead(operator, 1);
        assert.ok(
          begun.every(({ remaining }) => remaining <= left),
          'not all faults hit',
        );
        // And at any time later.
        for (const fault of begun) fault.remove();
        const again = codes.map((code) => faults.answer(code, hits, { count: 1, asEvent }));
        await testbed.cluster.compact();
        const deadline = performance.now() + 10_000;
        while (faults.cutWatches((request) => ours(request)) === 0) {
          assert.ok(performance.now() < deadline, 'there is no watch');
          clock.skip(500);
          await new Promise(setImmediate);
        }
        await put(2);
        await untilRead(operator, 2);
        assert.ok(
          again.some(({ remaining }) => remaining === 0),
          'no fault hit',
        );
      });
    }
  }

  it('by 429 are not asked again before the time that the server names', async () => {
    const refused = testbed.cluster.faults.answer(429, (request) => ours(request) && request.verb === 'watch', {
      count: 1,
      retryAfter: 50,
    });
    await put(1);
    await testbed.route('a');
    const operator = await testbed.runWith(reporting, { clock, random: () => 0 });
    while (!clock.waits.includes(50_000)) await new Promise(setImmediate);
    const asked = (): number => testbed.cluster.requests.count((request) => ours(request) && request.verb === 'watch');
    const before = asked();
    clock.skip(49_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    assert.deepEqual([refused.hits, asked()], [1, before]);
    clock.skip(1001);
    await untilRead(operator, 1);
  });
});
