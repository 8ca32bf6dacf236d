/**
 * Creates the objects of the corpus on a real server (as a dry run) and here, and tells where they differ.
 *   node test/fidelity/compare-built-in.ts KUBECONFIG [file to record to]
 */
import { stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { comparableBuiltin, createHere } from './built-in.ts';
import { ACCEPTED } from './corpus.ts';
import { DEFINITIONS } from './corpus-definitions.ts';
import { EVENT_CORPUS } from './corpus-events.ts';
import { REFUSED } from './corpus-refused.ts';
import { differencesOf } from './differences.ts';
import { actedAt, RealServer } from './real-server.ts';
import { settledOutcome, UUID, writeRecording } from './recordings.ts';
import type { Outcome } from './steps.ts';

const [kubeconfig = '', file] = process.argv.slice(2);
const server = await RealServer.fromKubeconfig(kubeconfig);
const recorded: { object: JsonObject; now: string; outcome: Outcome }[] = [];
let different = 0;
for (const { path, object } of [...ACCEPTED, ...REFUSED, ...DEFINITIONS, ...EVENT_CORPUS]) {
  const answer = await server.send('POST', `${path}?dryRun=All&fieldManager=me`, object);
  const told = stringAt(answer.body, 'message').replaceAll(UUID, 'UID');
  const theirs: Outcome =
    answer.code < 300
      ? { code: answer.code, object: comparableBuiltin(answer.body) }
      : { code: answer.code, message: told };
  const now = actedAt(answer);
  const ours = createHere(object, 'me', now);
  recorded.push({ object, now, outcome: theirs });
  const found = differencesOf(settledOutcome(ours), settledOutcome(theirs));
  if (found.length === 0) continue;
  different++;
  console.log(`${JSON.stringify(object).slice(0, 300)}\n${found.map((line) => `  ${line}`).join('\n')}`);
}
console.log(`${recorded.length} objects, ${different} of them differ`);
if (file !== undefined) await writeRecording(file, await server.version(), recorded);
