/**
 * Has the expressions of `corpus-expressions.ts` judged by a real server and here, and tells where they differ.
 *   node test/fidelity/compare-expressions.ts KUBECONFIG [file to record to]
 */
import { listAt, stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { definitionOf, EXPRESSIONS, judgeHere, settled, VALUES, type Verdict } from './expressions.ts';
import { RealServer } from './real-server.ts';
import { writeRecording } from './recordings.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** As many rules as one definition may have by what they cost. */
const TOGETHER = 25;
/** A server takes a second to serve a definition, in which others can be judged. */
const AT_ONCE = 6;

const [kubeconfig = '', file] = process.argv.slice(2);
const server = await RealServer.fromKubeconfig(kubeconfig);
const verdicts = new Map<string, Verdict>();

for (const expression of EXPRESSIONS) {
  const answer = await server.send('POST', `${DEFINITIONS}?dryRun=All`, definitionOf([expression], 'ones'));
  if (answer.code !== 201) verdicts.set(expression, { expression, problems: causesOf(answer.body), results: [] });
}
const sound = EXPRESSIONS.filter((expression) => !verdicts.has(expression));
/** What ends all evaluations of a request is judged by itself. */
const ending = sound.filter((expression) => /range\(\d{5}/.test(expression));
const others = sound.filter((expression) => !ending.includes(expression));
const groups = [...ending.map((expression) => [expression]), ...inGroups(others)].entries();
await Promise.all(Array.from({ length: AT_ONCE }, judgeAll));

let different = 0;
for (const expression of EXPRESSIONS) {
  const [there, here] = [verdicts.get(expression), judgeHere(expression)];
  if (JSON.stringify(there) === JSON.stringify(here)) continue;
  different++;
  console.log(`${expression}\n  there ${JSON.stringify(there)}\n  here  ${JSON.stringify(here)}`);
}
console.log(`${verdicts.size} expressions, ${different} of them differ`);
if (file !== undefined)
  await writeRecording(
    file,
    await server.version(),
    EXPRESSIONS.map((expression) => verdicts.get(expression)),
  );

function inGroups(all: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(all.length / TOGETHER) }, (_, index) =>
    all.slice(index * TOGETHER, (index + 1) * TOGETHER),
  );
}

async function judgeAll(): Promise<void> {
  for (const [index, group] of groups) await judge(group, `many${index}`);
}

async function judge(expressions: readonly string[], plural: string): Promise<void> {
  const path = `/apis/expressions.example.com/v1/namespaces/default/${plural}`;
  const made = await server.send('POST', DEFINITIONS, definitionOf(expressions, plural));
  if (made.code !== 201) throw new Error(JSON.stringify(made.body));
  await until(async () => (await server.send('GET', path)).code === 200);
  const results: string[][][] = expressions.map(() => []);
  for (const value of VALUES) {
    const spec = Object.fromEntries(expressions.map((_, index) => [`c${index}`, value]));
    const object = { apiVersion: 'expressions.example.com/v1', kind: nameOf(plural), metadata: { name: 'a' }, spec };
    const { body } = await server.send('POST', `${path}?dryRun=All`, object);
    const causes = causesOf(body);
    results.forEach((result, index) => {
      const own = causes.filter((cause) => cause.startsWith(`spec.c${index}:`) || cause.startsWith(`spec.c${index}.`));
      result.push(own.map((cause) => cause.replace(`spec.c${index}`, 'spec.c0')));
    });
  }
  expressions.forEach((expression, index) => {
    verdicts.set(expression, { expression, problems: [], results: results[index] ?? [] });
  });
  await server.send('DELETE', `${DEFINITIONS}/${plural}.expressions.example.com`);
}

function nameOf(plural: string): string {
  return plural.replace(/^./, (letter) => letter.toUpperCase());
}

function causesOf(body: JsonObject): string[] {
  return listAt(body, 'details', 'causes').map((cause) =>
    settled(`${stringAt(cause, 'field')}: ${stringAt(cause, 'message')}`),
  );
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to be');
}
