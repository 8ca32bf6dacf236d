import { SERVER } from '../auth/user.ts';
import { CLUSTER_ROLES } from '../auth/rbac-objects.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { compareStrings } from '../schema/go-text.ts';
import { deepEqual, listAt, valueAt } from '../schema/json.ts';
import { selectorMatches } from '../kinds/rules/checks.ts';
import { ownWrite } from '../verbs/api.ts';
import { apply } from '../verbs/apply.ts';
import { WorkLoop } from './work-loop.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Controller } from './controller.ts';

const MANAGER = 'clusterrole-aggregation-controller';

/**
 * Gives ClusterRoles with an `aggregationRule` the rules of those that it selects.
 * Source: k8s.io/kubernetes/pkg/controller/clusterroleaggregation.
 */
export function startRoleAggregation(api: Api, report: (error: unknown) => void): Controller {
  const loop = new WorkLoop<string>((name) => aggregateRole(api, name), report);
  const stop = api.store.collection(CLUSTER_ROLES).subscribe(() => {
    for (const name of aggregatedRoles(api)) loop.add(name);
  });
  return {
    stop() {
      stop();
      loop.stop();
    },
  };
}

function aggregatedRoles(api: Api): readonly string[] {
  const roles = [...api.store.collection(CLUSTER_ROLES).values()];
  return roles.filter((role) => valueAt(role, 'aggregationRule') !== undefined).map(({ metadata }) => metadata.name);
}

function aggregateRole(api: Api, name: string): void {
  const roles = api.store.collection(CLUSTER_ROLES);
  const role = roles.get(name);
  const kind = api.kinds.findByCollection(CLUSTER_ROLES);
  if (!role || !kind || valueAt(role, 'aggregationRule') === undefined) return;
  const others = [...roles.values()]
    .filter((other) => other.metadata.name !== name)
    .sort((a, b) => compareStrings(a.metadata.name, b.metadata.name));
  const rules = rulesOfSelected(role, others);
  if (deepEqual(rules, listAt(role, 'rules'))) return;
  const value = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name }, rules };
  const target = { kind, namespace: undefined, name, subresource: '' };
  apply(api, target, { value, duplicates: [], strictly: [], text: '' }, true, ownWrite(SERVER, MANAGER));
}

/** By selector, by name, and each rule once. */
function rulesOfSelected(role: ApiObject, others: readonly ApiObject[]): readonly unknown[] {
  const rules: unknown[] = [];
  for (const selector of listAt(role, 'aggregationRule', 'clusterRoleSelectors')) {
    for (const other of others) {
      if (selectorMatches(selector, { ...other.metadata.labels }) !== true) continue;
      for (const rule of listAt(other, 'rules')) {
        if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule);
      }
    }
  }
  return rules;
}
