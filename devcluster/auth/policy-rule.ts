import { isArray, listAt, valueAt } from '../schema/json.ts';
import { quote } from '../schema/go-text.ts';
import type { Attributes } from './attributes.ts';

/** `rbac.authorization.k8s.io/v1 PolicyRule`, with what is left out as empty lists. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Empty: all names. */
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** The rules of a Role or ClusterRole. */
export function rulesOf(role: unknown): readonly PolicyRule[] {
  return listAt(role, 'rules').map((rule) => ({
    verbs: texts(rule, 'verbs'),
    apiGroups: texts(rule, 'apiGroups'),
    resources: texts(rule, 'resources'),
    resourceNames: texts(rule, 'resourceNames'),
    nonResourceURLs: texts(rule, 'nonResourceURLs'),
  }));
}

function texts(rule: unknown, field: string): readonly string[] {
  const value = valueAt(rule, field);
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Source: k8s.io/kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go. */
export function allows(rule: PolicyRule, { verb, resource, path = '' }: Attributes): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (!resource) return rule.nonResourceURLs.some((url) => urlCovers(url, path));
  return (
    has(rule.apiGroups, resource.group) &&
    hasResource(rule.resources, resource.resource, resource.subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(resource.name))
  );
}

function has(all: readonly string[], wanted: string): boolean {
  return all.includes('*') || all.includes(wanted);
}

// `*` stands for everything, `pods/status` for itself, `*/status` for that subresource of all resources.
function hasResource(all: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === '') return has(all, resource);
  return has(all, `${resource}/${subresource}`) || all.includes(`*/${subresource}`);
}

/** Whether what one URL of a rule stands for includes another one: `*` at its end stands for all that begins so. */
export function urlCovers(url: string, other: string): boolean {
  return url === other || (url.endsWith('*') && other.startsWith(url.replace(/\*+$/, '')));
}

/** A rule as refusals tell it. */
export function compactText(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const told = parts.filter(([, values]) => values.length > 0).map(([name, values]) => `${name}:${quoteAll(values)}`);
  return `{${told.join(', ')}}`;
}

/** `%q` of a list. */
export function quoteAll(values: readonly string[]): string {
  return `[${values.map(quote).join(' ')}]`;
}
