/**
 * Has the specs of `constraints.ts` judged by a real server and here, and tells where they differ.
 *   node test/fidelity/compare-constraints.ts KUBECONFIG [file to record to]
 */
import { isObject, stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { JUDGED, LAX_DEFINITION, RATCHETED, sample, STRICT_DEFINITION, validateHere } from './constraints.ts';
import { differencesOf } from './differences.ts';
import { MERGE_PATCH, RealServer, type Answer } from './real-server.ts';
import { settledOutcome, writeRecording } from './recordings.ts';
import type { Outcome } from './steps.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAME = 'limits.constraints.example.com';
const COLLECTION = '/apis/constraints.example.com/v1/namespaces/default/limits';

const [kubeconfig = '', file] = process.argv.slice(2);
const server = await RealServer.fromKubeconfig(kubeconfig);
const recorded: { spec: unknown; old: JsonObject | undefined; outcome: Outcome }[] = [];
let different = 0;

await server.send('DELETE', `${DEFINITIONS}/${NAME}`);
await until(async () => (await server.send('GET', `${DEFINITIONS}/${NAME}`)).code === 404);
await server.send('POST', DEFINITIONS, LAX_DEFINITION);
await until(async () => (await server.send('GET', COLLECTION)).code === 200);
for (const [index, { old }] of RATCHETED.entries()) {
  await server.send('POST', COLLECTION, { ...sample(old), metadata: { name: `sample-${index}` } });
}
await server.send('PATCH', `${DEFINITIONS}/${NAME}`, { spec: STRICT_DEFINITION['spec'] }, MERGE_PATCH);
const probe = sample({ text: 5 });
await until(async () => (await server.send('POST', `${COLLECTION}?dryRun=All`, probe)).code === 422);

for (const { spec, old } of JUDGED) {
  if (old === undefined) {
    compare(spec, old, await server.send('POST', `${COLLECTION}?dryRun=All`, sample(spec)));
    continue;
  }
  const path = `${COLLECTION}/sample-${RATCHETED.findIndex((one) => one.old === old)}`;
  const live = await server.send('GET', path);
  compare(spec, old, await server.send('PUT', `${path}?dryRun=All`, { ...live.body, spec }));
}
console.log(`${recorded.length} specs, ${different} of them differ`);
if (file !== undefined) await writeRecording(file, await server.version(), recorded);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to be');
}

function compare(spec: unknown, old: JsonObject | undefined, answer: Answer): void {
  const message = stringAt(answer.body, 'message').replace(/"sample-\d"/, '"sample"');
  const outcome: Outcome =
    answer.code < 300 ? { code: answer.code, object: { spec: answer.body['spec'] } } : { code: answer.code, message };
  recorded.push({ spec, old, outcome });
  const found = differencesOf(settledOutcome(validateHere(spec, old)), settledOutcome(outcome));
  if (found.length === 0) return;
  different++;
  const told = isObject(old) ? ` after ${JSON.stringify(old)}` : '';
  console.log(`${JSON.stringify(spec)}${told}\n${found.map((line) => `  ${line}`).join('\n')}`);
}
