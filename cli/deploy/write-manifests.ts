import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProjectError } from '../../project/errors.ts';
import { toYaml } from '../../project/manifests/yaml.ts';
import { foreignFile } from './errors.ts';
import { groupOf, type Manifest } from './manifest.ts';
import { inOrder } from './order.ts';

/** By its first line a file is known to be ours. */
const HEADER = 'Written by `ap deploy --output-dir`: edit deploy/, and write it again.';

/** All manifests in one text, in the order in which they are applied. */
export function manifestText(manifests: readonly Manifest[]): string {
  return inOrder(manifests)
    .map((manifest) => `---\n${toYaml(manifest)}`)
    .join('');
}

/**
 * Writes each manifest to a file of its own in a folder, and removes the files that a former call has written and this one does not. Returns
 * the names.
 *
 * @throws ProjectError ERR_AP_NOT_OURS before anything is written, where a file is somebody else's.
 */
export async function writeManifests(folder: string, manifests: readonly Manifest[]): Promise<readonly string[]> {
  const files = new Map(
    inOrder(manifests).map((manifest) => [fileNameOf(manifest), toYaml(manifest, { header: HEADER })]),
  );
  await mkdir(folder, { recursive: true });
  const there = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  const ours = new Set<string>();
  for (const name of there)
    if ((await readFile(join(folder, name), 'utf8')).startsWith(`# ${HEADER}\n`)) ours.add(name);
  const foreign = there.filter((name) => files.has(name) && !ours.has(name));
  if (foreign.length > 0) throw new ProjectError(foreign.map((name) => foreignFile(join(folder, name))));
  for (const [name, text] of files) {
    // A file that was cut off would be nobody's.
    await writeFile(join(folder, `.${name}.tmp`), text);
    await rename(join(folder, `.${name}.tmp`), join(folder, name));
  }
  for (const name of ours) if (!files.has(name)) await rm(join(folder, name));
  return [...files.keys()];
}

/** `deployment_autoroute-operator.yaml`; with its group and namespace where the kind is not one of Kubernetes' own or another is. */
function fileNameOf(manifest: Manifest): string {
  const { name, namespace } = manifest.metadata;
  const group = groupOf(manifest);
  const kind = `${manifest.kind.toLowerCase()}${group.endsWith('.k8s.io') || !group.includes('.') ? '' : `.${group}`}`;
  const at = namespace === undefined ? '' : `${namespace}_`;
  return `${kind}_${at}${name}.yaml`.replaceAll(/[^a-z0-9._-]/g, '-');
}
