import type { JsonObject } from '../../devcluster/schema/json.ts';
import type { Random } from './random.ts';

/** Somebody who wants to make a role. */
export interface Attempt {
  readonly user: string;
  readonly groups: readonly string[];
  readonly role: JsonObject;
}

/** Roles and bindings of one namespace and beyond, and questions about them. What they name, no other world names. */
export interface RbacWorld {
  readonly namespace: string;
  /** Watched resources come in the order in which they were made: who sees what the last of them allow has seen all. */
  readonly objects: readonly JsonObject[];
  /** Allowed once all is in force. */
  readonly inForce: readonly JsonObject[];
  /** Specs of SubjectAccessReviews. */
  readonly questions: readonly JsonObject[];
  readonly attempts: readonly Attempt[];
}

const GROUP = 'rbac.authorization.k8s.io';
const VERBS = ['get', 'list', 'create', '*'] as const;
const GROUPS = ['', 'apps', 'example.com', '*'] as const;
const RESOURCES = ['pods', 'pods/log', 'pods/*', '*/log', '*', 'deployments', 'deployments/scale', '*/scale'] as const;
const ASKED = ['pods', 'pods/log', 'deployments', 'deployments/scale', 'things', 'things/log'] as const;
const NAMES = ['a', 'b', '*'] as const;
const URLS = ['/metrics', '/logs', '/logs/*', '/a/b/*', '/*', '*', '/a*'] as const;
const PATHS = ['/metrics', '/metrics/x', '/logs', '/logs/', '/logs/x/y', '/a', '/ab', '/a/b/c', '/'] as const;

/** The same seed makes the same world. */
export function randomRbacWorld(random: Random, seed: number): RbacWorld {
  return new Maker(random, seed).world();
}

class Maker {
  readonly #random: Random;
  readonly #namespace: string;
  readonly #users: readonly [string, ...string[]];
  readonly #groups: readonly [string, ...string[]];

  constructor(random: Random, seed: number) {
    this.#random = random;
    const namespace = `random-rbac-${seed}`;
    this.#namespace = namespace;
    this.#users = [`ann-${seed}`, `bob-${seed}`, `system:serviceaccount:${namespace}:robot`];
    this.#groups = [`g1-${seed}`, `g2-${seed}`, `system:serviceaccounts:${namespace}`];
  }

