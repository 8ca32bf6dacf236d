import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { load } from 'js-yaml';
import { listAt, stringAt } from '../schema/json.ts';

/** Milliseconds until a server on loopback counts as gone. */
const PATIENCE = 1000;

/** The address of the cluster that a kubeconfig of {@link renderKubeconfig} tells of, where that still answers. */
export async function runningCluster(kubeconfig: string): Promise<string | undefined> {
  const text = await readFile(kubeconfig, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [cluster] = listAt(load(text), 'clusters');
  const server = stringAt(cluster, 'cluster', 'server');
  const ca = Buffer.from(stringAt(cluster, 'cluster', 'certificate-authority-data'), 'base64');
  return (await answers(`${server}/version`, ca)) ? server : undefined;
}

/** Whether a server with a certificate of this authority is there: a port may have gone to somebody else. */
function answers(url: string, ca: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { ca, timeout: PATIENCE }, (response) => {
      response.resume();
      resolve(true);
    });
    asked.once('error', () => resolve(false)).once('timeout', () => asked.destroy());
    asked.end();
  });
}
