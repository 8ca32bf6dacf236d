/**
 * Updates the objects of the corpus on a real server (as a dry run) and here, and tells where they differ.
 *   node test/fidelity/compare-updates.ts KUBECONFIG [file to record to]
 * The server needs no controllers: they would write too.
 */
import { applyMergePatch } from '../../devcluster/patch/merge-patch.ts';
import { stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { comparableBuiltin, updateHere } from './built-in.ts';
import { UPDATES } from './corpus-updates.ts';
import { differencesOf } from './differences.ts';
import { actedAt, MERGE_PATCH, RealServer } from './real-server.ts';
import { settledOutcome, UUID, writeRecording } from './recordings.ts';
import type { Outcome } from './steps.ts';

const [kubeconfig = '', file] = process.argv.slice(2);
const server = await RealServer.fromKubeconfig(kubeconfig);
const recorded: { object: JsonObject; change: JsonObject; created: string; now: string; outcome: Outcome }[] = [];
let different = 0;
for (const { path, object, changes } of UPDATES) {
  await server.send('DELETE', `${path}/sample?gracePeriodSeconds=0`);
  await server.send('PATCH', `${path}/sample`, { metadata: { finalizers: null } }, MERGE_PATCH);
  const stored = await server.send('POST', `${path}?fieldManager=me`, object);
  if (stored.code !== 201) throw new Error(`${path}: ${stringAt(stored.body, 'message')}`);
  const created = actedAt(stored);
  for (const change of changes) {
    const wanted = applyMergePatch(stored.body, change);
    const answer = await server.send('PUT', `${path}/sample?dryRun=All&fieldManager=me`, wanted);
    const message = stringAt(answer.body, 'message').replaceAll(UUID, 'UID');
    const outcome: Outcome =
      answer.code < 300
        ? { code: answer.code, object: comparableBuiltin(answer.body) }
        : { code: answer.code, message };
    const now = actedAt(answer);
    recorded.push({ object, change, created, now, outcome });
    const ours = updateHere(object, change, 'me', created, now);
    const found = differencesOf(settledOutcome(ours), settledOutcome(outcome));
    if (found.length === 0) continue;
    different++;
    const what = `${stringAt(object, 'kind')} ${JSON.stringify(change)}`;
    console.log(`${what}\n${found.map((line) => `  ${line}`).join('\n')}`);
  }
  await server.send('DELETE', `${path}/sample?gracePeriodSeconds=0`);
  await server.send('PATCH', `${path}/sample`, { metadata: { finalizers: null } }, MERGE_PATCH);
}
console.log(`${recorded.length} updates, ${different} of them differ`);
if (file !== undefined) await writeRecording(file, await server.version(), recorded);
