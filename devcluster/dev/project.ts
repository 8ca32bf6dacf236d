import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { DevclusterError } from '../errors.ts';
import { stringAt } from '../schema/json.ts';

/** What the dev loop needs to know of an operator project. */
export interface DevProject {
  /** The folder with autopilot.yaml. */
  readonly folder: string;
  /** Of the top-level kind: `examples.io/v1`, `AutoRoute`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The module that starts the operator, relative to the folder. */
  readonly entry: string;
}

const FILE = 'autopilot.yaml';
const ENTRY = 'src/main.ts';

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

function readProject(folder: string, text: string): DevProject {
  const file = join(folder, FILE);
  let value: unknown;
  try {
    value = load(text);
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
  return { folder, apiVersion, kind, entry: ENTRY };
}
