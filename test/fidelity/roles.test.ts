/** What a real API server answered of random roles, recorded by `compare-roles.ts`: the embedded cluster answers the same. */
import assert from 'node:assert/strict';
import { startCluster } from '../../devcluster/devcluster.ts';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { SERVER_VERSION } from '../../devcluster/kinds/builtin-definitions.ts';
import { isObject, listAt } from '../../devcluster/schema/json.ts';
import { askRoles } from './ask-roles.ts';
import { Random } from './random.ts';
import { randomRbacWorld } from './random-roles.ts';
import { readRecording } from './recordings.ts';
import type { Cluster } from '../../devcluster/devcluster.ts';

const { server, lines } = await readRecording(new URL('recorded/roles.jsonl', import.meta.url));

describe('who may do what by random roles, as a real server says', () => {
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

  it('was recorded from the server that the kinds come from, with every kind of answer', () => {
    assert.equal(server, SERVER_VERSION);
    const answers = lines.flatMap((line) => listAt(line, 'answers')).filter((answer) => typeof answer === 'string');
    for (const kind of [/^yes$/, /^no$/, /^no .* not found$/, /^201 $/, /^403 /]) {
      assert.ok(answers.filter((answer) => kind.test(answer)).length >= 10, kind.source);
    }
  });

  for (const line of lines) {
    const seed = isObject(line) && typeof line['seed'] === 'number' ? line['seed'] : 0;
    it(`world ${seed}`, async () => {
      const world = randomRbacWorld(new Random(seed), seed);
      const answers = await askRoles(client, world);
      const expected = listAt(line, 'answers');
      assert.equal(expected.length, world.questions.length + world.attempts.length);
      assert.deepEqual(answers, expected);
    });
  }
});
