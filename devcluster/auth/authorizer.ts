import { plainError } from '../http/status.ts';
import { quote } from '../schema/go-text.ts';
import { objectKey } from '../store/object.ts';
import { BindingIndex } from './binding-index.ts';
import { allows, rulesOf } from './policy-rule.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  describeSubject,
  RBAC_GROUP,
  ROLE_BINDINGS,
  roleRefOf,
  ROLES,
} from './rbac-objects.ts';
import { MASTERS } from './user.ts';
import type { ApiObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import type { Attributes } from './attributes.ts';
import type { Bound } from './binding-index.ts';
import type { PolicyRule } from './policy-rule.ts';
import type { RoleRef } from './rbac-objects.ts';
import type { User } from './user.ts';

export interface Decision {
  readonly allowed: boolean;
  /** Which binding allowed it, or what kept from finding out; '' where there is nothing to say. */
  readonly reason: string;
}

/** What a user may do in one namespace. */
export interface Rights {
  readonly grants: readonly Grant[];
  /** Roles that bindings refer to and that are not there. */
  readonly missing: readonly RoleRef[];
}

interface Grant {
  readonly source: string;
  readonly rule: PolicyRule;
}

export interface HeldRules {
  readonly rules: readonly PolicyRule[];
  readonly missing: readonly RoleRef[];
}

/** How many users' rights are kept worked out. */
const REMEMBERED = 1000;

/** Says who may do what, by the roles and bindings in the store. Source: k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac. */
export class Authorizer {
  readonly #store: Store;
  readonly #clusterBindings: BindingIndex;
  readonly #bindings: BindingIndex;
  /** By user, groups and namespace; all of it goes with any change of a role or a binding. */
  readonly #rights = new Map<string, Rights>();
  readonly #rules = new WeakMap<ApiObject, readonly PolicyRule[]>();

  constructor(store: Store) {
    this.#store = store;
    const forget = (): void => this.#rights.clear();
    this.#clusterBindings = new BindingIndex(store, CLUSTER_ROLE_BINDINGS, forget);
    this.#bindings = new BindingIndex(store, ROLE_BINDINGS, forget);
    for (const roles of [ROLES, CLUSTER_ROLES]) store.collection(roles).subscribe(forget);
  }

  authorize(attributes: Attributes): Decision {
    const { user, resource } = attributes;
    if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const missing: RoleRef[] = [];
    const namespaces = resource?.namespace ? ['', resource.namespace] : [''];
    for (const namespace of namespaces) {
      const rights = this.#rightsIn(user, namespace);
      const grant = rights.grants.find(({ rule }) => allows(rule, attributes));
      if (grant) return { allowed: true, reason: `RBAC: allowed by ${grant.source}` };
      missing.push(...rights.missing);
    }
    return { allowed: false, reason: missing.length === 0 ? '' : `rbac: RBAC: ${missingText(missing)}` };
  }

  /** All that the roles allow a user in a namespace ('': in none), and which roles are not there. */
  rulesFor(user: User, namespace: string): HeldRules {
    const all = (namespace === '' ? [''] : ['', namespace]).map((each) => this.#rightsIn(user, each));
    return {
      rules: all.flatMap(({ grants }) => grants.map(({ rule }) => rule)),
      missing: all.flatMap(({ missing }) => missing),
    };
  }

  /** The rules of a role that a binding of that namespace refers to; undefined for one that is not there. */
  rulesOfRole(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    if (ref.kind !== 'Role' && ref.kind !== 'ClusterRole') {
      throw plainError(`unsupported role reference kind: ${quote(ref.kind)}`);
    }
    const role = this.#findRole(ref, namespace);
    return role && this.#rulesIn(role);
  }

  #rightsIn(user: User, namespace: string): Rights {
    const key = JSON.stringify([namespace, user.name, ...user.groups]);
    const known = this.#rights.get(key);
    if (known) return known;
    const index = namespace === '' ? this.#clusterBindings : this.#bindings;
    const grants: Grant[] = [];
    const missing: RoleRef[] = [];
    for (const bound of index.of(user, namespace)) {
      const ref = roleRefOf(bound.binding);
      const role = this.#findRole(ref, namespace);
      if (!role) missing.push(ref);
      else grants.push(...this.#rulesIn(role).map((rule) => ({ source: describe(bound, ref), rule })));
    }
    if (this.#rights.size >= REMEMBERED) this.#rights.clear();
    const rights = { grants, missing };
    this.#rights.set(key, rights);
    return rights;
  }

  #findRole({ kind, name }: RoleRef, namespace: string): ApiObject | undefined {
    if (kind === 'Role') return this.#store.collection(ROLES).get(objectKey(namespace, name));
    return this.#store.collection(CLUSTER_ROLES).get(name);
  }

  #rulesIn(role: ApiObject): readonly PolicyRule[] {
    const rules = this.#rules.get(role) ?? rulesOf(role);
    this.#rules.set(role, rules);
    return rules;
  }
}

function describe({ binding, subject }: Bound, { kind, name }: RoleRef): string {
  const { namespace } = binding.metadata;
  const which = namespace ? `RoleBinding ${quote(`${binding.metadata.name}/${namespace}`)}` : '';
  const what = which || `ClusterRoleBinding ${quote(binding.metadata.name)}`;
  return `${what} of ${kind} ${quote(name)} to ${describeSubject(subject)}`;
}

/** What is said of roles that are not there. `resource`: the one that the request is about, where that is what is told. */
export function missingText(missing: readonly RoleRef[], resource?: string): string {
  const told = missing.map(
    ({ kind, name }) => `${resource ?? kind.toLowerCase()}.${RBAC_GROUP} ${quote(name)} not found`,
  );
  return aggregate([...new Set(told)]);
}

/** Several errors in one text. Source: k8s.io/apimachinery/pkg/util/errors Aggregate. */
export function aggregate(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
}
