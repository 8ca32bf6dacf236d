import { configMap, phase, routes } from './testbed.ts';

/** Writes what `spec.outputs` says, a ConfigMap for each name, and rests; without it returns no outputs at all. */
export const mirror = routes({
  Only: phase(
    ({ route }) => ({
      phase: 'Only',
      ...(route.spec['outputs'] !== undefined && {
        outputs: {
          configMaps: Object.entries(route.spec['outputs'] as Record<string, Record<string, string>>).map(
            ([name, data]) => configMap(name, data),
          ),
        },
      }),
    }),
    { initial: true, inputs: {} },
  ),
});
