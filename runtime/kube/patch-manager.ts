import { createHash } from 'node:crypto';

/**
 * The field managers of patches: `<operator, cut to 40>/<uid of the resource>/<16 hex of the key's hash>`. One for each resource and
 * key, since an apply gives up what its manager held and no longer sends: resources with one manager would take each other's fields
 * away. At most 94 characters; the API takes 128.
 */
export function patchManager(operator: string, uid: string, key: string): string {
  return `${prefixOf(operator)}${uid}/${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

/** Whether a manager is one of this operator's patches. No operator's own name has a slash. */
export function isPatchManager(manager: string, operator: string): boolean {
  return manager.startsWith(prefixOf(operator));
}

/** The uid of the resource for which a manager patches; undefined for one that is no patch of this operator. */
export function patchingUid(manager: string, operator: string): string | undefined {
  return isPatchManager(manager, operator) ? manager.slice(prefixOf(operator).length).split('/')[0] : undefined;
}

const LONGEST_OPERATOR = 40;

function prefixOf(operator: string): string {
  return `${operator.slice(0, LONGEST_OPERATOR)}/`;
}
