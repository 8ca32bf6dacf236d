import { nameIsDnsLabel, nameIsDnsSubdomain, nameIsPathSegment, type NameRule } from '../../schema/names.ts';

/** Kinds whose names are no DNS subdomains. Source: the Validate…Name functions of k8s.io/kubernetes/pkg/apis. */
const RULES: ReadonlyMap<string, NameRule> = new Map([
  ['/Namespace', nameIsDnsLabel],
  ['/Service', nameIsDnsLabel],
  ['/Event', nameIsPathSegment],
  ['rbac.authorization.k8s.io/Role', nameIsPathSegment],
  ['rbac.authorization.k8s.io/RoleBinding', nameIsPathSegment],
  ['rbac.authorization.k8s.io/ClusterRole', nameIsPathSegment],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', nameIsPathSegment],
  ['apiregistration.k8s.io/APIService', nameIsPathSegment],
  ['certificates.k8s.io/CertificateSigningRequest', nameIsDnsSubdomain],
]);

/** The rule that the names of a kind's objects follow. */
export function nameRuleOf(group: string, kind: string): NameRule {
  return RULES.get(`${group}/${kind}`) ?? nameIsDnsSubdomain;
}
