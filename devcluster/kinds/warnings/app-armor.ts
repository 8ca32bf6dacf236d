/** AppArmor profiles as annotations name them. Source: k8s.io/kubernetes/pkg/api/pod. */
import type { JsonObject } from '../../schema/json.ts';

/** Of the annotation of a container, whose name follows. */
export const APP_ARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

const LOCALHOST = 'localhost/';

/** The field for an annotation's text; undefined for a text that names no profile. */
export function profileOfAnnotation(text: string): JsonObject | undefined {
  if (text === 'unconfined') return { type: 'Unconfined' };
  if (text === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!text.startsWith(LOCALHOST) || text === LOCALHOST) return undefined;
  return { type: 'Localhost', localhostProfile: text.slice(LOCALHOST.length) };
}
