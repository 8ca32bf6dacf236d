/**
 * Creates the objects of the corpus on a real server (as a dry run) and here, and tells where they differ.
 *   node test/fidelity/compare-built-in.ts KUBECONFIG [file to record to]
 */
import { writeFile } from 'node:fs/promises';
import { stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { comparableBuiltin, createHere } from './built-in.ts';
import { ACCEPTED } from './corpus.ts';
import { REFUSED } from './corpus-refused.ts';
import { differencesOf } from './differences.ts';
import { RealServer } from './real-server.ts';
import type { Outcome } from './steps.ts';

const [kubeconfig = '', file] = process.argv.slice(2);
const server = await RealServer.fromKubeconfig(kubeconfig);
const recorded: { object: JsonObject; now: string; outcome: Outcome }[] = [];
let different = 0;
for (const { path, object } of [...ACCEPTED, ...REFUSED]) {
  const answer = await server.send('POST', `${path}?dryRun=All&fieldManager=me`, object);
  const theirs: Outcome =
    answer.code < 300
      ? { code: answer.code, object: comparableBuiltin(answer.body) }
      : { code: answer.code, message: stringAt(answer.body, 'message') };
  const ours = createHere(object, 'me', answer.time);
  recorded.push({ object, now: answer.time, outcome: theirs });
  const found = differencesOf(normalise(ours), normalise(theirs));
  if (found.length === 0) continue;
  different++;
  console.log(`${JSON.stringify(object).slice(0, 300)}\n${found.map((line) => `  ${line}`).join('\n')}`);
}
console.log(`${recorded.length} objects, ${different} of them differ`);
if (file !== undefined) {
  await writeFile(file, `${JSON.stringify({ server: await server.version(), objects: recorded })}\n`);
}

/** The times are the test's own business; errors that Go finds walking a map come in any order. */
function normalise(outcome: Outcome): unknown {
  const text = JSON.stringify(outcome).replaceAll(/"time":"[^"]*"/g, '"time":""');
  const parsed: unknown = JSON.parse(text);
  if (outcome.message === undefined) return parsed;
  return { code: outcome.code, message: outcome.message.split(/, (?=[a-zA-Z.]+[\w.[\]/-]*: )/).sort() };
}
