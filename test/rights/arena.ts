import type { KubernetesObject, ResourceType } from 'autopilot-runtime';
import { grantsOf, rulesOf, type Grant } from './grants.ts';
import { systemClock } from '../../runtime/clock.ts';
import { isStatus } from '../../runtime/errors.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig, type ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import type { BoundRole } from './variants.ts';

const RBAC = 'rbac.authorization.k8s.io';

function type(group: string, version: string, kind: string, namespaced = true): ResourceType {
  return { group, version, kind, plural: `${kind.toLowerCase()}s`, namespaced };
}

export const TYPES = {
  Namespace: type('', 'v1', 'Namespace', false),
  ServiceAccount: type('', 'v1', 'ServiceAccount'),
  Role: type(RBAC, 'v1', 'Role'),
  RoleBinding: type(RBAC, 'v1', 'RoleBinding'),
  ClusterRole: type(RBAC, 'v1', 'ClusterRole', false),
  ClusterRoleBinding: type(RBAC, 'v1', 'ClusterRoleBinding', false),
  CustomResourceDefinition: type('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', false),
  Deployment: type('apps', 'v1', 'Deployment'),
  Pod: type('', 'v1', 'Pod'),
  Service: type('', 'v1', 'Service'),
  ConfigMap: type('', 'v1', 'ConfigMap'),
  Secret: type('', 'v1', 'Secret'),
  Event: type('events.k8s.io', 'v1', 'Event'),
  Gateway: type('networking.istio.io', 'v1', 'Gateway'),
  VirtualService: type('networking.istio.io', 'v1', 'VirtualService'),
} as const;

/** An object as it is made: kind and version come from the type. */
export type Made = Omit<KubernetesObject, 'apiVersion' | 'kind'>;

interface Review {
  readonly status?: { readonly allowed?: boolean; readonly token?: string };
}

/** A cluster with the operators' kinds, real or embedded, in which many operators work beside each other, each by rights of its own. */
export class Arena {
  readonly admin: KubeClient;
  /** One for all: connections are made again for each watch only. */
  readonly transport: Transport;
  readonly access: ClusterAccess;

  constructor(kubeconfig: string) {
    this.access = fromKubeconfig(kubeconfig, systemClock);
    this.transport = connect(this.access);
    this.admin = new KubeClient({
      transport: this.transport,
      credentials: this.access.credentials,
      clock: systemClock,
      fieldManager: 'admin',
      userAgent: 'admin',
    });
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  create(of: ResourceType, object: Made): Promise<KubernetesObject> {
    const { group, version, kind } = of;
    return this.admin.create(of, { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...object });
  }

  /** Resolves once the kind is served. */
  async install(crd: object, kind: ResourceType): Promise<void> {
    await this.admin.apply(TYPES.CustomResourceDefinition, crd as KubernetesObject);
    for (;;) {
      try {
        await this.admin.list(kind, undefined, { limit: 1 });
        return;
      } catch (error) {
        if (!isStatus(error, 404, 503)) throw error;
      }
    }
  }

  async createNamespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.create(TYPES.Namespace, { metadata: { name, labels } });
  }

  /**
   * A service account of the namespace with these roles, which are called after the namespace; resolves to a token of it, once the roles
   * are in force. `placed`: where a role's namespace is.
   */
  async account(
    name: string,
    namespace: string,
    roles: readonly BoundRole[],
    placed: (namespace: string) => string,
  ): Promise<string> {
    await Promise.all([
      this.create(TYPES.ServiceAccount, { metadata: { name, namespace } }),
      ...roles.flatMap(({ rules, ...role }, index) => {
        const of = role.namespace === undefined ? 'ClusterRole' : 'Role';
        const at = role.namespace === undefined ? {} : { namespace: placed(role.namespace) };
        const metadata = { name: `${namespace}-${index}`, ...at };
        const subjects = [{ kind: 'ServiceAccount', name, namespace }];
        return [
          this.create(TYPES[of], Object.assign({ metadata }, { rules })),
          this.create(
            TYPES[`${of}Binding`],
            Object.assign({ metadata }, { roleRef: { apiGroup: RBAC, kind: of, name: metadata.name }, subjects }),
          ),
        ];
      }),
    ]);
    const token = await this.#token(name, namespace);
    // The authorizer learns of roles and bindings by watches of its own; of a role, it learns all rules at once.
    for (const { namespace: at, rules } of roles) {
      const [grant] = grantsOf(rules);
      const [path] = rules.flatMap(({ nonResourceURLs = [] }) => nonResourceURLs);
      if (grant) await this.#inForce(token, { resourceAttributes: attributesOf(grant, at && placed(at)) });
      if (path !== undefined) await this.#inForce(token, { nonResourceAttributes: { path, verb: 'get' } });
    }
    return token;
  }

  async #token(name: string, namespace: string): Promise<string> {
    const answer = await this.#post(
      `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      await this.access.credentials.headers(),
    );
    if (answer.status?.token === undefined) throw new Error(`no token for ${namespace}/${name}`);
    return answer.status.token;
  }

  async #inForce(token: string, spec: object): Promise<void> {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
    const asking = { authorization: `Bearer ${token}` };
    for (let isAllowed = false; !isAllowed;) {
      const { status } = await this.#post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review, asking);
      isAllowed = status?.allowed === true;
    }
  }

  async #post(path: string, body: object, headers: Readonly<Record<string, string>>): Promise<Review> {
    const { body: answer } = await this.transport.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return JSON.parse(await answer.text()) as Review;
  }
}

function attributesOf({ group, resource: path, verb, name }: Grant, namespace: string | undefined): object {
  const [resource, subresource] = path.split('/');
  return { namespace, group, resource, subresource, verb, name };
}

/** The roles, but for one verb of one rule. */
export function without(
  roles: readonly BoundRole[],
  taken: { readonly role: BoundRole; readonly grant: Grant },
): readonly BoundRole[] {
  return roles.map((role) => {
    if (role.file !== taken.role.file) return role;
    const left = grantsOf(role.rules).filter((grant) => JSON.stringify(grant) !== JSON.stringify(taken.grant));
    return { ...role, rules: rulesOf(left) };
  });
}
