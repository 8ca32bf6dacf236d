import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startCluster } from '../cluster/start-cluster.ts';
import { DevclusterError } from '../errors.ts';
import { listAt, stringAt } from '../schema/json.ts';
import { keyOf } from '../store/object.ts';
import { runningCluster } from './running.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { DevProject } from './project.ts';
import type { ShownResource } from './operator-message.ts';
import type { DevTarget } from './target.ts';
import type { ApiObject } from '../store/object.ts';

export interface EmbeddedOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Keep the cluster's state in the project, for the next time. */
  readonly keep: boolean;
}

/** Relative to the project. */
export const KUBECONFIG = join('.work', 'kubeconfig');
export const STATE = join('.autopilot', 'dev');

const MANAGER = 'autopilot-dev';

/**
 * Starts an embedded cluster for a project, with the kinds that its folder `crds/` defines. Throws ERR_AP_DEV_RUNNING where there is one
 * already: two would take each other's kubeconfig away.
 */
export async function embeddedTarget(project: DevProject, { port, keep }: EmbeddedOptions): Promise<DevTarget> {
  const { folder } = project;
  const file = join(folder, KUBECONFIG);
  const running = await runningCluster(file);
  if (running !== undefined) {
    const message = `A dev loop of ${folder} is running already, with its cluster at ${running}: use that one, or end it first.`;
    throw new DevclusterError('ERR_AP_DEV_RUNNING', message);
  }
  if (keep) await keepOutOfGit(join(folder, STATE));
  const cluster = await startCluster({ port, ...(keep && { folder: join(folder, STATE) }) });
  try {
    await cluster.installCrdFolder(join(folder, 'crds'));
    await mkdir(dirname(file), { recursive: true });
    const kubeconfig = await cluster.writeKubeconfig(file);
    return {
      cluster,
      kubeconfig,
      env: { KUBECONFIG: kubeconfig },
      async apply(object) {
        return keyOf(await cluster.apply(object, { fieldManager: MANAGER }));
      },
      resources: (current) => shownResources(cluster, current),
      stop: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** It holds tokens and Secrets. A project's own .gitignore may be older than this folder. */
async function keepOutOfGit(state: string): Promise<void> {
  await mkdir(state, { recursive: true, mode: 0o700 });
  await writeFile(join(state, '.gitignore'), '*\n');
}

async function shownResources(cluster: Cluster, project: DevProject): Promise<readonly ShownResource[]> {
  const { apiVersion, kind, group } = project;
  const resources = await cluster.list({ apiVersion, kind, namespace: '' });
  const owned = cluster.select(({ metadata }) => metadata.labels?.[`${group}/owner`] !== undefined);
  const patched = cluster.select(({ metadata }) =>
    Object.keys(metadata.annotations ?? {}).some((name) => name.startsWith(`applied.${group}/`)),
  );
  return resources.map((resource) => {
    const ready = listAt(resource, 'status', 'conditions').find((condition) => stringAt(condition, 'type') === 'Ready');
    return {
      resource: keyOf(resource),
      phase: stringAt(resource, 'status', 'phase'),
      ready: stringAt(ready, 'status'),
      reason: stringAt(ready, 'reason'),
      message: stringAt(ready, 'message'),
      created: resource.metadata.creationTimestamp ?? '',
      outputs: owned
        .filter(({ metadata }) => metadata.labels?.[`${group}/owner`] === resource.metadata.uid)
        .map((object) => ({
          kind: object.kind,
          object: keyOf(object),
          phase: object.metadata.annotations?.[`${group}/phase`] ?? '',
        })),
      patches: patched
        .filter(({ metadata }) =>
          metadata.managedFields?.some((entry) => isPatchOf(stringAt(entry, 'manager'), resource)),
        )
        .map((object) => ({ kind: object.kind, object: keyOf(object) })),
    };
  });
}

/** The runtime's managers of patches are `<operator>/<uid of the resource>/<digest>`. */
function isPatchOf(manager: string, { metadata }: ApiObject): boolean {
  return manager.split('/')[1] === metadata.uid;
}
