/** What a real API server made of random schemas and objects, recorded by `compare-schemas.ts`: the embedded cluster makes the same. */
import assert from 'node:assert/strict';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { startCluster, type Cluster } from '../../devcluster/devcluster.ts';
import { isObject, listAt } from '../../devcluster/schema/json.ts';
import { judge } from './judge-schemas.ts';
import { randomSample } from './random-schemas.ts';
import { readRecording } from './recordings.ts';

const { server, lines } = await readRecording(new URL('recorded/schemas.jsonl', import.meta.url));

describe(`random schemas and objects, as a real server judges them (recorded on ${server})`, () => {
  let cluster: Cluster;
  let client: HttpClient;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    client = new HttpClient(cluster.kubeconfig);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  for (const line of lines) {
    const seed = Number(isObject(line) ? line['seed'] : undefined);
    it(`seed ${seed}`, async () => {
      const judgements = await judge(client, randomSample(seed));
      assert.deepEqual(JSON.parse(JSON.stringify(judgements)), listAt(line, 'judgements'));
    });
  }
});
