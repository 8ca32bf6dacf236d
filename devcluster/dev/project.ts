import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from 'js-yaml';
import { DevclusterError } from '../errors.ts';
import { isObject, listAt, stringAt } from '../schema/json.ts';

/** What the dev loop needs to know of an operator project. */
export interface DevProject {
  /** The folder with autopilot.yaml. */
  readonly folder: string;
  /** Of the top-level kind: `examples.io/v1`, `AutoRoute`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The API group of the kind. */
  readonly group: string;
  readonly phases: readonly string[];
  /** What phases and finalizer write, by the names that the catalogue has for them. */
  readonly outputs: readonly string[];
  /** The module that starts the operator, relative to the folder. */
  readonly entry: string;
  /** The manifest of the example resource, relative to the folder. */
  readonly example: string;
}

const FILE = 'autopilot.yaml';
const ENTRY = 'src/main.ts';
const RUNTIME = 'autopilot-runtime';

/** The project that a folder belongs to: autopilot.yaml is looked for there, and upward. */
export async function findProject(from: string): Promise<DevProject> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, FILE), 'utf8').catch(() => undefined);
    if (text !== undefined) return readProject(folder, text);
    if (dirname(folder) === folder) break;
  }
  const message = `There is no ${FILE} in ${resolve(from)} or above it. Go to an operator project, or make one: npx yo autopilot.`;
  throw new DevclusterError('ERR_AP_DEV_PROJECT', message);
}

/** Throws ERR_AP_DEV_PROJECT where the text is no autopilot.yaml, with file and line where they are known. */
export function readProject(folder: string, text: string): DevProject {
  const file = join(folder, FILE);
  let value: unknown;
  try {
    value = load(text, { filename: FILE });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DevclusterError('ERR_AP_DEV_PROJECT', `${file} is no YAML: ${why}`, { cause: error });
  }
  const kind = stringAt(value, 'kind');
  const apiVersion = stringAt(value, 'apiVersion');
  if (kind === '' || !apiVersion.includes('/')) {
    const message = `${file} has no kind or no apiVersion of the form group/version: give both, e.g. kind: Example and apiVersion: examples.io/v1.`;
    throw new DevclusterError('ERR_AP_DEV_PROJECT', message);
  }
  const phases = listAt(value, 'phases').filter(isObject);
  const lists = [...phases.map((phase) => listAt(phase, 'outputs')), listAt(value, 'finalizer', 'outputs')];
  return {
    folder,
    apiVersion,
    kind,
    group: apiVersion.slice(0, apiVersion.indexOf('/')),
    phases: phases.map((phase) => stringAt(phase, 'name')),
    outputs: [...new Set(lists.flat().map(parameterName))].filter((name) => name !== ''),
    entry: ENTRY,
    example: join('deploy', `${kind.toLowerCase()}_example.yaml`),
  };
}

/** Outputs are given as a name, or as a mapping with one. */
function parameterName(value: unknown): string {
  return typeof value === 'string' ? value : stringAt(value, 'name');
}

/** Throws ERR_AP_DEV_INCOMPLETE where a project lacks what it takes to run it. */
export function checkComplete({ folder, entry }: DevProject): void {
  if (!existsSync(join(folder, entry))) {
    const message = `${folder} has no ${entry}, which starts the operator: \`ap generate\` (or \`yo autopilot\`) makes what ${FILE} asks for.`;
    throw new DevclusterError('ERR_AP_DEV_INCOMPLETE', message);
  }
  if (isInstalled(folder)) return;
  const message = `The packages of ${folder} are not installed (there is no ${RUNTIME}): run npm install, or what installs them with your package manager.`;
  throw new DevclusterError('ERR_AP_DEV_INCOMPLETE', message);
}

function isInstalled(folder: string): boolean {
  try {
    return findPackageJSON(RUNTIME, pathToFileURL(join(folder, 'package.json'))) !== undefined;
  } catch {
    return false;
  }
}
