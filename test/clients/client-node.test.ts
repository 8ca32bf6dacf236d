import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import {
  ApiException,
  ApiextensionsV1Api,
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import { startCluster } from 'autopilot-devcluster';
import type { V1ConfigMap } from '@kubernetes/client-node';
import type { Cluster } from 'autopilot-devcluster';

const NAMESPACE = 'default';

const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer', _default: 3 } } },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
};
const widgets = { group: 'example.com', version: 'v1', namespace: NAMESPACE, plural: 'widgets' };

describe('An unmodified @kubernetes/client-node works against the embedded cluster', () => {
  let cluster: Cluster;
  let config: KubeConfig;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    config = new KubeConfig();
    config.loadFromString(cluster.kubeconfig);
  });

  after(() => cluster.stop());

  it('asks for the version', async () => {
    assert.equal((await config.makeApiClient(VersionApi).getCode()).minor, '37');
  });

  it('creates, reads, replaces, lists in pages and deletes', async () => {
    const core = config.makeApiClient(CoreV1Api);
    for (const name of ['a', 'b', 'c']) {
      await core.createNamespacedConfigMap({
        namespace: NAMESPACE,
        body: { metadata: { name, labels: { of: 'pages' } } },
      });
    }
    const read = await core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'a' });
    read.data = { k: 'v' };
    await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: 'a', body: read });
    read.data = { k: 'w' };
    await assert.rejects(
      core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: 'a', body: read }),
      (error) => error instanceof ApiException && error.code === 409,
    );
    const first = await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'of=pages', limit: 2 });
    const { _continue } = first.metadata ?? {};
    const second = await core.listNamespacedConfigMap({
      namespace: NAMESPACE,
      labelSelector: 'of=pages',
      limit: 2,
      ...(_continue !== undefined && { _continue }),
    });
    assert.deepEqual(
      [...first.items, ...second.items].map(({ metadata }) => metadata?.name),
      ['a', 'b', 'c'],
    );
    await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: 'a' });
    await core.deleteCollectionNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'of=pages' });
    await assert.rejects(
      core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'b' }),
      (error) => error instanceof ApiException && error.code === 404,
    );
  });

  it('patches in every way, applies, and scales', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const image = (name: string, tag: string): object => ({ name, image: `${name}:${tag}` });
    const d = { namespace: NAMESPACE, name: 'd' };
    await apps.createNamespacedDeployment({
      namespace: NAMESPACE,
      body: {
        metadata: { name: 'd' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'x', image: 'x:1' }] } },
        },
      },
    });
    const patched = async (strategy: string, body: object): Promise<readonly (string | undefined)[]> => {
      const options = setHeaderOptions('Content-Type', strategy);
      const force = strategy === PatchStrategy.ServerSideApply;
      const parameters = { ...d, body, fieldManager: 'me', ...(force && { force }) };
      const { spec } = await apps.patchNamespacedDeployment(parameters, options);
      return spec?.template.spec?.containers.map((container) => container.image) ?? [];
    };
    const containers = (...list: object[]): object => ({ spec: { template: { spec: { containers: list } } } });
    assert.deepEqual(await patched(PatchStrategy.StrategicMergePatch, containers(image('y', '1'))), ['y:1', 'x:1']);
    assert.deepEqual(await patched(PatchStrategy.MergePatch, containers(image('x', '2'))), ['x:2']);
    const path = '/spec/template/spec/containers/0/image';
    assert.deepEqual(await patched(PatchStrategy.JsonPatch, [{ op: 'replace', path, value: 'x:3' }]), ['x:3']);
    const applied = { apiVersion: 'apps/v1', kind: 'Deployment', ...containers(image('x', '4')) };
    assert.deepEqual(await patched(PatchStrategy.ServerSideApply, applied), ['x:4']);
    const scale = await apps.readNamespacedDeploymentScale(d);
    scale.spec = { replicas: 5 };
    await apps.replaceNamespacedDeploymentScale({ ...d, body: scale });
    assert.equal((await apps.readNamespacedDeployment(d)).spec?.replicas, 5);
  });

  it('defines a kind, and keeps custom objects and their status', async () => {
    await config.makeApiClient(ApiextensionsV1Api).createCustomResourceDefinition({ body: WIDGETS });
    const custom = config.makeApiClient(CustomObjectsApi);
    const body = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: {} };
    const created: unknown = await custom.createNamespacedCustomObject({ ...widgets, body });
    assert.ok(typeof created === 'object' && created !== null && 'spec' in created);
    assert.deepEqual(created.spec, { size: 3 });
    await custom.patchNamespacedCustomObjectStatus(
      { ...widgets, name: 'w', body: { status: { phase: 'Ready' } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    const any = KubernetesObjectApi.makeApiClient(config);
    const read: unknown = await any.read({ ...body, metadata: { name: 'w', namespace: NAMESPACE } });
    assert.ok(typeof read === 'object' && read !== null && 'status' in read);
    assert.deepEqual(read.status, { phase: 'Ready' });
  });

  it('takes and renews a lease', async () => {
    const leases = config.makeApiClient(CoordinationV1Api);
    const name = 'leader';
    const lease = await leases.createNamespacedLease({
      namespace: NAMESPACE,
      body: { metadata: { name }, spec: { holderIdentity: 'one', leaseDurationSeconds: 15 } },
    });
    lease.spec = { holderIdentity: 'two' };
    await leases.replaceNamespacedLease({ namespace: NAMESPACE, name, body: lease });
    assert.equal((await leases.readNamespacedLease({ namespace: NAMESPACE, name })).spec?.holderIdentity, 'two');
  });

  it('watches', async () => {
    const events = new PassThrough({ objectMode: true });
    const path = `/api/v1/namespaces/${NAMESPACE}/secrets`;
    const done = Promise.withResolvers<void>();
    const abort = await new Watch(config).watch(
      path,
      {},
      (type: string, object: V1ConfigMap) => void events.write(`${type} ${object.metadata?.name}`),
      () => done.resolve(),
    );
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedSecret({ namespace: NAMESPACE, body: { metadata: { name: 's' } } });
    await core.deleteNamespacedSecret({ namespace: NAMESPACE, name: 's' });
    const told: unknown[] = [];
    for await (const event of events) if (told.push(event) === 2) break;
    assert.deepEqual(told, ['ADDED s', 'DELETED s']);
    abort.abort();
    await done.promise;
  });

  it('informs, over a watch that breaks', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const list = (): ReturnType<typeof core.listNamespacedConfigMap> =>
      core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'informed' });
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
    const informer = makeInformer(config, path, list, 'informed');
    const seen = new PassThrough({ objectMode: true });
    informer.on('add', ({ metadata }) => void seen.write(metadata?.name));
    const again = (): void => void informer.start();
    informer.on('error', again);
    await informer.start();
    const create = (name: string): Promise<unknown> =>
      core.createNamespacedConfigMap({ namespace: NAMESPACE, body: { metadata: { name, labels: { informed: '' } } } });
    const next = async (): Promise<unknown> => seen.read() ?? (await once(seen, 'readable'), seen.read());
    await create('first');
    assert.equal(await next(), 'first');
    cluster.faults.cutWatches({ resource: 'configmaps' });
    await create('second');
    assert.equal(await next(), 'second');
    // Its own end is an error to it too.
    informer.off('error', again);
    await informer.stop();
  });
});
