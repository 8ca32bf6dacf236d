/**
 * Sends random requests to a real server and to the functions of this package, and tells where they differ.
 *   node test/fidelity/compare-sequences.ts KUBECONFIG KIND [first seed] [number of seeds] [steps of each] [file to record to]
 * KIND: one of `targets.ts`. The server needs no controllers: they would write too.
 */
import { stringAt } from '../../devcluster/schema/json.ts';
import { applyMergePatch } from '../../devcluster/patch/merge-patch.ts';
import { differencesOf } from './differences.ts';
import { Random } from './random.ts';
import { randomStep } from './random-steps.ts';
import {
  actedAt,
  APPLY_PATCH,
  JSON_PATCH,
  MERGE_PATCH,
  RealServer,
  STRATEGIC_PATCH,
  type Answer,
} from './real-server.ts';
import { settledOutcome, writeRecording } from './recordings.ts';
import type { Outcome, RecordedStep, Step } from './steps.ts';
import { TARGETS } from './targets.ts';

const [kubeconfig = '', name = '', first = '1', count = '20', length = '25', file] = process.argv.slice(2);
const target = TARGETS.get(name);
if (target === undefined) throw new Error(`KIND must be one of ${[...TARGETS.keys()].join(', ')}`);
const { collection, generator, comparable, store: newStore } = target;
const server = await RealServer.fromKubeconfig(kubeconfig);
await target.install?.(server);
const sequences: RecordedStep[][] = [];
let differences = 0;
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  sequences.push(await runSequence(seed, Number(length)));
}
await clear();
console.log(`${count} sequences of ${length} steps, ${differences} of them differ`);
if (file !== undefined) await writeRecording(file, await server.version(), sequences);

async function runSequence(seed: number, steps: number): Promise<RecordedStep[]> {
  const random = new Random(seed);
  const store = newStore();
  const recorded: RecordedStep[] = [];
  await clear();
  for (let index = 0; index < steps; index++) {
    const step = randomStep(random, generator, store.stored !== undefined);
    const answer = await sendStep(step).catch(asError);
    if (answer instanceof Error) {
      console.log(`seed ${seed} step ${index}: the server gave up: ${answer.message}`);
      break;
    }
    const outcome = outcomeOf(answer);
    const now = actedAt(answer);
    const before = store.stored;
    const ours = store.step(step, now);
    recorded.push({ step, now, outcome });
    const found = differencesOf(settledOutcome(ours), settledOutcome(outcome));
    if (found.length > 0) {
      differences++;
      console.log(`seed ${seed} step ${index}: ${JSON.stringify(step)}\nbefore: ${JSON.stringify(before)}`);
      console.log(found.map((line) => `  ${line}`).join('\n'));
      break;
    }
  }
  return recorded;
}

async function clear(): Promise<void> {
  await server.send('PATCH', `${collection}/sample`, { metadata: { finalizers: null } }, MERGE_PATCH);
  await server.send('DELETE', `${collection}/sample`);
}

async function sendStep({ verb, manager, force, subresource, body }: Step): Promise<Answer> {
  const path = `${collection}/sample${subresource === '' ? '' : `/${subresource}`}`;
  const query = `?fieldManager=${manager}`;
  switch (verb) {
    case 'create':
      return server.send('POST', `${collection}${query}`, body);
    case 'delete': {
      await clear();
      return { code: 200, body: {}, time: '', warnings: [] };
    }
    case 'update': {
      const live = await server.send('GET', path);
      return server.send('PUT', `${path}${query}`, applyMergePatch(live.body, body));
    }
    case 'json':
      return server.send('PATCH', `${path}${query}`, body, JSON_PATCH);
    case 'apply':
      return server.send('PATCH', `${path}${query}&force=${force}`, body, APPLY_PATCH);
    case 'strategic':
      return server.send('PATCH', `${path}${query}`, body, STRATEGIC_PATCH);
    case 'merge':
      return server.send('PATCH', `${path}${query}`, body, MERGE_PATCH);
  }
}

function outcomeOf({ code, body }: Answer): Outcome {
  if (code >= 300) return { code, message: stringAt(body, 'message') };
  return stringAt(body, 'kind') === generator.kind ? { code, object: comparable(body) } : { code };
}

/** A real server may panic, and drop the connection. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
