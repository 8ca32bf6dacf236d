/** Names of operations and of the groups that they are shown in. Source: GetOperationIDAndTags of k8s.io/apiserver. */

/** `rbac.authorization.k8s.io` is `RbacAuthorization`; the core group is `Core`. */
export function groupTitle(group: string): string {
  const short = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
  return short
    .split(/[.-]/)
    .map((part) => capital(part))
    .join('');
}

export function groupTag(group: string, version?: string): string {
  const title = groupTitle(group);
  const tag = title.charAt(0).toLowerCase() + title.slice(1);
  return version === undefined ? tag : `${tag}_${version}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
