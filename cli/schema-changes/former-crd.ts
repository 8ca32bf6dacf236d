import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CORE_SCHEMA, load } from 'js-yaml';
import { isCrd } from '../deploy/plan.ts';
import { isManifest } from '../deploy/manifest.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { definitionIn } from '../cluster/definition.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { CommandError } from '../cluster/problems.ts';
import { EXIT } from '../cluster/exit-codes.ts';

const run = promisify(execFile);
/** A definition is some ten KB. */
const LARGEST = 16 * 1024 * 1024;

/** Where the generator writes the definition. */
export const CRD_FILE = 'deploy/base/crd.yaml';

/** A definition that resources may be stored by, and what it is called for people. */
export interface FormerCrd {
  readonly crd: KubernetesObject | undefined;
  readonly from: string;
}

/** That of a revision of git; undefined where it has none there. Throws ERR_AP_REVISION where git knows no such revision. */
export async function crdOfRevision(folder: string, revision: string): Promise<FormerCrd> {
  const from = `${CRD_FILE} of ${revision}`;
  try {
    await run('git', ['rev-parse', '--quiet', '--verify', `${revision}^{commit}`], { cwd: folder });
  } catch (error) {
    throw new CommandError(EXIT.usage, [
      {
        code: 'ERR_AP_REVISION',
        path: '--against',
        message: `There is no revision ${revision} in git here: ${reasonOf(error)}.`,
        remedy: 'Name a commit, a branch or a tag that is there: `git fetch` brings those of others.',
      },
    ]);
  }
  const text = await run('git', ['show', `${revision}:./${CRD_FILE}`], { cwd: folder, maxBuffer: LARGEST }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
  return { crd: text === undefined ? undefined : crdIn(text), from };
}

/** That of the last commit, or, where there is none, that on the disk. */
export async function lastCrd(folder: string): Promise<FormerCrd> {
  const committed = await crdOfRevision(folder, 'HEAD').catch(() => undefined);
  if (committed?.crd) return committed;
  const text = await readFile(join(folder, CRD_FILE), 'utf8').catch(() => undefined);
  return { crd: text === undefined ? undefined : crdIn(text), from: CRD_FILE };
}

/** That of a cluster. Throws ERR_AP_FORBIDDEN where it may not be read. */
export async function crdOfCluster(cluster: Cluster, name: string, signal: AbortSignal): Promise<FormerCrd> {
  const crd = await definitionIn(cluster, name, signal);
  if (crd !== 'forbidden') return { crd, from: `the one on ${cluster.server}` };
  throw new CommandError(EXIT.failed, [
    {
      code: 'ERR_AP_FORBIDDEN',
      message: `You may not read CustomResourceDefinition ${name} on ${cluster.server}.`,
      remedy: 'Have somebody who administers the cluster grant it, or compare with a revision: --against.',
    },
  ]);
}

/** The definition in a manifest; undefined where it cannot be read as one. */
export function crdIn(text: string): KubernetesObject | undefined {
  try {
    const object: unknown = load(text, { schema: CORE_SCHEMA });
    return isManifest(object) && isCrd(object) ? object : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return isMissing ? 'git is not installed' : 'it was not found, or the project is in no repository';
}
