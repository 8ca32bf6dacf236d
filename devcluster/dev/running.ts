import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { answers } from '../http/answers.ts';
import { listAt, stringAt } from '../schema/json.ts';

/** The address of the cluster that a kubeconfig of {@link renderKubeconfig} tells of, where that still answers. */
export async function runningCluster(kubeconfig: string): Promise<string | undefined> {
  const text = await readFile(kubeconfig, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [cluster] = listAt(load(text), 'clusters');
  const server = stringAt(cluster, 'cluster', 'server');
  const ca = Buffer.from(stringAt(cluster, 'cluster', 'certificate-authority-data'), 'base64').toString();
  return (await answers(`${server}/version`, ca)) ? server : undefined;
}
