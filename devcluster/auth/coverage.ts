import { quote } from '../schema/go-text.ts';
import { compactText, quoteAll, urlCovers } from './policy-rule.ts';
import type { PolicyRule } from './policy-rule.ts';
import type { User } from './user.ts';

/**
 * Why a user who has the rights `held` must not give away `granted`; undefined where all of it is held.
 * Source: k8s.io/component-helpers/auth/rbac/validation, ConfirmNoEscalation of k8s.io/kubernetes/pkg/registry/rbac/validation.
 */
export function escalation(
  user: User,
  held: readonly PolicyRule[],
  granted: readonly PolicyRule[],
): string | undefined {
  const missing = granted.flatMap(breakDown).filter((part) => !held.some((rule) => covers(rule, part)));
  if (missing.length === 0) return undefined;
  const who = `user ${quote(user.name)} (groups=${quoteAll(user.groups)})`;
  const what = [...new Set(compact(missing).map(compactText))].sort().join('\n');
  return `${who} is attempting to grant RBAC permissions not currently held:\n${what}`;
}

/** A rule as rules of one verb for one thing each: either held as a whole or not at all. */
function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const names = rule.resourceNames.length === 0 ? [[]] : rule.resourceNames.map((name) => [name]);
  const resources = rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) => names.map((resourceNames) => toResource(group, resource, verb, resourceNames))),
    ),
  );
  return [...resources, ...rule.nonResourceURLs.flatMap((url) => rule.verbs.map((verb) => toUrl(url, verb)))];
}

function toResource(group: string, resource: string, verb: string, resourceNames: readonly string[]): PolicyRule {
  return { apiGroups: [group], resources: [resource], verbs: [verb], resourceNames, nonResourceURLs: [] };
}

function toUrl(url: string, verb: string): PolicyRule {
  return { apiGroups: [], resources: [], verbs: [verb], resourceNames: [], nonResourceURLs: [url] };
}

/** Whether a rule includes one that was broken down. */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  return (
    hasAll(rule.verbs, part.verbs) &&
    hasAll(rule.apiGroups, part.apiGroups) &&
    part.resources.every((resource) => hasResource(rule.resources, resource)) &&
    part.nonResourceURLs.every((url) => rule.nonResourceURLs.some((own) => urlCovers(own, url))) &&
    (rule.resourceNames.length === 0 ||
      (part.resourceNames.length > 0 && part.resourceNames.every((name) => rule.resourceNames.includes(name))))
  );
}

function hasAll(all: readonly string[], wanted: readonly string[]): boolean {
  return all.includes('*') || wanted.every((each) => all.includes(each));
}

function hasResource(all: readonly string[], resource: string): boolean {
  if (all.includes('*') || all.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && all.includes(`*/${resource.slice(slash + 1)}`);
}

/** Puts the verbs for the same thing together. */
function compact(parts: readonly PolicyRule[]): readonly PolicyRule[] {
  const urls = parts.filter(({ nonResourceURLs }) => nonResourceURLs.length > 0);
  const simple = new Map<string, PolicyRule>();
  for (const part of parts) {
    if (part.nonResourceURLs.length > 0) continue;
    const key = JSON.stringify([part.apiGroups, part.resources, part.resourceNames]);
    const known = simple.get(key);
    simple.set(key, known ? { ...known, verbs: [...known.verbs, ...part.verbs] } : part);
  }
  return [...urls, ...simple.values()];
}
