import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { deploymentOf, WorkloadBed } from '../controllers/workloads/workload-bed.fixture.test.ts';
import { stringAt } from '../schema/json.ts';

/** The words are those of kube-apiserver and kubelet 1.37.2: test/real/kubelet.test.ts compares the former's. */
describe('The logs of a pod', () => {
  let bed: WorkloadBed;
  let client: HttpClient;
  const pod = { name: 'p', namespace: 'default' };

  before(async () => {
    bed = await WorkloadBed.open({
      output: ({ container, restartCount }) => [`${container} starts`, `run ${restartCount}`],
    });
    client = new HttpClient(bed.cluster.kubeconfig);
    const containers = [
      { name: 'main', image: 'a' },
      { name: 'crashing', image: 'crash.invalid/a' },
      { name: 'missing', image: 'registry.invalid/a' },
    ];
    await create('p', { initContainers: [{ name: 'init', image: 'a' }], containers });
    await create('single', { containers: [{ name: 'only', image: 'a' }] });
    await create('unbound', { nodeSelector: { no: 'such' }, containers: [{ name: 'only', image: 'a' }] });
    await bed.pass(2);
    bed.cluster.print({ ...pod, container: 'main' }, 'third line\n');
    await bed.pass(100);
    bed.cluster.print(pod, 'fourth line\nfifth line');
  });
  after(async () => {
    await client.close();
    await bed.cluster.stop();
    assert.deepEqual(bed.errors, []);
  });

  async function create(name: string, spec: object): Promise<void> {
    await bed.cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  }

  async function log(query: string, name = 'p'): Promise<string> {
    const { code, value } = await client.send('GET', `/api/v1/namespaces/default/pods/${name}/log?${query}`);
    return code === 200 ? String(value) : `${code} ${stringAt(value, 'reason')}: ${stringAt(value, 'message')}`;
  }

  const all = 'main starts\nrun 0\nthird line\nfourth line\nfifth line\n';

  it('are what the container printed', async () => {
    assert.equal(await log('container=main'), all);
    assert.equal(await log('container=init'), 'init starts\nrun 0\n');
    assert.equal(await log('', 'single'), 'only starts\nrun 0\n');
    const { headers } = await client.send('GET', '/api/v1/namespaces/default/pods/single/log');
    assert.equal(headers['content-type'], 'text/plain');
  });

  it('come as much as is asked for', async () => {
    assert.equal(await log('container=main&tailLines=2'), 'fourth line\nfifth line\n');
    assert.equal(await log('container=main&tailLines=0'), '');
    assert.equal(await log('container=main&sinceSeconds=50'), 'fourth line\nfifth line\n');
    assert.equal(await log('container=main&sinceTime=2030-01-01T00:01:00Z'), 'fourth line\nfifth line\n');
    assert.equal(await log('container=main&limitBytes=13'), 'main starts\nr');
    assert.equal(
      await log('container=main&timestamps=true&tailLines=1'),
      '2030-01-01T00:01:42.000000000Z fifth line\n',
    );
  });

  it('of the run before are there after a crash', async () => {
    assert.equal(await log('container=crashing&previous=true'), 'crashing starts\nrun 4\n');
    assert.equal(
      await log('container=main&previous=true'),
      '400 BadRequest: previous terminated container "main" in pod "p" not found',
    );
  });

  it('are refused as a real cluster refuses them', async () => {
    assert.equal(await log('', 'nobody'), '404 NotFound: pods "nobody" not found');
    assert.equal(
      await log(''),
      '400 BadRequest: a container name must be specified for pod p, choose one of: [init main crashing missing]',
    );
    assert.equal(await log('container=x'), '400 BadRequest: container x is not valid for pod p');
    assert.equal(
      await log('container=missing'),
      '400 BadRequest: container "missing" in pod "p" is waiting to start: trying and failing to pull image',
    );
    assert.equal(
      await log('container=main&tailLines=-1'),
      '422 Invalid: PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    );
    assert.equal(
      await log('container=main&limitBytes=0&sinceSeconds=0'),
      '422 Invalid: PodLogOptions "p" is invalid: [limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds: Invalid value: 0: must be greater than 0]',
    );
    assert.equal((await client.send('GET', '/api/v1/namespaces/default/pods/unbound/log')).code, 204);
    const denied = new HttpClient(bed.cluster.addUser('nobody'));
    assert.equal((await denied.send('GET', '/api/v1/namespaces/default/pods/single/log')).code, 403);
    await denied.close();
  });

  it('are followed until the container ends', async () => {
    await bed.cluster.create(deploymentOf());
    await bed.pass(1);
    const [followed] = await bed.pods('app=web');
    const { name = '' } = followed?.metadata ?? {};
    const read = client.send('GET', `/api/v1/namespaces/default/pods/${name}/log?follow=true&tailLines=1`);
    await bed.cluster.requests.until({ subresource: 'log', name }, { count: 1 });
    await bed.time.rest();
    bed.cluster.print({ name }, 'while it is followed');
    await bed.cluster.delete({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    await bed.pass(1);
    assert.equal((await read).value, 'run 0\nwhile it is followed\n');
  });

  it('take nothing of what does not run', () => {
    const refused = (message: RegExp) => ({ code: 'ERR_AP_CLUSTER_LOG', message });
    assert.throws(
      () => bed.cluster.print({ name: 'x' }, ''),
      refused(/there is no pod default\/x\. .*kubectl get pods/),
    );
    assert.throws(
      () => bed.cluster.print({ name: 'p', container: 'missing' }, ''),
      refused(/container missing of default\/p does not run/),
    );
  });
});
