// The operator of the benchmark of tracked inputs: each Reader reads the one ConfigMap that bears its name as a label. A child process of
// `inputs.ts`, to which it tells each run of its worker, with the time.
import { readFileSync } from 'node:fs';
import { defineOperator, start, type Reader, type ResourceDefinition } from 'autopilot-runtime';

const readers = {
  group: 'bench.example.io',
  version: 'v1',
  kind: 'Reader',
  plural: 'readers',
  singular: 'reader',
  namespaced: true,
  key: 'reader',
} as const satisfies ResourceDefinition;

const configMaps = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true } as const;

interface Given {
  readonly reader: { readonly metadata: { readonly name: string } };
  readonly inputs: { readonly configMaps: Reader<object> };
}

const operator = defineOperator({
  name: 'reader-operator',
  resource: readers,
  phases: {
    Reading: {
      initial: true,
      inputs: { configMaps: { type: configMaps } },
      worker: ({ reader, inputs }: Given) => {
        const at = performance.timeOrigin + performance.now();
        const { name } = reader.metadata;
        const found = inputs.configMaps.list({ selector: { matchLabels: { reader: name } } });
        process.send?.({ name, at, found: found.length });
        return { phase: 'Reading' };
      },
    },
  },
});

const running = await start(operator, { kubeconfig: readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8') });
process.on('message', () => {
  void running.stop().then(() => process.exit());
});
