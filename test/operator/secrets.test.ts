import assert from 'node:assert/strict';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createLogger } from '../../runtime/observe/logger.ts';
import { configMap, final, OPERATOR, phase, routes, Testbed } from './testbed.ts';
import type { Context } from './testbed.ts';
import type { Client, Desired, KubernetesObject, Reader, ResourceType } from 'autopilot-runtime';

const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
/** What must be found nowhere but in Secrets, as it is, encoded, and half of it. */
const MARKER = 'm4rk3r-of-a-secret';
const ENCODED = Buffer.from(MARKER).toString('base64');

interface Secret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, unknown>>;
}
type SecretContext = Omit<Context, 'inputs' | 'client'> & {
  readonly inputs: { readonly secrets: Reader<Secret> };
  readonly client: Client<{ readonly secrets: Reader<Secret> }, { readonly secrets: readonly Desired<Secret>[] }>;
};

describe('what is in Secrets', () => {
  let testbed: Testbed;
  const exporter = new InMemorySpanExporter();
  before(() => {
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  });
  after(() => trace.disable());
  beforeEach(() => exporter.reset());
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const read = ({ inputs }: SecretContext): string => {
    const { data } = inputs.secrets.find('theirs') ?? {};
    return Buffer.from(data?.['password'] ?? '', 'base64').toString();
  };
  const own = (more: object): Desired<Secret> => ({ metadata: { name: 'own' }, ...more });
  /** What a worker may come to do with it. */
  const deeds: Readonly<Record<string, (context: SecretContext) => unknown>> = {
    'a worker that throws with it': (context) => assert.fail(`cannot log in with ${read(context)}`),
    'a worker that throws with it as it is stored': ({ inputs }) =>
      assert.fail(JSON.stringify(inputs.secrets.list({ selector: {} }))),
    'a worker that throws what is no error': (context) => Promise.reject(read(context)),
    'a worker that takes it for JSON': (context) => JSON.parse(read(context)) as unknown,
    'an output with a field that there is not': (context) => ({
      phase: 'Done',
      outputs: { secrets: [own({ stringDatum: { password: read(context) } })] },
    }),
    'an output that a server cannot decode': (context) => ({
      phase: 'Done',
      outputs: { secrets: [own({ data: { password: read(context) } })] },
    }),
    'an output with a value of another type': (context) => ({
      phase: 'Done',
      outputs: { secrets: [own({ stringData: { password: { nested: read(context) } } })] },
    }),
    'an output with a key that is none': (context) => ({
      phase: 'Done',
      outputs: { secrets: [own({ stringData: { [`no key ${read(context)}`]: read(context) } })] },
    }),
    'an output that is as it should be': (context) => ({
      phase: 'Done',
      outputs: { secrets: [own({ stringData: { password: read(context) } })] },
    }),
  };
  for (const [what, deed] of Object.entries(deeds)) {
    it(`is in no log, event, status, metric or span: ${what}`, async () => {
      const lines: string[] = [];
      const logger = createLogger({ name: 'x', version: '', level: 'Debug', write: (line) => lines.push(line) });
      await testbed.cluster.create<Secret>({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'theirs',
          namespace: 'default',
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ stringData: { password: MARKER } }),
          },
        },
        data: { password: ENCODED },
      });
      const operator = await testbed.run(
        routes({
          Only: {
            initial: true,
            inputs: { secrets: { type: secrets } },
            outputs: { secrets: { type: secrets } },
            worker: deed,
          },
          Done: final,
        }),
        { logger },
      );
      await testbed.route('a');
      const told = await testbed.untilRoute('a', ({ status }) => status !== undefined);
      if (told.status?.phase !== 'Done')
        await testbed.untilEvent(({ regarding }) => regarding?.uid === told.metadata.uid);
      // It is tried again, and changed outputs are applied.
      await testbed.setSpec('a', { again: true });
      await testbed.untilMetrics(
        operator,
        (text) => !text.includes('controller_runtime_active_workers{controller="route"} 1'),
      );
      const events = await testbed.cluster.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event' });
      const now = await testbed.getRoute('a');
      await operator.stop();
      const spans = exporter
        .getFinishedSpans()
        .map(({ name, attributes, status, events: told }) => JSON.stringify({ name, attributes, status, told }));
      assert.ok(spans.some((span) => span.includes('"worker Only"')));
      const all = [...lines, ...spans, JSON.stringify(events), JSON.stringify(now), await operator.metrics()].join(
        '\n',
      );
      for (const part of [MARKER, ENCODED, MARKER.slice(0, 8)])
        assert.ok(!all.includes(part), `${part} in ${all.split('\n').find((line) => line.includes(part))}`);
      assert.ok(all.includes(OPERATOR));
    });
  }

  it('is left out of what a server says of them, and nothing else is', async () => {
    const { withoutValues } = await import('../../runtime/kube/secrets.ts');
    assert.equal(
      withoutValues('Secret "own" is invalid: data[x]: Invalid value: "abc": too bad', 'own'),
      'Secret "own" is invalid: data[x]: Invalid value: "…": too bad',
    );
    assert.equal(
      withoutValues('.stringData.p: expected string, got &value.valueUnstructured{Value:map[string]{"a":"b"}}', 'own'),
      '.stringData.p: expected string, got &value.valueUnstructured{Value:…}',
    );
    const failing = phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('a b')] } }), { initial: true });
    await testbed.run(routes({ Only: failing }));
    await testbed.route('a');
    const { status } = await testbed.untilRoute('a', (route) => route.status !== undefined);
    assert.match(JSON.stringify(status?.conditions), /a b/);
  });
}).timeout(30_000);
