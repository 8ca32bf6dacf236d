import assert from 'node:assert/strict';
import { systemClock } from '../clock.ts';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { objectAt, stringAt, valueAt } from '../schema/json.ts';
import type { Clock, Cluster } from '../devcluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MAPS = { resource: 'configmaps' };
const REF = { apiVersion: 'v1', kind: 'ConfigMap' };
const named = (name: string): object => ({ ...REF, metadata: { name } });

/** A clock whose waits end when the test says so. */
class HeldClock implements Clock {
  readonly waits: { readonly ms: number; readonly end: () => void }[] = [];

  now = (): Date => systemClock.now();

  after(ms: number, end: () => void): () => void {
    const wait = { ms, end };
    this.waits.push(wait);
    return () => void this.waits.splice(this.waits.indexOf(wait), 1);
  }

  end(ms: number): void {
    for (const wait of this.waits.filter((each) => each.ms === ms)) wait.end();
  }
}

describe('Faults of an embedded cluster', () => {
  let cluster: Cluster;
  let client: HttpClient;
  const clock = new HeldClock();

  before(async () => {
    cluster = await startCluster({ crds: [], clock });
  });

  beforeEach(() => {
    client = new HttpClient(cluster.kubeconfig);
  });

  afterEach(async () => {
    await client.close();
    cluster.faults.clear();
  });

  after(() => cluster.stop());

  for (const [code, reason] of [
    [409, 'Conflict'],
    [410, 'Expired'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
  ] as const) {
    it(`answers the next matching request ${code}, once, and does nothing`, async () => {
      const name = `c${code}`;
      const fault = cluster.faults.answer(code, { ...MAPS, verb: 'create' });
      assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200, 'another verb');
      assert.deepEqual([fault.hits, fault.remaining], [0, 1]);
      const hit = await client.send('POST', CONFIG_MAPS, { body: named(name) });
      assert.deepEqual([hit.code, stringAt(hit.value, 'reason')], [code, reason]);
      assert.equal(await cluster.find({ ...REF, name }), undefined);
      assert.deepEqual([fault.hits, fault.remaining], [1, 0]);
      assert.equal((await client.send('POST', CONFIG_MAPS, { body: named(name) })).code, 201);
    });
  }

  it('tells when to come again', async () => {
    cluster.faults.answer(429, MAPS, { retryAfter: 7, message: 'slow down' });
    const { headers, value } = await client.send('GET', CONFIG_MAPS);
    assert.equal(headers['retry-after'], '7');
    assert.deepEqual([stringAt(value, 'message'), valueAt(value, 'details', 'retryAfterSeconds')], ['slow down', 7]);
  });

  it('hits the next n, and only those of whom it is meant for', async () => {
    const fault = cluster.faults.answer(500, { user: 'bob' }, { count: 2 });
    const bob = new HttpClient(cluster.addUser('bob', ['system:masters']));
    const codes = async (who: HttpClient): Promise<number> => (await who.send('GET', CONFIG_MAPS)).code;
    assert.deepEqual([await codes(bob), await codes(client), await codes(bob), await codes(bob)], [500, 200, 500, 200]);
    cluster.faults.answer(500, MAPS).remove();
    assert.equal(await codes(client), 200, 'a fault that was taken back');
    assert.equal(fault.remaining, 0);
    await bob.close();
  });

  it('tells a watch of the error as its first event', async () => {
    cluster.faults.answer(410, { ...MAPS, verb: 'watch' }, { asEvent: true });
    const watch = await client.watch(`${CONFIG_MAPS}?watch=1`);
    assert.deepEqual([watch.code, await watch.next(), await watch.next()], [200, 'ERROR 410', 'end']);
  });

  it('refuses what can be no fault, and sets up nothing', async () => {
    const { faults } = cluster;
    // As JavaScript may do it.
    const loose: { cut(...words: readonly unknown[]): unknown } = faults;
    const given = (json: string): object => objectAt(JSON.parse(json)) ?? {};
    const wrong: readonly [() => unknown, RegExp][] = [
      [() => faults.answer(200), /status 200 .* from 400 to 599/],
      [() => faults.answer(99), /status 99/],
      [() => faults.answer(Number.NaN), /status NaN/],
      [() => faults.answer(400.5), /status 400\.5/],
      [() => faults.answer(600), /status 600/],
      [() => faults.answer(500, MAPS, { count: Number.NaN }), /count is NaN/],
      [() => faults.answer(500, MAPS, { count: -1 }), /count is -1/],
      [() => faults.answer(429, MAPS, { retryAfter: 0.5 }), /retryAfter is 0\.5/],
      [() => faults.answer(500, MAPS, given('{"cuont": 2}')), /no option cuont; there are: count, retryAfter/],
      [() => faults.answer(500, given('{"verb": "craete"}')), /no verb craete; there are: get, list/],
      [() => faults.answer(500, given('{"verb": ["get", "craete"]}')), /no verb craete/],
      [() => faults.delay(1, given('{"resuorce": "pods"}')), /no resuorce to filter by; they have: user/],
      [() => faults.delay(-1), /ms is -1/],
      [() => faults.delay(Number.NaN), /ms is NaN/],
      [() => loose.cut('sometimes'), /'sometimes': give 'before' or 'after'/],
      [() => loose.cut('before', 'pods'), /filter is pods; .* an object or a function/],
      [() => faults.cutWatches(given('{"verb": "wach"}')), /no verb wach/],
      [() => faults.holdEvents(MAPS, { ms: Number.NaN }), /ms is NaN/],
      [() => faults.holdEvents(given('{"verb": "wach"}')), /no verb wach/],
    ];
    for (const [attempt, message] of wrong) assert.throws(attempt, { code: 'ERR_AP_CLUSTER_FAULT', message });
    assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
  });

  it('tells of a filter that throws, which then fits nothing', async () => {
    const told: unknown[] = [];
    await using other = await startCluster({ crds: [], onError: (error) => void told.push(error) });
    const asking = new HttpClient(other.kubeconfig);
    const broken = new Error('a broken filter');
    const fault = other.faults.answer(500, () => {
      throw broken;
    });
    assert.equal((await asking.send('GET', CONFIG_MAPS)).code, 200);
    assert.deepEqual([told, fault.hits], [[broken], 0]);
    await asking.close();
  });

  it('delays a request before it is looked at', async () => {
    const fault = cluster.faults.delay(12_345, { ...MAPS, verb: 'create' });
    const sent = client.send('POST', CONFIG_MAPS, { body: named('late') });
    while (fault.hits === 0) await new Promise(setImmediate);
    assert.equal(await cluster.find({ ...REF, name: 'late' }), undefined);
    clock.end(12_345);
    assert.equal((await sent).code, 201);
  });

  it('cuts the connection before anything is done', async () => {
    cluster.faults.cut('before', { ...MAPS, verb: 'create' });
    await assert.rejects(client.send('POST', CONFIG_MAPS, { body: named('unheard') }), { code: 'UND_ERR_SOCKET' });
    assert.equal(await cluster.find({ ...REF, name: 'unheard' }), undefined);
  });

  it('cuts the connection after it was done and before it is answered', async () => {
    cluster.faults.cut('after', { ...MAPS, verb: 'create' });
    await assert.rejects(client.send('POST', CONFIG_MAPS, { body: named('unanswered') }), { code: 'UND_ERR_SOCKET' });
    assert.ok(await cluster.find({ ...REF, name: 'unanswered' }));
  });

  it('cuts the watches that are open', async () => {
    const version = (await cluster.create(named('cut'))).metadata.resourceVersion;
    const watch = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${version}`);
    assert.equal(cluster.faults.cutWatches({ resource: 'secrets' }), 0);
    assert.equal(cluster.faults.cutWatches(MAPS), 1);
    assert.equal(await watch.next(), 'cut');
  });

  it('holds back the events of watches until they are released, in their order', async () => {
    const version = (await cluster.create(named('held'))).metadata.resourceVersion;
    const watch = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${version}`);
    const hold = cluster.faults.holdEvents(MAPS);
    await cluster.create(named('held-1'));
    await cluster.delete({ ...REF, name: 'held-1' });
    assert.equal(hold.held, 2);
    // An answer that came later than the events would have.
    assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
    assert.equal(watch.waiting, 0);
    hold.release();
    await cluster.create(named('held-2'));
    const told = [await watch.next(), await watch.next(), await watch.next()];
    assert.deepEqual(told, ['ADDED held-1', 'DELETED held-1', 'ADDED held-2']);
  });

  it('holds back each event for a while', async () => {
    const version = (await cluster.create(named('slow'))).metadata.resourceVersion;
    const watch = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${version}`);
    const hold = cluster.faults.holdEvents(MAPS, { ms: 2_345 });
    await cluster.create(named('slow-1'));
    assert.deepEqual([hold.held, watch.waiting], [1, 0]);
    clock.end(2_345);
    assert.equal(await watch.next(), 'ADDED slow-1');
    assert.equal(hold.held, 0);
  });
});
