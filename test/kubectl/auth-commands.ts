import type { Kubectl } from './kubectl.ts';

/** What kubectl said to one command. */
export interface Said {
  readonly command: string;
  readonly code: number | null;
  readonly text: string;
}

const NAMESPACE = 'kubectl-auth';
const ROLE = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'reader', namespace: NAMESPACE },
};

/** `auth reconcile` gives a role more, and binds another one. */
const RECONCILED = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { ...ROLE, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }] },
    {
      ...ROLE,
      kind: 'RoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'joe' }],
    },
  ],
};

const IN = ['-n', NAMESPACE] as const;
const AS = ['--as', 'jane'] as const;

const COMMANDS: readonly (readonly string[])[] = [
  ['create', 'role', 'reader', '--verb=get,list', '--resource=pods,deployments.apps', ...IN],
  ['create', 'role', 'one', '--verb=get', '--resource=configmaps', '--resource-name=a', ...IN],
  [
    'create',
    'rolebinding',
    'reader',
    '--role=reader',
    '--user=jane',
    '--group=devs',
    `--serviceaccount=${NAMESPACE}:robot`,
    ...IN,
  ],
  ['create', 'clusterrole', 'kubectl-auth-paths', '--verb=get', '--non-resource-url=/logs/*'],
  ['create', 'clusterrole', 'kubectl-auth-sum', '--aggregation-rule=kubectl-auth=yes'],
  ['create', 'clusterrolebinding', 'kubectl-auth-paths', '--clusterrole=kubectl-auth-paths', '--user=jane'],
  ['create', 'serviceaccount', 'robot', ...IN],
  ['auth', 'can-i', 'list', 'pods', ...IN, ...AS],
  ['auth', 'can-i', 'delete', 'pods', ...IN, ...AS],
  ['auth', 'can-i', 'get', 'pods', '--subresource=log', ...IN, ...AS],
  ['auth', 'can-i', 'get', '/logs/x', ...AS],
  ['auth', 'can-i', 'get', '/secret', ...AS],
  ['auth', 'can-i', 'list', 'pods', ...IN, '--as', 'nobody', '--as-group', 'devs', '--as-group', 'ops'],
  ['auth', 'can-i', 'list', 'pods', ...IN, '--as', `system:serviceaccount:${NAMESPACE}:robot`],
  ['auth', 'can-i', 'get', 'deployments.apps', ...IN, ...AS, '-q'],
  ['auth', 'can-i', '*', '*'],
  ['auth', 'can-i', 'get', 'nodes', ...AS],
  ['auth', 'can-i', 'get', 'nonsense', ...AS],
  ['auth', 'can-i', 'list', 'pods', '-A', ...AS],
  ['auth', 'can-i', '--list', ...IN, ...AS],
  ['auth', 'can-i', '--list'],
  ['auth', 'whoami'],
  ['auth', 'whoami', ...AS, '--as-group', 'devs', '--as-uid', 'u1'],
  ['get', 'pods', ...IN, ...AS],
  ['get', 'secrets', ...IN, ...AS],
  ['delete', 'pod', 'x', ...IN, ...AS],
  ['create', 'token', 'robot', '--duration=1m', ...IN],
  ['create', 'token', 'nobody', ...IN],
  ['create', 'role', 'more', '--verb=delete', '--resource=pods', ...IN, ...AS],
  ['auth', 'reconcile', '-f', '-'],
  ['auth', 'reconcile', '--remove-extra-permissions', '--remove-extra-subjects', '-f', '-'],
  ['get', 'role', 'reader', ...IN, '-o', 'jsonpath={.rules}'],
  ['get', 'rolebinding', 'reader', ...IN, '-o', 'jsonpath={.roleRef.name} {.subjects}'],
  ['describe', 'clusterrole', 'kubectl-auth-paths', 'kubectl-auth-sum'],
  ['describe', 'rolebinding', 'reader', ...IN],
  ['set', 'subject', 'rolebinding', 'reader', '--user=zoe', ...IN],
];

const CLEANUP = [
  ['delete', 'clusterrole', 'kubectl-auth-paths', 'kubectl-auth-sum', '--ignore-not-found'],
  ['delete', 'clusterrolebinding', 'kubectl-auth-paths', '--ignore-not-found'],
  ['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait'],
];

/** Runs kubectl's commands about rights, and returns what it said. A token is tried too, and told as `a token`. */
export async function playAuth(kubectl: Kubectl): Promise<readonly Said[]> {
  for (const command of CLEANUP) await kubectl.run(command);
  await kubectl.out(['create', 'namespace', NAMESPACE]);
  const said: Said[] = [];
  for (const command of COMMANDS) {
    const first = command[1] === 'can-i' && !said.some(({ command: earlier }) => earlier.includes('can-i'));
    // A real server takes some milliseconds until roles are in force.
    if (first) while ((await kubectl.run(command)).code !== 0);
    const { code, out, err } = await kubectl.run(command, command.includes('-') ? RECONCILED : undefined);
    said.push({ command: command.join(' '), code, text: settled(out + err, command.includes('--list')) });
  }
  const token = (await kubectl.out(['create', 'token', 'robot', ...IN])).trim();
  const { code, out, err } = await kubectl.run([
    `--token=${token}`,
    'auth',
    'whoami',
    '-o',
    'jsonpath={.status.userInfo.groups}',
  ]);
  said.push({ command: 'a token', code, text: out + err });
  for (const command of CLEANUP) await kubectl.run(command);
  return said;
}

/** Rules of several bindings come in any order. */
function settled(text: string, rules: boolean): string {
  return rules ? text.split('\n').toSorted().join('\n') : text;
}
