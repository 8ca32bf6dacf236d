import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { DevclusterError } from '../errors.ts';
import { listAt, stringAt } from '../schema/json.ts';

/** A context of the developer's kubeconfig: which cluster, and as whom. */
export interface KubeContext {
  readonly name: string;
  readonly server: string;
  readonly user: string;
  /** '' where the context names none. */
  readonly namespace: string;
  /** The files that kubeconfig is made of, in their order. */
  readonly files: readonly string[];
}

/**
 * Finds a context as kubectl does: in the files of $KUBECONFIG, of which the first that names a thing wins, else in ~/.kube/config.
 * Throws ERR_AP_DEV_CONTEXT, which names the contexts that there are.
 */
export function findContext(name: string, env: NodeJS.ProcessEnv): KubeContext {
  const named = env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '') ?? [];
  const files = named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
  const documents = files.flatMap(readKubeconfig);
  const where = files.join(', ');
  if (documents.length === 0) throw refused(`There is no kubeconfig: ${where} cannot be found. Set KUBECONFIG to one.`);
  const entry = (list: string, wanted: string): unknown =>
    documents.flatMap((document) => listAt(document, list)).find((each) => stringAt(each, 'name') === wanted);
  const context = entry('contexts', name);
  if (context === undefined) {
    const names = new Set(
      documents.flatMap((document) => listAt(document, 'contexts')).map((each) => stringAt(each, 'name')),
    );
    throw refused(
      `There is no context ${JSON.stringify(name)} in ${where}. There are: ${[...names].join(', ') || 'none'}.`,
    );
  }
  const cluster = stringAt(context, 'context', 'cluster');
  const server = stringAt(entry('clusters', cluster), 'cluster', 'server');
  if (server === '')
    throw refused(
      `The cluster ${JSON.stringify(cluster)} of context ${name} has no server in ${where}. Correct that, or choose another context.`,
    );
  return {
    name,
    server,
    user: stringAt(context, 'context', 'user'),
    namespace: stringAt(context, 'context', 'namespace'),
    files,
  };
}

function readKubeconfig(file: string): unknown[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  try {
    return [load(text, { filename: file })];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refused(`The kubeconfig ${file} is no YAML: ${why}. Correct it, or set KUBECONFIG to another one.`);
  }
}

function refused(message: string): DevclusterError {
  return new DevclusterError('ERR_AP_DEV_CONTEXT', message);
}
