import { load } from 'js-yaml';
import { listAt, stringAt, valueAt } from '../schema/json.ts';
import type { Target } from './run.ts';

/** The server and the user of a kubeconfig with one of each, with a token. */
export function readTarget(kubeconfig: string): Target {
  const config: unknown = load(kubeconfig);
  const cluster = valueAt(listAt(config, 'clusters')[0], 'cluster');
  const user = valueAt(listAt(config, 'users')[0], 'user');
  return {
    url: stringAt(cluster, 'server'),
    ca: Buffer.from(stringAt(cluster, 'certificate-authority-data'), 'base64').toString(),
    token: stringAt(user, 'token'),
  };
}
