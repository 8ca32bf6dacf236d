import { isObject, listAt, objectAt, stringAt, valueAt, deepEqual } from '../schema/json.ts';
import { APP_ARMOR_PREFIX, profileOfAnnotation } from '../kinds/warnings/app-armor.ts';
import { appArmorWarning } from '../kinds/warnings/pod-annotations.ts';
import type { Draft } from '../store/object.ts';

/**
 * Brings the AppArmor profile that a new pod names in the annotation of a container into the container's field, and warns of the
 * annotation. Source: applyAppArmorVersionSkew of k8s.io/kubernetes/pkg/registry/core/pod.
 */
export function adoptAppArmor(draft: Draft, warn: (text: string) => void): void {
  const spec = objectAt(draft, 'spec');
  if (spec === undefined || stringAt(spec, 'os', 'name') === 'windows') return;
  const ofPod = valueAt(spec, 'securityContext', 'appArmorProfile');
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')].filter(isObject);
  for (const container of containers) {
    const name = APP_ARMOR_PREFIX + stringAt(container, 'name');
    const annotation = draft.metadata.annotations?.[name];
    const context = objectAt(container, 'securityContext') ?? {};
    if (annotation === undefined || isObject(context['appArmorProfile'])) continue;
    const profile = profileOfAnnotation(annotation);
    if (profile !== undefined && deepEqual(profile, ofPod)) continue;
    if (profile !== undefined) container['securityContext'] = { ...context, appArmorProfile: profile };
    warn(appArmorWarning(name));
  }
}
