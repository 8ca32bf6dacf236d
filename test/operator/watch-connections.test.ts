import assert from 'node:assert/strict';
import { startProxy, type FaultProxy, type ProxiedRequest } from 'autopilot-devcluster';
import { Reflector } from '../../runtime/cache/reflector.ts';
import { systemClock } from '../../runtime/clock.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { silentLogger } from '../../runtime/observe/logger.ts';
import { impatientClock } from './impatient-clock.ts';
import { SteppedClock } from './stepped-clock.ts';
import type { RunningOperator } from 'autopilot-runtime';
import { configMaps, phase, routes, sum, Testbed, type ConfigMap } from './testbed.ts';

const isWatch = ({ path }: ProxiedRequest): boolean => path.includes('/configmaps?') && path.includes('watch=true');
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const REF = { ...CONFIG_MAP, name: 'wanted', namespace: 'default' };

/** On real sockets, through a proxy that does to them what networks do. */
describe('connections of watches', () => {
  let testbed: Testbed;
  let proxy: FaultProxy;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());
  beforeEach(async () => void (proxy = await startProxy(testbed.cluster.kubeconfig)));
  afterEach(async () => {
    await testbed.stopOperators();
    await proxy.close();
    for (const kind of ['ConfigMap', 'Route']) {
      const apiVersion = kind === 'Route' ? 'example.io/v1' : 'v1';
      for (const { metadata } of await testbed.cluster.list({ apiVersion, kind, namespace: 'default' }))
        if (metadata.name !== 'kube-root-ca.crt') await testbed.cluster.delete({ ...metadata, apiVersion, kind });
    }
  });

  const put = (data: Readonly<Record<string, string>>): Promise<unknown> =>
    testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: REF.name, namespace: REF.namespace },
      data,
    });

  describe('that a reflector holds', () => {
    let transport: Transport;
    let stop: AbortController;
    let running: Promise<void>;
    let lists: number;
    /** How many objects the last list had. */
    let listed: number;
    /** The values of `n` that were told, in their order. */
    let told: (string | undefined)[];
    let news: () => void;

    beforeEach(() => {
      transport = connect(fromKubeconfig(proxy.kubeconfig, systemClock));
      stop = new AbortController();
      lists = 0;
      told = [];
      news = () => undefined;
    });
    afterEach(async () => {
      stop.abort();
      await running;
      await transport.close();
    });

    const begin = (namespace = 'default'): void => {
      const n = (object: KubernetesObject): string | undefined => (object as ConfigMap).data?.['n'];
      const tell = (objects: readonly KubernetesObject[]): void => {
        told.push(...objects.filter(({ metadata }) => metadata.name === REF.name).map(n));
        news();
      };
      const access = fromKubeconfig(proxy.kubeconfig, systemClock);
      const reflector = new Reflector({
        selection: { type: configMaps, namespace, labelSelector: '', metadataOnly: false },
        client: new KubeClient({
          transport,
          credentials: access.credentials,
          fieldManager: 'm',
          userAgent: 'u',
          clock: impatientClock,
        }),
        clock: impatientClock,
        random: () => 0,
        logger: silentLogger,
        sink: {
          listing: () => undefined,
          keep: (object) => object,
          replace(objects) {
            lists += 1;
            listed = objects.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt').length;
            tell(objects);
          },
          changed: (object) => tell([object]),
          deleted: () => assert.fail('nothing is deleted'),
          missing: () => assert.fail('nothing is missing'),
          forbidden: () => assert.fail('nothing is forbidden'),
        },
      });
      running = reflector.run(stop.signal);
    };
    const untilTold = async (n: string): Promise<void> => {
      while (told.at(-1) !== n) await new Promise<void>((resolve) => (news = resolve));
    };
    const passed = (): number => proxy.open(isWatch)[0]?.bytes ?? assert.fail('there is no watch');

    it('are reset at every byte of a frame: each event is told once, in its order, and nothing is listed anew', async () => {
      await put({ n: '1000' });
      begin();
      await untilTold('1000');
      const start = passed();
      await put({ n: '1001' });
      await untilTold('1001');
      const length = passed() - start;
      assert.ok(length > 300, `a frame has ${length} bytes`);
      const wanted = ['1000', '1001'];
      for (let offset = 0; offset <= length; offset += 1) {
        const n = String(1002 + offset);
        const cut = proxy.cut(offset, { filter: isWatch, how: offset % 5 === 4 ? 'end' : 'reset' });
        await put({ n });
        wanted.push(n);
        await untilTold(n);
        if (offset < length) assert.equal(cut.hits, 1, `at ${offset} nothing was cut`);
        cut.remove();
      }
      assert.deepEqual([told, lists], [wanted, 1]);
    });

    it('are reset anywhere in a streaming list, which is then begun anew', async () => {
      await put({ n: '1' });
      begin();
      await untilTold('1');
      const length = passed();
      for (let offset = 0; offset < length; offset += 41) {
        stop.abort();
        await running;
        stop = new AbortController();
        told = [];
        const cut = proxy.cut(offset, { filter: isWatch });
        begin();
        await untilTold('1');
        assert.deepEqual([told, cut.hits], [['1'], 1], `at ${offset}`);
      }
    });

    it('are reset anywhere in any page of a list, which is then begun anew: all is told at once, and nothing before', async () => {
      const make = (name: string, n: string): Promise<unknown> =>
        testbed.cluster.apply({ ...CONFIG_MAP, metadata: { name, namespace: 'many' }, data: { n } });
      await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'many' } });
      for (let index = 0; index < 501; index += 1) await make(`other-${index}`, '0');
      await make(REF.name, '1');
      const paged = testbed.cluster.faults.answer(422, ({ query }) => query['sendInitialEvents'] !== undefined, {
        count: 100_000,
      });
      const isPage = ({ path }: ProxiedRequest): boolean =>
        path.includes('/namespaces/many/') && path.includes('limit=500');
      const pages = [
        { step: 9973, filter: (request: ProxiedRequest) => isPage(request) && !request.path.includes('continue=') },
        { step: 41, filter: (request: ProxiedRequest) => isPage(request) && request.path.includes('continue=') },
      ];
      for (const { step, filter } of pages) {
        let resets = 0;
        for (let offset = 0, hits = 1; hits === 1; offset += step) {
          stop = new AbortController();
          [told, lists] = [[], 0];
          const cut = proxy.cut(offset, { filter, how: resets % 4 === 3 ? 'end' : 'reset' });
          begin('many');
          await untilTold('1');
          assert.deepEqual([told, lists, listed], [['1'], 1, 502], `at ${offset}`);
          ({ hits } = cut);
          resets += hits;
          cut.remove();
          stop.abort();
          await running;
        }
        assert.ok(resets > 10, `${resets} resets`);
      }
      paged.remove();
    }).timeout(30_000);
  });

  const reporting = routes({
    Only: phase(
      ({ inputs }) => {
        const { n = 'none', text = '' } = inputs['configMaps']?.find(REF.name)?.data ?? {};
        return { phase: 'Only', status: { read: n, length: text.length, end: text.slice(-8) } };
      },
      { initial: true },
    ),
  });
  const untilRead = (read: string) => testbed.untilRoute('a', ({ status }) => status?.['read'] === read);
  const ageOf = async (operator: RunningOperator): Promise<number> =>
    sum(await operator.metrics(), 'autopilot_watch_age_seconds', 'kind="configmaps"');

  it('of an operator are reset again and again, while it works', async () => {
    const operator = await testbed.runWith(reporting, {
      kubeconfig: proxy.kubeconfig,
      clock: impatientClock,
      random: () => 0,
    });
    await testbed.route('a');
    for (let n = 1; n <= 12; n += 1) {
      proxy.cut(n * 53, { filter: ({ path }) => path.includes('watch=true'), count: 2 });
      await put({ n: String(n) });
      await untilRead(String(n));
    }
    await testbed.untilIdle(operator);
    assert.equal(operator.unready(), undefined);
  });

  it('that are half-open are found after 75 s, and opened again', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(reporting, { kubeconfig: proxy.kubeconfig, clock });
    await testbed.route('a');
    await untilRead('none');
    let isOpening = false;
    const silence = proxy.silence((request) => !isOpening && isWatch(request));
    isOpening = true;
    await put({ n: '1' });
    clock.skip(70_000);
    await testbed.cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'other' } });
    assert.equal((await testbed.getRoute('a'))?.status?.['read'], 'none');
    assert.ok((await ageOf(operator)) >= 70);
    assert.equal(operator.unready(), undefined);
    clock.skip(5000);
    await untilRead('1');
    await testbed.untilMetrics(
      operator,
      (metrics) => sum(metrics, 'autopilot_watch_age_seconds', 'kind="configmaps"') < 60,
    );
    assert.equal(operator.unready(), undefined);
    silence.remove();
  });

  it('that stay silent make the operator unready after 90 s, which names the kind, until they speak', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(reporting, { kubeconfig: proxy.kubeconfig, clock });
    await testbed.route('a');
    await untilRead('none');
    const silence = proxy.silence(isWatch);
    clock.skip(89_000);
    assert.equal(operator.unready(), undefined);
    clock.skip(2000);
    const told = /^the watch of configmaps is broken: nothing has been heard for 9\d s$/;
    await testbed.untilMetrics(operator, () => told.test(operator.unready() ?? ''));
    assert.ok((await ageOf(operator)) > 90);
    silence.remove();
    await put({ n: '1' });
    for (const deadline = performance.now() + 10_000; ; clock.skip(1000)) {
      const route = await testbed.getRoute('a');
      if (route?.status?.['read'] === '1' && operator.unready() === undefined) break;
      assert.ok(performance.now() < deadline, `still ${operator.unready()}`);
      await new Promise(setImmediate);
    }
  });

  it('bring characters of several bytes in pieces of one byte, and objects of more than 1 MB', async () => {
    await testbed.runWith(reporting, { kubeconfig: proxy.kubeconfig });
    await testbed.route('a');
    await untilRead('none');
    proxy.split(1);
    await put({ n: '1', text: 'süß 🚀 €' });
    const { status } = await untilRead('1');
    assert.equal(status?.['end'], 'süß 🚀 €');
    proxy.split(1021);
    const large = 'ß€🚀x'.repeat(104_000);
    assert.ok(Buffer.byteLength(large) > 1_000_000);
    await put({ n: '2', text: large });
    const after = await untilRead('2');
    assert.deepEqual([after.status?.['length'], after.status?.['end']], [large.length, large.slice(-8)]);
  });
});
