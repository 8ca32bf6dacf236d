import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { crdOf } from '../../runtime/crd/crd.ts';
import { DEFAULTS, FIELDS } from '../../runtime/crd/fields.fixture.test.ts';
import { systemClock } from '../../runtime/clock.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { assertAgreement } from '../schemas/agreement.ts';
import { definitions } from '../schemas/samples.ts';
import { kubectlFor } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const names = {
  group: 'fields.example.io',
  version: 'v1',
  kind: 'Field',
  plural: 'fields',
  scope: 'Namespaced',
  phases: [],
} as const;

describe('CRDs of zod schemas on a real Kubernetes', () => {
  let cluster: RealCluster;
  let transport: Transport;
  let create: (
    plural: string,
    object: object,
    query?: string,
  ) => Promise<{ readonly status: number; readonly body: unknown }>;

  before(async () => {
    cluster = await RealCluster.start({ controllerManager: false });
    const access = fromKubeconfig(await readFile(cluster.kubeconfig, 'utf8'), systemClock);
    transport = connect(access);
    create = async (plural, object, query = '') => {
      const { status, body } = await transport.send({
        method: 'POST',
        path: `/apis/fields.example.io/v1/namespaces/default/${plural}${query}`,
        headers: { 'content-type': 'application/json', ...(await access.credentials.headers()) },
        body: JSON.stringify({ apiVersion: 'fields.example.io/v1', ...object }),
      });
      return { status, body: JSON.parse(await body.text()) as unknown };
    };
  });
  after(async () => {
    await transport.close();
    await cluster.stop();
  });

  it('are accepted, and judge each value as zod does', async () => {
    const fields = Object.entries(FIELDS);
    const spec = z.object(Object.fromEntries(fields.map(([name, { schema }]) => [name, schema.optional()])));
    const kubectl = kubectlFor(cluster.kubeconfig);
    kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], JSON.stringify(crdOf(names, { spec })));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const judge = async (name: string, value: unknown): Promise<boolean> => {
      const field = { kind: 'Field', metadata: { generateName: 'a-' }, spec: { [name]: value } };
      const { status, body } = await create('fields', field, '?dryRun=All&fieldValidation=Strict');
      assert.ok([201, 400, 422].includes(status), JSON.stringify(body));
      return status === 201;
    };
    const wrong: string[] = [];
    let judged = 0;
    for (const [name, { valid, invalid }] of fields) {
      for (const [values, expected] of [
        [valid, true],
        [invalid, false],
      ] as const) {
        for (const value of values) {
          judged += 1;
          if ((await judge(name, value)) !== expected)
            wrong.push(`${name}: ${JSON.stringify(value)} is ${expected ? 'refused' : 'accepted'}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(judged > 200);
  });

  it('judge objects of many specs as zod does, and make of them what zod makes', async function () {
    this.timeout(Number(process.env['SCHEMA_OBJECTS'] ?? 0) > 100 ? 900_000 : 120_000);
    const kubectl = kubectlFor(cluster.kubeconfig);
    const documents = definitions().map((crd) => JSON.stringify(crd));
    kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], documents.join('\n---\n'));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
    const client = new HttpClient(await readFile(cluster.kubeconfig, 'utf8'));
    try {
      await assertAgreement(client, 16, 'npm run test:real -- test/real/schemas.test.ts');
    } finally {
      await client.close();
    }
  });

  it('have defaults that the server fills in as zod does', async () => {
    const spec = z.object(Object.fromEntries(Object.entries(DEFAULTS).map(([name, { schema }]) => [name, schema])));
    const defaults = { ...names, kind: 'Default', plural: 'defaults' };
    const kubectl = kubectlFor(cluster.kubeconfig);
    kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], JSON.stringify(crdOf(defaults, { spec })));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const { body } = await create('defaults', { kind: 'Default', metadata: { name: 'a' } });
    const expected = Object.fromEntries(Object.entries(DEFAULTS).map(([name, { becomes }]) => [name, becomes]));
    assert.deepEqual((body as { readonly spec?: unknown }).spec, expected);
  });
});
