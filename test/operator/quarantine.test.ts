import assert from 'node:assert/strict';
import { configMap, condition, final, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';
import type { Event } from './testbed.ts';
import type { Transport } from 'autopilot-runtime';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route' };

/** Whether these are conditions by which it is not ready, as they come. */
function isNotReady(conditions: unknown): boolean {
  const items: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  return items.some(
    (item) =>
      typeof item === 'object' &&
      item !== null &&
      Reflect.get(item, 'type') === 'Ready' &&
      Reflect.get(item, 'status') === 'False',
  );
}

describe('one bad object', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const copies = routes({
    Only: phase(
      ({ route }) => ({ phase: 'Done', outputs: { configMaps: [configMap(`${route.metadata.name}-out`)] } }),
      { initial: true },
    ),
    Earlier: phase(() => ({ phase: 'Only' })),
    Done: final,
  });

  /** As an older definition let them be stored, or some other program wrote them. */
  const statuses: Readonly<Record<string, object>> = {
    'a phase that is no text': { phase: 5 },
    'a revision that is no number': { phase: 'Only', revision: 'x' },
    'conditions that are no list': { phase: 'Only', conditions: 'none' },
    'conditions that are none': { phase: 'Only', conditions: [null, 'x', {}] },
    'transitions that are no list': { phase: 'Only', transitions: { a: 1 } },
    'observed outputs of another shape': { phase: 'Only', observedOutputs: ['x'] },
    'observed outputs of a phase that are null': { phase: 'Only', observedOutputs: { Earlier: null } },
    'a digest that is no text': { phase: 'Only', observedOutputs: { Earlier: { configMaps: {} } } },
  };
  for (const [what, status] of Object.entries(statuses)) {
    it(`of the operator's kind stops nothing else: its status has ${what}`, async () => {
      await testbed.route('bad');
      await testbed.cluster.patch({ ...ROUTE, name: 'bad' }, [{ op: 'add', path: '/status', value: status }], {
        type: 'json',
        subresource: 'status',
      });
      const operator = await testbed.run({ ...copies, transitions: 3 });
      await testbed.route('good');
      await testbed.untilReady('good', 'Done');
      // It goes on, or says why not: nothing in between.
      const settled = await testbed.untilRoute(
        'bad',
        (route) => route.status?.phase === 'Done' || isNotReady(route.status?.conditions),
      );
      assert.ok(Number.isSafeInteger(settled.status?.revision));
      if (settled.status?.phase !== 'Done') {
        assert.match(condition(settled, 'Ready').reason, /UnknownPhase|WriteRejected/);
        await testbed.untilEvent(({ regarding }) => regarding?.uid === settled.metadata.uid);
      }
      await testbed.untilMetrics(operator, (text) => sum(text, 'workqueue_depth') === 0);
    });
  }

  /** Spoils what watches bring about the Route `bad`, from the moment that it is told to. */
  const spoiling = (spoil: (line: string) => string): { readonly transport: Transport; begin: () => void } => {
    const transport = testbed.transport();
    let begun = false;
    return {
      begin: () => void (begun = true),
      transport: {
        ...transport,
        send: async (request) => {
          const response = await transport.send(request);
          if (!request.streamed || !request.path.includes('/routes')) return response;
          const { body } = response;
          async function* lines(): AsyncGenerator<Uint8Array, void> {
            let rest = '';
            for await (const chunk of body) {
              const all = (rest + Buffer.from(chunk).toString()).split('\n');
              rest = all.pop() ?? '';
              for (const line of all)
                yield Buffer.from(`${begun && line.includes('"name":"bad"') ? spoil(line) : line}\n`);
            }
          }
          return { ...response, body: Object.assign(lines(), { text: () => body.text() }) };
        },
      },
    };
  };
  const SECRET = 'c2VjcmV0LW1hcmtlcg';
  const spoilers: Readonly<Record<string, (line: string) => string>> = {
    'is no JSON': (line) => line.replace('"spec":', `"spec":${SECRET},`),
    'has no metadata': () =>
      `{"type":"MODIFIED","object":{"apiVersion":"example.io/v1","kind":"Route","x":"${SECRET}"}}`,
    'has a name that is no text': (line) => line.replace('"name":"bad"', '"name":["bad"]'),
  };
  for (const [what, spoil] of Object.entries(spoilers)) {
    it(`in the midst of a watch, or of the list with which it begins, is left out: it ${what}`, async () => {
      const lines: string[] = [];
      const collect = (first: object | string, text?: string): void =>
        void lines.push(JSON.stringify(first), text ?? '');
      const logger = { debug: collect, info: collect, warn: collect, error: collect, child: () => logger };
      const { transport, begin } = spoiling(spoil);
      const operator = await testbed.runWith(copies, { transport, logger });
      await testbed.route('bad');
      await testbed.untilReady('bad', 'Done');
      const watches = (): number =>
        testbed.cluster.requests.count({ userAgent: OPERATOR, verb: 'watch', resource: 'routes' });
      const before = watches();
      begin();
      await testbed.cluster.patch(
        { ...ROUTE, name: 'bad' },
        { metadata: { annotations: { spoiled: 'yes' } }, spec: { token: SECRET } },
        { type: 'merge' },
      );
      // What comes after it in the same watch.
      await testbed.route('good');
      await testbed.untilReady('good', 'Done');
      const unreadable = async (): Promise<number> =>
        sum(await operator.metrics(), 'autopilot_unreadable_objects_total');
      assert.ok((await unreadable()) >= 1);
      assert.equal(watches(), before);
      const left = await unreadable();
      // In a list it is left out, and all others are there.
      testbed.cluster.faults.answer(410, { userAgent: OPERATOR, verb: 'watch', resource: 'routes' }, { asEvent: true });
      testbed.cluster.faults.cutWatches({ userAgent: OPERATOR, resource: 'routes' });
      await testbed.route('better');
      await testbed.untilReady('better', 'Done');
      assert.ok((await unreadable()) > left);
      assert.equal(operator.unready(), undefined);
      assert.ok(lines.some((line) => line.includes('an object of routes.example.io')));
      assert.ok(!lines.join('\n').includes(SECRET), 'it is quoted in the log');
      if (what === 'is no JSON') {
        const event: Event = await testbed.untilEvent(({ reason }) => reason === 'Unreadable');
        assert.ok(!JSON.stringify(event).includes(SECRET));
      }
    });
  }
}).timeout(30_000);
