import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { ProjectError } from '../../project/errors.ts';
import { at, listAt } from '../cluster/fields.ts';
import { identityOf, isManifest, nameOf, type Manifest } from './manifest.ts';
import { noKubectl, noManifests, notAnObject, notRendered, twice } from './errors.ts';

const run = promisify(execFile);
/** Manifests with a few CRDs are some hundred KB. */
const LARGEST = 64 * 1024 * 1024;

/**
 * The objects that a kustomization makes, as the user has edited it: `kubectl kustomize`, by the kubectl that `KUBECTL` names or that is on
 * the PATH. `project` and `folder` (`deploy/overlays/cluster`) say where.
 *
 * @throws ProjectError ERR_AP_NO_MANIFESTS, ERR_AP_KUBECTL, ERR_AP_KUSTOMIZE, ERR_AP_MANIFEST
 */
export async function renderManifests(
  project: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly Manifest[]> {
  const path = join(project, folder);
  if (!existsSync(join(path, 'kustomization.yaml'))) throw new ProjectError([noManifests(folder)]);
  const text = await kustomize(path, relative(project, path), env);
  const objects = loadAll(text, { schema: CORE_SCHEMA })
    .filter((document) => document !== null && document !== undefined)
    .flatMap((document) => (at(document, 'kind') === 'List' ? listAt(document, 'items') : [document]));
  const wrong = objects.findIndex((object) => !isManifest(object));
  if (wrong >= 0) throw new ProjectError([notAnObject(folder, wrong + 1)]);
  const manifests = objects.filter((object) => isManifest(object));
  refuseDuplicates(manifests);
  return manifests;
}

function refuseDuplicates(manifests: readonly Manifest[]): void {
  const seen = new Set<string>();
  for (const manifest of manifests) {
    if (seen.has(identityOf(manifest))) throw new ProjectError([twice(nameOf(manifest))]);
    seen.add(identityOf(manifest));
  }
}

async function kustomize(path: string, shown: string, env: NodeJS.ProcessEnv): Promise<string> {
  const program = env['KUBECTL'] || 'kubectl';
  try {
    const { stdout } = await run(program, ['kustomize', path], { env, maxBuffer: LARGEST });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT' || code === 'EACCES') throw new ProjectError([noKubectl(program)]);
    const reason = (stderr ?? String(error)).trim().replace(/^error: /i, '');
    throw new ProjectError([notRendered(shown, reason.replace(/\.$/, ''))]);
  }
}
