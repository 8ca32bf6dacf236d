import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { readTarget } from '../conformance/target.ts';
import { startCluster, systemClock } from '../devcluster.ts';
import { stringAt } from '../schema/json.ts';
import type { Clock, Cluster } from '../devcluster.ts';

const TOKENS = '/api/v1/namespaces/default/serviceaccounts/robot/token';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';

describe('Tokens of service accounts', () => {
  let cluster: Cluster;
  let client: HttpClient;
  let ahead: number;

  beforeEach(async () => {
    ahead = 0;
    const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
    cluster = await startCluster({ crds: [], clock });
    client = new HttpClient(cluster.kubeconfig);
    await cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } });
  });
  afterEach(async () => {
    await client.close();
    await cluster.stop();
  });

  const issue = async (): Promise<string> => {
    const { value } = await client.send('POST', TOKENS, { body: { spec: { expirationSeconds: 600 } } });
    return stringAt(value, 'status', 'token');
  };
  const errorOf = async (token: string): Promise<string> => {
    const { value } = await client.send('POST', REVIEWS, { body: { spec: { token } } });
    return stringAt(value, 'status', 'error');
  };

  it('end when they said they would, and a minute, by which clocks may differ', async () => {
    const token = await issue();
    ahead = 650_000;
    assert.equal(await errorOf(token), '');
    ahead = 670_000;
    assert.equal(await errorOf(token), '[invalid bearer token, service account token has expired]');
    ahead = -70_000;
    assert.equal(await errorOf(token), '[invalid bearer token, service account token is not valid yet]');
  });

  it('are good in the cluster that signed them only, and as they were signed', async () => {
    await using other = await startCluster({ crds: [] });
    const abroad = new HttpClient(other.kubeconfig, readTarget(await cluster.addServiceAccount('robot')).token);
    assert.equal((await abroad.send('GET', '/apis')).code, 401);
    await abroad.close();
    const [header = '', payload = '', signature = ''] = (await issue()).split('.');
    const claims = Buffer.from(payload, 'base64url').toString().replace(':robot"', ':admin"');
    const forged = [header, Buffer.from(claims).toString('base64url'), signature].join('.');
    assert.match(await errorOf(forged), /error in cryptographic primitive/);
  });
});
