import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../clock.ts';
import { loadConfig } from '../config/load.ts';
import { checkSettings } from '../config/settings.ts';
import { AutopilotError, errors, messageOf } from '../errors.ts';
import { findCluster } from '../kube/kubeconfig.ts';
import type { OperatorDefinition } from '../operator.ts';
import { planOf } from '../plan.ts';
import { takeInstead } from '../played.ts';
import { isMap } from './json.ts';
import { play } from './play.ts';
import type { DiffStep } from './report.ts';

/**
 * The process in which `ap diff` plays a project's operator: started in the project's folder, with what is asked as JSON in the first argument
 * and a channel for messages to whoever asked. An entry of its own, which a runtime that does not know how to hold back writes does not
 * have. It ends by itself, also when the channel does.
 */
export interface DiffRequest {
  /** Of the kubeconfig; absent: its current one. */
  readonly context?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly follow: boolean;
}

/** What it tells. `end`, or `error`, is the last. */
export type DiffMessage =
  | { readonly type: 'begin'; readonly server: string; readonly kind: string; readonly apiVersion: string }
  | { readonly type: 'step'; readonly step: DiffStep }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

const MAIN = 'src/main.ts';
const OPERATOR = 'src/operator.ts';
const CONFIG = 'autopilot-operator.yaml';

process.once('disconnect', () => process.exit(1));
try {
  await main(requestIn(process.argv[2] ?? '{}'));
  await tell({ type: 'end' });
} catch (error) {
  const code = error instanceof AutopilotError ? error.code : 'ERR_AP_DIFF';
  await tell({ type: 'error', code, message: messageOf(error) });
}
process.disconnect();
// Whatever the project's own code has left running.
process.exit();

async function main({ context, namespace, name, follow }: DiffRequest): Promise<void> {
  const operator = (await startedBy(process.cwd())) ?? (await loadOperator());
  const plan = planOf(operator);
  const file = process.env['AUTOPILOT_CONFIG'] ?? CONFIG;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (file === CONFIG && isMap(error) && error['code'] === 'ENOENT') return undefined;
    throw errors.config(file, [messageOf(error)]);
  });
  const config = loadConfig(text, file, process.env);
  const access = findCluster(process.env, systemClock, context);
  await tell({
    type: 'begin',
    server: access.server,
    kind: plan.resource.kind,
    apiVersion: `${plan.resource.group}/${plan.resource.version}`,
  });
  await play({
    plan,
    access,
    config,
    settings: checkSettings(operator.config, config.config, file),
    env: process.env,
    clock: systemClock,
    namespace,
    name,
    follow,
    tell: (step) => void tell({ type: 'step', step }),
  });
}

/**
 * What src/main.ts would run: it may add to what was generated, reconcilers for one. Undefined where it runs nothing as it is loaded, or by another
 * copy of the runtime, which would not hold back what it writes: that is not loaded.
 */
async function startedBy(folder: string): Promise<OperatorDefinition | undefined> {
  const path = join(folder, MAIN);
  if (!existsSync(path) || !isOfThisRuntime(path)) return undefined;
  const taken: OperatorDefinition[] = [];
  takeInstead((operator) => taken.push(operator));
  await load(MAIN);
  return taken[0];
}

function isOfThisRuntime(path: string): boolean {
  try {
    return pathToFileURL(createRequire(path).resolve('autopilot-runtime/diff')).href === import.meta.url;
  } catch {
    return false;
  }
}

async function loadOperator(): Promise<OperatorDefinition> {
  takeInstead(() => undefined);
  const module = await load(OPERATOR);
  const operator: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'operator') : undefined;
  if (!isDefinition(operator)) throw errors.definition(OPERATOR, ['it exports no `operator`.']);
  return operator;
}

/** A module of the project, which runs in its folder. */
async function load(file: string): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(join(process.cwd(), file)).href);
    return module;
  } catch (error) {
    throw error instanceof AutopilotError ? error : errors.diffUnloadable(file, error);
  }
}

function isDefinition(value: unknown): value is OperatorDefinition {
  return isMap(value) && typeof value['name'] === 'string' && isMap(value['resource']);
}

function requestIn(text: string): DiffRequest {
  const value: unknown = JSON.parse(text);
  const { context, namespace, name, follow } = isMap(value) ? value : {};
  return {
    ...(typeof context === 'string' && { context }),
    ...(typeof namespace === 'string' && { namespace }),
    ...(typeof name === 'string' && { name }),
    follow: follow === true,
  };
}

/** Resolves once it is on its way: a process that ends before loses it. */
function tell(message: DiffMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!process.send) reject(new Error('there is no channel: `ap diff` starts this process'));
    else process.send(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });
}
