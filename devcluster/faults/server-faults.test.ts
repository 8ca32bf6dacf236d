import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { listAt, stringAt, valueAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MAPS = { resource: 'configmaps' };
const REF = { apiVersion: 'v1', kind: 'ConfigMap' };
const named = (name: string, more: object = {}): object => ({ ...REF, metadata: { name, ...more } });
const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
const WIDGET = { apiVersion: 'example.com/v1', kind: 'Widget' };
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';

describe('Faults of an embedded cluster as a whole', () => {
  let cluster: Cluster;
  let client: HttpClient;

  beforeEach(async () => {
    cluster = await startCluster({ crds: [] });
    client = new HttpClient(cluster.kubeconfig);
  });
  afterEach(async () => {
    await client.close();
    await cluster.stop();
  });

  const names = (list: unknown): readonly string[] =>
    listAt(list, 'items')
      .map((item) => stringAt(item, 'metadata', 'name'))
      .filter((name) => name !== 'kube-root-ca.crt');

  describe('restoring a snapshot', () => {
    it('brings back objects and versions of then, and gives later versions out again', async () => {
      const kept = await cluster.create(named('kept'));
      await cluster.create(named('deleted'));
      const snapshot = cluster.faults.snapshot();
      await cluster.patch({ ...REF, name: 'kept' }, { data: { n: '2' } });
      await cluster.delete({ ...REF, name: 'deleted' });
      const later = await cluster.create(named('later'));
      cluster.faults.restore(snapshot);
      const { value } = await client.send('GET', CONFIG_MAPS);
      assert.deepEqual(names(value), ['deleted', 'kept']);
      assert.equal(stringAt(value, 'metadata', 'resourceVersion'), snapshot.resourceVersion);
      assert.deepEqual(await cluster.get({ ...REF, name: 'kept' }), kept);
      const again = await cluster.create(named('other'));
      assert.ok(Number(again.metadata.resourceVersion) <= Number(later.metadata.resourceVersion));
    });

    it('cuts all connections, and leaves a watch from the future without a word, as a real server does', async () => {
      const snapshot = cluster.faults.snapshot();
      const { metadata } = await cluster.create(named('later'));
      const before = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}`);
      cluster.faults.restore(snapshot);
      assert.equal(await before.next(), 'cut');
      const after = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}`);
      await cluster.create(named('unseen'));
      assert.deepEqual([after.code, after.waiting], [200, 0]);
      const past = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=1`);
      assert.equal(await past.next(), 'ERROR 410');
    });

    it('brings back kinds with their objects, and takes away those of later', async () => {
      await cluster.installCrd(widgets);
      await cluster.create({ ...WIDGET, metadata: { name: 'w' } });
      const snapshot = cluster.faults.snapshot();
      await cluster.delete({ apiVersion: widgets.apiVersion, kind: widgets.kind, name: widgets.metadata.name });
      await cluster.until({ apiVersion: widgets.apiVersion, kind: widgets.kind }, (all) => all.length === 0);
      assert.equal((await client.send('GET', WIDGETS)).code, 404);
      cluster.faults.restore(snapshot);
      assert.deepEqual(names((await client.send('GET', WIDGETS)).value), ['w']);
    });

    it('does not let garbage collection take what has its owner back', async () => {
      const { metadata } = await cluster.create(named('owner'));
      const ownerReferences = [{ ...REF, name: 'owner', uid: metadata.uid }];
      await cluster.create(named('owned', { ownerReferences }));
      const snapshot = cluster.faults.snapshot();
      await cluster.delete({ ...REF, name: 'owner' });
      await cluster.until({ ...REF, name: 'owned' }, (object) => object === undefined);
      cluster.faults.restore(snapshot);
      await cluster.patch({ ...REF, name: 'owned' }, { data: { touched: 'x' } });
      await cluster.create(named('last', { ownerReferences: [{ ...REF, name: 'nobody', uid: 'none' }] }));
      // Collection is in order: once this one is gone, the other was looked at.
      await cluster.until({ ...REF, name: 'last' }, (object) => object === undefined);
      assert.ok(await cluster.find({ ...REF, name: 'owned' }));
    });

    it('is kept by a folder', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'restored-'));
      const first = await startCluster({ crds: [], folder });
      await first.create(named('kept'));
      const snapshot = first.faults.snapshot();
      await first.create(named('later'));
      first.faults.restore(snapshot);
      await first.create(named('anew'));
      await first.stop();
      const second = await startCluster({ crds: [], folder });
      const found = (await second.list({ ...REF, namespace: 'default' })).map(({ metadata }) => metadata.name);
      assert.deepEqual(found.filter((name) => name !== 'kube-root-ca.crt').toSorted(), ['anew', 'kept']);
      await second.stop();
      await rm(folder, { recursive: true });
    });

    it('can go on with versions beyond those of before, of which nothing is known any more', async () => {
      const snapshot = cluster.faults.snapshot();
      const { metadata } = await cluster.create(named('later'));
      cluster.faults.restore(snapshot, { bumpRevision: 1000 });
      const watch = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}`);
      assert.equal(await watch.next(), 'ERROR 410');
      const next = await cluster.create(named('next'));
      assert.equal(Number(next.metadata.resourceVersion), Number(snapshot.resourceVersion) + 1001);
      assert.throws(() => cluster.faults.restore(snapshot, { bumpRevision: -1 }), { code: 'ERR_AP_CLUSTER_FAULT' });
    });

    it('takes no snapshot of another cluster', async () => {
      await using other = await startCluster({ crds: [] });
      const snapshot = other.faults.snapshot();
      assert.throws(() => cluster.faults.restore(snapshot), {
        code: 'ERR_AP_CLUSTER_FAULT',
        message: /no snapshot of/,
      });
    });
  });

  describe('rotating the certificate', () => {
    it('shows new connections one of a new authority; open ones go on', async () => {
      const { metadata } = await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'first' } });
      const secrets = '/api/v1/namespaces/default/secrets';
      const watch = await client.watch(`${secrets}?watch=1&resourceVersion=${metadata.resourceVersion}`);
      const old = new HttpClient(cluster.kubeconfig);
      const ca = cluster.faults.rotateCertificate();
      assert.equal(cluster.ca, ca);
      await assert.rejects(old.send('GET', CONFIG_MAPS), /certificate/);
      const anew = new HttpClient(cluster.kubeconfig);
      const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'told' } };
      assert.equal((await anew.send('POST', secrets, { body })).code, 201);
      assert.equal(await watch.next(), 'ADDED told');
      await Promise.all([old.close(), anew.close()]);
    });

    it('is told to namespaces and to the Secrets of service accounts', async () => {
      await cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } });
      await cluster.create({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/service-account-token',
        metadata: { name: 'robot', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      });
      const ca = cluster.faults.rotateCertificate();
      await cluster.until({ ...REF, name: 'kube-root-ca.crt' }, (object) => stringAt(object, 'data', 'ca.crt') === ca);
      const base64 = Buffer.from(ca).toString('base64');
      const secret = { apiVersion: 'v1', kind: 'Secret', name: 'robot' };
      await cluster.until(secret, (object) => stringAt(object, 'data', 'ca.crt') === base64);
    });
  });

  describe('revoking tokens', () => {
    it("of a user: 401, until there are new ones; nobody else's", async () => {
      const alice = new HttpClient(cluster.addUser('alice', ['system:masters']));
      assert.equal((await alice.send('GET', CONFIG_MAPS)).code, 200);
      cluster.faults.revokeTokens('alice');
      assert.equal((await alice.send('GET', CONFIG_MAPS)).code, 401);
      assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
      const again = new HttpClient(cluster.addUser('alice', ['system:masters']));
      assert.equal((await again.send('GET', CONFIG_MAPS)).code, 200);
      await Promise.all([alice.close(), again.close()]);
    });

    it('of a service account, and of the admin, whose kubeconfig then has another', async () => {
      const robot = new HttpClient(await cluster.addServiceAccount('robot'));
      assert.equal((await robot.send('GET', '/apis')).code, 200);
      cluster.faults.revokeTokens('system:serviceaccount:default:robot');
      assert.equal((await robot.send('GET', '/apis')).code, 401);
      const again = new HttpClient(await cluster.addServiceAccount('robot'));
      assert.equal((await again.send('GET', '/apis')).code, 200);
      cluster.faults.revokeTokens('admin');
      assert.equal((await client.send('GET', CONFIG_MAPS)).code, 401);
      const admin = new HttpClient(cluster.kubeconfig);
      assert.equal((await admin.send('GET', CONFIG_MAPS)).code, 200);
      await Promise.all([robot.close(), again.close(), admin.close()]);
      assert.throws(() => cluster.faults.revokeTokens('nobody'), { code: 'ERR_AP_CLUSTER_FAULT' });
    });
  });

  describe('removing an API', () => {
    it('ends its watches, answers 404, and brings it back with its objects', async () => {
      await cluster.installCrd(widgets);
      await cluster.create({ ...WIDGET, metadata: { name: 'w' } });
      const watch = await client.watch(`${WIDGETS}?watch=1`);
      assert.equal(await watch.next(), 'ADDED w');
      const removed = cluster.faults.removeApi(WIDGET);
      assert.equal(await watch.next(), 'end');
      assert.equal((await client.send('GET', WIDGETS)).code, 404);
      assert.equal((await client.send('GET', '/apis/example.com/v1')).code, 404);
      removed.remove();
      assert.deepEqual(names((await client.send('GET', WIDGETS)).value), ['w']);
      assert.throws(() => cluster.faults.removeApi({ ...WIDGET, kind: 'Gadget' }), { code: 'ERR_AP_CLUSTER_FAULT' });
    });

    it('of a kind that is built in leaves the others of its group', async () => {
      cluster.faults.removeApi(REF);
      const { code, value } = await client.send('GET', CONFIG_MAPS);
      assert.deepEqual([code, valueAt(value, 'message')], [404, 'the server could not find the requested resource']);
      const { value: discovery } = await client.send('GET', '/api/v1');
      const served = new Set(listAt(discovery, 'resources').map((resource) => stringAt(resource, 'name')));
      assert.deepEqual([served.has('configmaps'), served.has('secrets')], [false, true]);
      cluster.faults.clear();
      assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
    });
  });

  describe('silence', () => {
    it('answers nothing and tells nothing, until it ends with a cut', async () => {
      const version = (await cluster.create(named('a'))).metadata.resourceVersion;
      const watch = await client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${version}`);
      const other = await client.watch('/api/v1/namespaces/default/secrets?watch=1&resourceVersion=0');
      const silence = cluster.faults.silence(MAPS);
      const asked = client.send('GET', CONFIG_MAPS).catch((error: unknown) => error);
      await cluster.create(named('unheard'));
      await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'heard' } });
      assert.equal(await other.next(), 'ADDED heard');
      while (silence.hits < 2) await setImmediate();
      assert.deepEqual([watch.waiting, silence.remaining], [0, Infinity]);
      silence.remove();
      assert.equal(await watch.next(), 'cut');
      assert.ok((await asked) instanceof Error);
      assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
      assert.equal(silence.remaining, 0);
    });
  });

  describe('a lag', () => {
    it('shows older data to who is content with any version, and the truth to who asks for it', async () => {
      await cluster.create(named('old'));
      const lag = cluster.faults.lag(MAPS);
      await cluster.create(named('new'));
      assert.deepEqual(names((await client.send('GET', `${CONFIG_MAPS}?resourceVersion=0`)).value), ['old']);
      assert.deepEqual(names((await client.send('GET', CONFIG_MAPS)).value), ['new', 'old']);
      const streaming = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
      const watch = await client.watch(`${CONFIG_MAPS}?${streaming}`);
      assert.equal(watch.waiting, 0);
      lag.remove();
      const told = [await watch.next(), await watch.next(), await watch.next()];
      assert.ok(told.includes('ADDED new') && told.includes('ADDED old'), told.join());
      assert.deepEqual(names((await client.send('GET', `${CONFIG_MAPS}?resourceVersion=0`)).value), ['new', 'old']);
    });
  });
});
