import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { HttpClient } from '../conformance/http-client.ts';
import { readTarget } from '../conformance/target.ts';
import { objectAt, stringAt } from '../schema/json.ts';
import { DevclusterError, startCluster } from '../devcluster.ts';
import type { Cluster } from '../devcluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const named = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

describe('An embedded cluster', () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster({ crds: [] });
  });

  after(() => cluster.stop());

  it('speaks TLS only, with a certificate that its kubeconfig vouches for', async () => {
    const trusting = new HttpClient(cluster.kubeconfig);
    assert.equal((await trusting.send('GET', CONFIG_MAPS)).code, 200);
    await trusting.close();
    const plain = new Agent();
    await assert.rejects(request(`${cluster.url}/readyz`, { dispatcher: plain }), /certificate/);
    await assert.rejects(request(cluster.url.replace('https', 'http'), { dispatcher: plain }));
    await plain.destroy();
  });

  it('knows its users by their tokens: 401 for another one, 403 without, but for what is public', async () => {
    const stranger = new HttpClient(cluster.kubeconfig, 'wrong');
    const refused = await stranger.send('GET', CONFIG_MAPS);
    assert.deepEqual(refused.value, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
    const nobody = new HttpClient(cluster.kubeconfig, '');
    assert.equal((await nobody.send('GET', CONFIG_MAPS)).code, 403);
    assert.equal((await nobody.send('GET', '/version')).code, 200);
    const alice = new HttpClient(cluster.addUser('alice'));
    assert.equal((await alice.send('GET', CONFIG_MAPS)).code, 403);
    assert.equal((await alice.send('GET', '/api/v1')).code, 200);
    const root = new HttpClient(cluster.addUser('root', ['system:masters']));
    assert.equal((await root.send('GET', CONFIG_MAPS)).code, 200);
    assert.equal(cluster.requests.count({ user: 'alice' }), 2);
    await Promise.all([stranger.close(), nobody.close(), alice.close(), root.close()]);
  });

  it('shares nothing with another one in the same process', async () => {
    await using other = await startCluster({ crds: [] });
    const [here, there] = [new HttpClient(cluster.kubeconfig), new HttpClient(other.kubeconfig)];
    await cluster.create(named('only-here'));
    assert.equal((await here.send('GET', `${CONFIG_MAPS}/only-here`)).code, 200);
    assert.equal((await there.send('GET', `${CONFIG_MAPS}/only-here`)).code, 404);
    assert.equal(other.requests.count(), 1);
    other.faults.answer(500);
    assert.equal((await here.send('GET', CONFIG_MAPS)).code, 200);
    assert.notEqual(other.ca, cluster.ca);
    const intruder = new HttpClient(other.kubeconfig, readTarget(cluster.kubeconfig).token);
    other.faults.clear();
    assert.equal((await intruder.send('GET', CONFIG_MAPS)).code, 401);
    await Promise.all([here.close(), there.close(), intruder.close()]);
  });

  it('writes kubeconfigs for the current user alone, and says where it cannot', async () => {
    const file = await cluster.writeKubeconfig();
    assert.equal(await readFile(file, 'utf8'), cluster.kubeconfig);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const nowhere = join(tmpdir(), 'no', 'such', 'folder', 'kubeconfig');
    await assert.rejects(cluster.writeKubeconfig(nowhere), (error) => {
      assert.ok(error instanceof DevclusterError);
      assert.equal(error.code, 'ERR_AP_KUBECONFIG_WRITE');
      assert.ok(error.message.includes(nowhere));
      return true;
    });
  });

  it('refuses ports that are none, and one that is taken', async () => {
    await assert.rejects(startCluster({ port: 65_536 }), { code: 'ERR_AP_CLUSTER_OPTION' });
    const port = Number(new URL(cluster.url).port);
    await assert.rejects(startCluster({ port }), { code: 'ERR_AP_CLUSTER_ADDRESS' });
  });

  it('refuses options that it does not know or that cannot be', async () => {
    const given = (json: string): object => objectAt(JSON.parse(json)) ?? {};
    const wrong: readonly [object, RegExp][] = [
      [{ port: 1.5 }, /port is 1\.5; .* from 0 to 65535/],
      [{ watchHistory: -1 }, /watchHistory is -1; .* 0 or more/],
      [{ watchHistory: Number.NaN }, /watchHistory is NaN/],
      [{ bookmarkInterval: 0 }, /bookmarkInterval is 0; .* above 0/],
      [{ bookmarkInterval: Number.NaN }, /bookmarkInterval is NaN/],
      [given('{"portt": 5}'), /no option portt; there are: port, crds, watchHistory/],
      [given('{"admissionPlugins": ["Other"]}'), /admissionPlugins is Other; .* OwnerReferencesPermissionEnforcement/],
      [given('{"crds": "istio"}'), /crds is istio; .* a list/],
      [given('{"clock": 5}'), /clock is 5; .* now and after/],
      [given('{"onError": true}'), /onError is true; .* a function/],
      [given('{"workloads": 5}'), /workloads is 5; .* true, false, or an object/],
      [given('{"workloads": {"node": "a"}}'), /workloads is \{"node":"a"\}; .* any of nodeName/],
      [{ workloads: { startDelay: -1 } }, /workloads is \{"startDelay":-1\}; .*milliseconds/],
    ];
    for (const [options, message] of wrong) {
      await assert.rejects(startCluster(options), { code: 'ERR_AP_CLUSTER_OPTION', message });
    }
  });

  it('makes and answers a change although somebody who is told of it throws', async () => {
    const told: unknown[] = [];
    await using watched = await startCluster({ crds: [], onError: (error) => void told.push(error) });
    const client = new HttpClient(watched.kubeconfig);
    const seen: string[] = [];
    const broken = new Error('a broken listener');
    const fail = (): never => {
      throw broken;
    };
    watched.onChange({ apiVersion: 'v1', kind: 'ConfigMap' }, fail);
    watched.onChange({ apiVersion: 'v1', kind: 'ConfigMap' }, ({ object }) => void seen.push(object.metadata.name));
    watched.requests.subscribe(fail);
    const { code } = await client.send('POST', CONFIG_MAPS, { body: named('told') });
    assert.deepEqual([code, seen, told], [201, ['told'], [broken, broken]]);
    await client.close();
  });

  it('stops: watches end, the port is free, its files go, and it says so when it is used', async () => {
    const stopped = await startCluster({ crds: [] });
    const port = Number(new URL(stopped.url).port);
    const file = await stopped.writeKubeconfig();
    const client = new HttpClient(stopped.kubeconfig);
    const watch = await client.watch(`${CONFIG_MAPS}?watch=1`);
    await stopped.stop();
    await stopped.stop();
    while ((await watch.next()).startsWith('ADDED'));
    await client.close();
    await assert.rejects(stat(file), { code: 'ENOENT' });
    assert.throws(() => stopped.list({ apiVersion: 'v1', kind: 'ConfigMap' }), { code: 'ERR_AP_CLUSTER_STOPPED' });
    await using again = await startCluster({ crds: [], port });
    assert.equal(new URL(again.url).port, String(port));
  });

  it('has the kinds of Istio and of the Gateway API, in their versions and scope', async () => {
    await using meshed = await startCluster();
    const crds = await meshed.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    assert.ok(crds.some(({ metadata }) => metadata.name === 'virtualservices.networking.istio.io'));
    assert.ok(crds.some(({ metadata }) => metadata.name === 'gateways.networking.istio.io'));
    assert.ok(crds.some(({ metadata }) => metadata.name === 'gateways.gateway.networking.k8s.io'));
    await meshed.create({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'a' },
      spec: {},
    });
    await using plain = await startCluster({ crds: ['gateway-api'] });
    const names = (await plain.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' })).map(
      ({ metadata }) => metadata.name,
    );
    assert.ok(names.length > 5 && names.every((name) => name.endsWith('.gateway.networking.k8s.io')), names.join());
    const route = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'v' }, spec: {} };
    await meshed.create(route);
    const older = { apiVersion: 'networking.istio.io/v1beta1', kind: 'VirtualService', name: 'v' };
    assert.equal((await meshed.get(older)).apiVersion, 'networking.istio.io/v1beta1');
  });

  it('answers pages and watches of a forgotten past with 410', async () => {
    const client = new HttpClient(cluster.kubeconfig);
    await cluster.create(named('page-1'));
    await cluster.create(named('page-2'));
    const { value } = await client.send('GET', `${CONFIG_MAPS}?limit=1`);
    await cluster.create(named('page-3'));
    cluster.compact();
    const page = await client.send('GET', `${CONFIG_MAPS}?limit=1&continue=${continueOf(value)}`);
    assert.equal(page.code, 410);
    assert.equal(stringAt(page.value, 'reason'), 'Expired');
    assert.match(
      stringAt(page.value, 'message'),
      /^The provided continue parameter is too old to display a consistent list result/,
    );
    // The token in the refusal goes on with what is there now.
    assert.equal((await client.send('GET', `${CONFIG_MAPS}?limit=1&continue=${continueOf(page.value)}`)).code, 200);
    const watch = await client.watch(
      `${CONFIG_MAPS}?watch=1&resourceVersion=${stringAt(value, 'metadata', 'resourceVersion')}`,
    );
    assert.deepEqual([watch.code, await watch.next(), await watch.next()], [200, 'ERROR 410', 'end']);
    await client.close();
  });
});

function continueOf(list: unknown): string {
  return encodeURIComponent(stringAt(list, 'metadata', 'continue'));
}
