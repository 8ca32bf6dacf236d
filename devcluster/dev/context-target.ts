import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { DevclusterError } from '../errors.ts';
import { isArray, stringAt } from '../schema/json.ts';
import { readShownResource } from './operator-message.ts';
import type { KubeContext } from './kubeconfig-context.ts';
import type { OperatorProcess } from './operator-process.ts';
import type { DevProject } from './project.ts';
import type { DevTarget } from './target.ts';

/**
 * A real cluster. Only the operator speaks to it, with the developer's credentials as its runtime finds them; so what keys ask for goes
 * through the operator.
 */
export async function contextTarget(
  { folder }: DevProject,
  context: KubeContext,
  operator: () => OperatorProcess,
): Promise<DevTarget> {
  // Of several kubeconfigs the first that names a current context wins: this says which, and nothing else.
  const choice = join(folder, '.work', 'context.yaml');
  await mkdir(dirname(choice), { recursive: true });
  await writeFile(choice, `apiVersion: v1\nkind: Config\ncurrent-context: ${JSON.stringify(context.name)}\n`);
  return {
    cluster: undefined,
    kubeconfig: undefined,
    env: { KUBECONFIG: [choice, ...context.files].join(delimiter) },
    async apply(object) {
      return String(await operator().ask({ type: 'apply', object }));
    },
    async resources() {
      const resources = await operator().ask({ type: 'resources' });
      return isArray(resources) ? resources.map(readShownResource) : [];
    },
    stop: () => Promise.resolve(),
  };
}

/** What will be written, and where: told before anything is. */
export async function describeWrites(
  project: DevProject,
  context: KubeContext,
  leaderElection: boolean,
): Promise<readonly string[]> {
  const { group, kind, outputs } = project;
  const namespace = await watchedNamespace(project.folder);
  return [
    `A real cluster: ${context.server}`,
    `  context    ${context.name}, as user ${context.user || '(none)'}, namespace ${context.namespace || 'default'}`,
    `  installs   the CustomResourceDefinition of ${kind} (${group}), or changes the one that is there`,
    `  writes     ${[`${kind} resources and their status`, ...outputs].join(', ')}, and Events`,
    `  where      ${namespace === '' ? 'in all namespaces' : `in namespace ${namespace}`}`,
    leaderElection
      ? '  election   takes part in leader election: works once it has the lease'
      : '  election   none: an operator of this project that is deployed there works at the same time as this one',
  ];
}

/** As the operator finds it: $WATCH_NAMESPACE, else autopilot-operator.yaml. */
async function watchedNamespace(folder: string): Promise<string> {
  const given = process.env['WATCH_NAMESPACE'];
  if (given !== undefined) return given;
  const text = await readFile(join(folder, 'autopilot-operator.yaml'), 'utf8').catch(() => '');
  try {
    return stringAt(load(text === '' ? '{}' : text), 'watchNamespace');
  } catch {
    // The operator tells what is wrong with it, and does not start.
    return '';
  }
}

export function unconfirmed(context: string): DevclusterError {
  const message = `Nothing was written to the cluster of context ${context}: that was not agreed to. Answer yes, or give --yes.`;
  return new DevclusterError('ERR_AP_DEV_UNCONFIRMED', message);
}
