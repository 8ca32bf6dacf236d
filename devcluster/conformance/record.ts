/**
 * Asks a real API server and keeps its answers: `node devcluster/conformance/record.ts KUBECONFIG [SCENARIO…]`.
 * The server needs the controller manager (namespaces, garbage collection), and nobody else who writes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import * as prettier from 'prettier';
import { stringAt } from '../schema/json.ts';
import { runScenario } from './run.ts';
import { scenarios } from './scenarios.ts';
import { readTarget } from './target.ts';

const [kubeconfig, ...names] = process.argv.slice(2);
if (kubeconfig === undefined) {
  console.error('usage: node devcluster/conformance/record.ts KUBECONFIG [SCENARIO…]');
  process.exit(2);
}
const target = readTarget(readFileSync(kubeconfig, 'utf8'));
const dispatcher = new Agent({ connect: { ca: target.ca } });
const version: unknown = await (await request(`${target.url}/version`, { dispatcher })).body.json();
await dispatcher.close();
for (const scenario of scenarios) {
  if (names.length > 0 && !names.includes(scenario.name)) continue;
  const answers = await runScenario(target, scenario);
  const file = new URL(`recorded/${scenario.name}.json`, import.meta.url);
  const text = JSON.stringify({ server: stringAt(version, 'gitVersion'), answers });
  const style = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(text, { ...style, parser: 'json' }));
  console.log(`${scenario.name}: ${answers.length} answers`);
}