  world(): RbacWorld {
    const random = this.#random;
    const each = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
    const roles = each(3).map((index) => this.#role('Role', String(index), this.#rules(false)));
    const clusterRoles = each(3).map((index) => this.#role('ClusterRole', String(index), this.#rules(true)));
    const bindings = each(4).map((index) =>
      this.#binding(
        'RoleBinding',
        String(index),
        random.pick(['Role', 'ClusterRole']),
        this.#roleName(),
        this.#subjects(),
      ),
    );
    const clusterBindings = each(2).map((index) =>
      this.#binding('ClusterRoleBinding', String(index), 'ClusterRole', this.#roleName(), this.#subjects()),
    );
    const clerks = [{ verbs: ['create'], apiGroups: [GROUP], resources: ['roles'] }];
    const everybody = this.#users.map((name) => this.#user(name));
    const last = { verbs: ['get'], apiGroups: ['last'], resources: ['last'] };
    const lastUser = `${this.#namespace}-last`;
    const attributes = { verb: 'get', group: 'last', resource: 'last' };
    return {
      namespace: this.#namespace,
      objects: [
        ...roles,
        ...clusterRoles,
        this.#role('Role', 'clerk', clerks),
        ...bindings,
        ...clusterBindings,
        this.#binding('RoleBinding', 'clerk', 'Role', this.#name('clerk'), everybody),
        this.#role('Role', 'last', [last]),
        this.#role('ClusterRole', 'last', [last]),
        this.#binding('RoleBinding', 'last', 'Role', this.#name('last'), [this.#user(lastUser)]),
        this.#binding('ClusterRoleBinding', 'last', 'ClusterRole', this.#name('last'), [this.#user(`${lastUser}-2`)]),
      ],
      inForce: [
        { user: lastUser, resourceAttributes: { ...attributes, namespace: this.#namespace } },
        { user: `${lastUser}-2`, resourceAttributes: attributes },
      ],
      questions: each(40).map(() => this.#question()),
      attempts: each(8).map((index) => ({
        user: random.pick(this.#users),
        groups: random.some(this.#groups, 0.3),
        role: this.#role('Role', `attempt-${index}`, [this.#rule(false)]),
      })),
    };
  }

  #name(name: string): string {
    return `${this.#namespace}-${name}`;
  }

  /** One of four, the last of which is missing: such a binding gives nothing. */
  #roleName(): string {
    return this.#name(this.#random.pick(['0', '1', '2', 'missing']));
  }

  #someOf<T>(values: readonly [T, ...T[]]): T[] {
    const picked = this.#random.some(values, 0.3);
    return picked.length > 0 ? picked : [this.#random.pick(values)];
  }

  #rules(cluster: boolean): JsonObject[] {
    return Array.from({ length: this.#random.below(4) }, () => this.#rule(cluster));
  }

  #rule(cluster: boolean): JsonObject {
    if (cluster && this.#random.chance(0.3)) {
      return { verbs: this.#someOf(['get', 'post', '*']), nonResourceURLs: this.#someOf(URLS) };
    }
    return {
      verbs: this.#someOf(VERBS),
      apiGroups: this.#someOf(GROUPS),
      resources: this.#someOf(RESOURCES),
      ...(this.#random.chance(0.3) && { resourceNames: this.#someOf(NAMES) }),
    };
  }

  #user(name: string): JsonObject {
    return { kind: 'User', apiGroup: GROUP, name };
  }

  #subjects(): JsonObject[] {
    return Array.from({ length: 1 + this.#random.below(2) }, () => {
      switch (this.#random.below(3)) {
        case 0:
          return { kind: 'ServiceAccount', name: 'robot', namespace: this.#random.pick([this.#namespace, 'default']) };
        case 1:
          return { kind: 'Group', apiGroup: GROUP, name: this.#random.pick(this.#groups) };
        default:
          return this.#user(this.#random.pick(this.#users));
      }
    });
  }

  #question(): JsonObject {
    const random = this.#random;
    const who = { user: random.pick(this.#users), groups: random.some(this.#groups, 0.3) };
    if (random.chance(0.2)) {
      return { ...who, nonResourceAttributes: { verb: random.pick(['get', 'post']), path: random.pick(PATHS) } };
    }
    const [resource = '', subresource] = random.pick(ASKED).split('/');
    return {
      ...who,
      resourceAttributes: {
        verb: random.pick(VERBS),
        group: random.pick(GROUPS),
        resource,
        ...(subresource !== undefined && { subresource }),
        ...(random.chance(0.7) && { namespace: random.pick([this.#namespace, this.#namespace, 'default']) }),
        ...(random.chance(0.5) && { name: random.pick(NAMES) }),
      },
    };
  }

  #role(kind: string, name: string, rules: readonly JsonObject[]): JsonObject {
    return { apiVersion: `${GROUP}/v1`, kind, metadata: this.#metadata(kind, name), rules };
  }

  #binding(
    kind: string,
    name: string,
    roleKind: string,
    roleName: string,
    subjects: readonly JsonObject[],
  ): JsonObject {
    const roleRef = { apiGroup: GROUP, kind: roleKind, name: roleName };
    return { apiVersion: `${GROUP}/v1`, kind, metadata: this.#metadata(kind, name), roleRef, subjects };
  }

  #metadata(kind: string, name: string): JsonObject {
    return { name: this.#name(name), ...(!kind.startsWith('Cluster') && { namespace: this.#namespace }) };
  }
}
