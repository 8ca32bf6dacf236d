import { createHash } from 'node:crypto';
import { final, OPERATOR, phase, routes, type Route, type Testbed } from './testbed.ts';
import { configMaps } from './testbed.ts';
import type { ConfigMap } from './testbed.ts';
import type { OperatorDefinition, PhaseDefinition } from 'autopilot-runtime';

/** What `spec.patches` of a Route says: data to set, by the name of the ConfigMap. */
type Wanted = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The patches of `spec.patches`, and none at all where there are none. */
export function wantedPatches({ spec }: Route): object {
  const wanted = spec['patches'] as Wanted | undefined;
  if (!wanted) return {};
  return {
    patches: { configMaps: Object.entries(wanted).map(([name, data]) => ({ metadata: { name }, data })) },
  };
}

/** Patches ConfigMaps as its Route says, and stays; goes to the phase that `spec.to` names. */
export function patching(
  { force = false, ...more }: Partial<PhaseDefinition> & { readonly force?: boolean } = {},
  phases: Readonly<Record<string, PhaseDefinition>> = { Done: final },
  operator: Partial<OperatorDefinition> = {},
): OperatorDefinition {
  return routes(
    {
      Patching: phase(({ route }) => ({ phase: route.spec['to'] ?? 'Patching', ...wantedPatches(route) }), {
        initial: true,
        inputs: {},
        outputs: {},
        patches: { configMaps: { type: configMaps, force } },
        ...more,
      }),
      ...phases,
    },
    operator,
  );
}

/** The field manager of a Route's patches under a key. */
export function managerOf(route: Route, key = 'configMaps'): string {
  return `${OPERATOR}/${route.metadata.uid}/${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

/** The names of an object's managers. */
export function managers({ metadata }: ConfigMap): readonly (string | undefined)[] {
  return (metadata.managedFields ?? []).map(({ manager }) => manager);
}

/** A ConfigMap of somebody else's. */
export function foreign(
  testbed: Testbed,
  name: string,
  data: Readonly<Record<string, string>> = {},
): Promise<ConfigMap> {
  return testbed.cluster.create<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
  });
}
