/** What a kubeconfig needs to tell. */
export interface KubeconfigParts {
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly user: string;
  readonly token: string;
  /** Where its commands go unless they say otherwise. */
  readonly namespace?: string | undefined;
}

const NAME = 'autopilot-devcluster';

/** A kubeconfig with one context, as YAML (which JSON is, too; this is meant to be read). */
export function renderKubeconfig({ server, ca, user, token, namespace }: KubeconfigParts): string {
  const name = JSON.stringify(user);
  return [
    'apiVersion: v1',
    'kind: Config',
    '# An embedded cluster for development and tests: all of it ends with its process.',
    'clusters:',
    `- name: ${NAME}`,
    '  cluster:',
    `    server: ${server}`,
    `    certificate-authority-data: ${Buffer.from(ca).toString('base64')}`,
    'users:',
    `- name: ${name}`,
    '  user:',
    `    token: ${token}`,
    'contexts:',
    `- name: ${NAME}`,
    '  context:',
    `    cluster: ${NAME}`,
    `    user: ${name}`,
    ...(namespace === undefined ? [] : [`    namespace: ${namespace}`]),
    `current-context: ${NAME}`,
    '',
  ].join('\n');
}
