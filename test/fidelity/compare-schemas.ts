/**
 * Has random schemas and objects judged by a real server and by the embedded cluster, and tells where they differ.
 *   node test/fidelity/compare-schemas.ts KUBECONFIG [first seed] [count] [file to record to]
 */
import { readFile } from 'node:fs/promises';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { startCluster } from '../../devcluster/devcluster.ts';
import { stringAt } from '../../devcluster/schema/json.ts';
import { differencesOf } from './differences.ts';
import { judge } from './judge-schemas.ts';
import { randomSample } from './random-schemas.ts';
import { writeRecording } from './recordings.ts';

const [kubeconfig = '', first = '1', count = '50', file] = process.argv.slice(2);
const there = new HttpClient(await readFile(kubeconfig, 'utf8'));
const cluster = await startCluster({ crds: [] });
const here = new HttpClient(cluster.kubeconfig);
const recorded: unknown[] = [];
let different = 0;
let requests = 0;
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const sample = randomSample(seed);
  const [theirs, ours] = [await judge(there, sample), await judge(here, sample)];
  recorded.push({ seed, judgements: theirs });
  requests += theirs.length;
  const found = differencesOf(JSON.parse(JSON.stringify(ours)), JSON.parse(JSON.stringify(theirs)));
  if (found.length === 0) continue;
  different++;
  console.log(`seed ${seed}\n${found.map((line) => `  ${line}`).join('\n')}`);
}
console.log(`${requests} requests about ${count} schemas, ${different} of them differ`);
if (file !== undefined) {
  const { value } = await there.send('GET', '/version');
  await writeRecording(file, stringAt(value, 'gitVersion'), recorded);
}
await Promise.all([there.close(), here.close()]);
await cluster.stop();
