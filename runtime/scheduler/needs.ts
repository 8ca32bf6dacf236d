import { resourceName } from '../kube/paths.ts';
import type { ResourceType } from '../kube/types.ts';
import type { Need } from '../cache/caches.ts';
import type { Phase, Plan, ResourceInput } from '../plan.ts';
import type { Marks } from './body.ts';
import type { Needs } from './environment.ts';

/**
 * All that a plan has to watch: the resource in full, inputs as declared, and outputs (which no phase may read) by our label and as
 * metadata, in full where a phase has to be able to put them back, each kind where some phase declares it. What is patched is watched as metadata too, whole kinds: which of their objects hold
 * fields of ours is told by their managed fields alone. `watchNamespace` bounds all but what is declared for any namespace.
 */
export function needsOf(plan: Plan, marks: Marks, watchNamespace: string | undefined): Needs {
  const phases = new Set<Phase>([...plan.phases.values(), ...(plan.finalizer ? [plan.finalizer.phase] : [])]);
  const home = (type: ResourceType, anywhere: boolean): string | undefined =>
    type.namespaced && !anywhere ? watchNamespace : undefined;
  const own: Need = {
    type: plan.resource,
    namespace: home(plan.resource, false),
    requirements: [],
    metadataOnly: false,
  };
  const inputs = new Map<ResourceInput, Need>();
  const outputs = new Map<string, Need>();
  for (const phase of phases) {
    for (const input of phase.inputs.values()) {
      const { type, requirements, metadataOnly } = input;
      inputs.set(input, { type, requirements, metadataOnly, namespace: home(type, input.anyNamespace) });
    }
    for (const { type, anyNamespace } of phase.outputs.values()) {
      const requirements = [{ key: marks.owner, operator: 'Exists' as const, values: [] }];
      const known = outputs.get(resourceName(type));
      const namespace = known && known.namespace === undefined ? undefined : home(type, anyNamespace);
      const metadataOnly = !phase.rollback && (known?.metadataOnly ?? true);
      outputs.set(resourceName(type), { type, namespace, requirements, metadataOnly });
    }
  }
  const patches = new Map<string, Need>();
  for (const type of plan.patches.values()) {
    const namespace = home(type, !plan.resource.namespaced);
    patches.set(`${resourceName(type)}/${type.version}`, { type, namespace, requirements: [], metadataOnly: true });
  }
  const found = (need: Need | undefined, what: string): Need => {
    if (!need) throw new RangeError(`the plan does not have ${what}`);
    return need;
  };
  return {
    needs: [own, ...inputs.values(), ...outputs.values(), ...patches.values()],
    views: (caches) => ({
      resources: caches.of(own),
      input: (input) => caches.of(found(inputs.get(input), resourceName(input.type))),
      output: (type) => caches.of(found(outputs.get(resourceName(type)), resourceName(type))),
      patch: (type) => caches.of(found(patches.get(`${resourceName(type)}/${type.version}`), resourceName(type))),
    }),
  };
}
