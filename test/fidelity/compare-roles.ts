/**
 * Makes random roles and bindings on a real server and here, asks both who may do what, and who may make which roles, and tells
 * where they differ.
 *   node test/fidelity/compare-roles.ts KUBECONFIG [worlds [first seed [file to record to]]]
 */
import { readFile } from 'node:fs/promises';
import { startCluster } from '../../devcluster/devcluster.ts';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { stringAt } from '../../devcluster/schema/json.ts';
import { askRoles, forgetRoles } from './ask-roles.ts';
import { Random } from './random.ts';
import { randomRbacWorld } from './random-roles.ts';
import { writeRecording } from './recordings.ts';

const [kubeconfig = '', count = '20', first = '1', file] = process.argv.slice(2);
const real = new HttpClient(await readFile(kubeconfig, 'utf8'));
const cluster = await startCluster({ crds: [] });
const here = new HttpClient(cluster.kubeconfig);
const recorded: { seed: number; answers: readonly string[] }[] = [];
let [asked, different] = [0, 0];
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const world = randomRbacWorld(new Random(seed), seed);
  const [theirs, ours] = [await askRoles(real, world), await askRoles(here, world)];
  await forgetRoles(real, world);
  recorded.push({ seed, answers: theirs });
  for (const [index, answer] of theirs.entries()) {
    asked++;
    if (ours[index] === answer) continue;
    different++;
    const question = world.questions[index] ?? world.attempts[index - world.questions.length];
    console.log(`${seed}: ${JSON.stringify(question)}\n  real ${answer}\n  here ${ours[index]}`);
  }
}
const version = stringAt((await real.send('GET', '/version')).value, 'gitVersion');
console.log(`${asked} questions, ${different} answered in another way`);
await Promise.all([real.close(), here.close(), cluster.stop()]);
if (file !== undefined) await writeRecording(file, version, recorded);
