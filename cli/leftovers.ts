import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { kubectlFailed } from '../generators/errors.ts';
import { ProjectError } from '../project/errors.ts';
import { leftObjects, type FoundObject, type Leftover, type LeftObject } from '../project/leftovers/leftovers.ts';

/**
 * What former versions of a project have left behind in a kind, and how to remove it, as lines for a person. With the name of a context
 * the cluster is asked (by kubectl, or what KUBECTL names), and the objects are named; [] where there are none.
 *
 * @throws {ProjectError} ERR_AP_KUBECTL where the cluster cannot be asked.
 */
export async function tellLeftover(leftover: Leftover, context: string | undefined): Promise<readonly string[]> {
  const { use, type, phases, operatorGroup } = leftover;
  // In the version that the server prefers: the one of then may be gone.
  const resource = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
  const get = ['get', resource, ...(type.namespaced ? ['-A'] : [])];
  const query = use === 'outputs' ? [...get, '-l', `${operatorGroup}/owner`] : [...get, '--show-managed-fields'];
  const who = `${phases.length > 1 ? 'phases' : 'phase'} ${phases.join(', ')}`;
  const what =
    use === 'outputs'
      ? `${type.kind}: no longer an output of ${who}, so that nobody changes or deletes what it made.`
      : `${type.kind}: no longer patched by ${who}, so that nobody gives up what it set.`;
  if (context === undefined) {
    const how = `\`ap validate --context <name>\` asks a cluster and says how to remove it; or look yourself: kubectl ${query.join(' ')}`;
    return [`${what} ${how}`];
  }
  const objects = leftObjects(leftover, await objectsOf(['--context', context, ...query, '-o', 'json']));
  if (objects.length === 0) return [];
  const commands = objects.map((object) => `    ${removal(leftover, resource, context, object)}`);
  return [`${what} Left are ${objects.length}; remove them, where you do not need them any more, with`, ...commands];
}

function removal({ use, type }: Leftover, resource: string, context: string, object: LeftObject): string {
  const { apiVersion, name, namespace, manager = '' } = object;
  const at = namespace === undefined ? '' : ` -n ${namespace}`;
  if (use === 'outputs') return `kubectl --context ${context} delete ${resource} ${name}${at}`;
  // An apply of nothing gives up all that the manager held.
  const body = JSON.stringify({
    apiVersion,
    kind: type.kind,
    metadata: { name, namespace },
  });
  return `echo '${body}' | kubectl --context ${context} apply --server-side --field-manager=${manager} -f -`;
}

async function objectsOf(words: readonly string[]): Promise<readonly FoundObject[]> {
  const program = process.env['KUBECTL'] || 'kubectl';
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  try {
    await once(child, 'close');
  } catch (error) {
    throw new ProjectError([kubectlFailed(program, words, String(error))]);
  }
  // The kind itself may be gone by now, and all its objects with it.
  if (child.exitCode !== 0 && /the server doesn't have a resource type/.test(err)) return [];
  if (child.exitCode !== 0) throw new ProjectError([kubectlFailed(program, words, err.trim())]);
  const list: unknown = JSON.parse(out);
  return isList(list) ? list.items : [];
}

function isList(value: unknown): value is { readonly items: readonly FoundObject[] } {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}
