import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '../../runtime/observe/logger.ts';
import { configMap, final, phase, routes, Testbed } from '../operator/testbed.ts';
import { findPrometheus } from './prometheus/program.ts';
import { Prometheus } from './prometheus/prometheus.ts';

/** What kubebuilder's dashboards ask, as `record-dashboards.ts` beside it found it. */
const RECORDED = join(import.meta.dirname, 'controller-runtime', 'recorded-dashboards.json');
const { dashboards } = JSON.parse(readFileSync(RECORDED, 'utf8')) as {
  readonly dashboards: Readonly<Record<string, readonly string[]>>;
};

/** What Grafana puts in the place of a dashboard's variables. */
const VARIABLES = { job: 'exporter', namespace: 'autoroute-system', pod: 'autoroute-operator-0' };

describe('kubebuilder’s dashboards on the metrics of an operator', function () {
  this.timeout(120_000);
  let testbed: Testbed;
  let prometheus: Prometheus | undefined;

  before(async function () {
    this.timeout(600_000);
    const program = findPrometheus((line) => console.log(line));
    if (program === undefined) this.skip();
    testbed = await Testbed.open();
    let serving = '';
    await testbed.runWith(
      routes({
        Work: phase(
          ({ route }) => {
            if (route.metadata.name.startsWith('bad')) throw new Error('as asked for');
            return { phase: 'Done', outputs: { configMaps: [configMap(route.metadata.name)] } };
          },
          { initial: true },
        ),
        Done: final,
      }),
      {
        config: { metricsAddr: '127.0.0.1:0' },
        development: false,
        processMetrics: true,
        logger: createLogger({
          name: 'n',
          version: 'v',
          level: 'Info',
          write: (line) => (serving = (JSON.parse(line) as { readonly serving?: string }).serving ?? serving),
        }),
      },
    );
    const { namespace, pod } = VARIABLES;
    prometheus = await Prometheus.start(program, serving, { namespace, pod });
  });
  after(async () => {
    await prometheus?.stop();
    await testbed?.close();
  });

  let made = 0;
  /** Asks again and again, while the operator has something to do, until there is an answer with numbers. */
  const isAnswered = (query: string): Promise<void> => {
    const server = prometheus ?? assert.fail();
    return server.until(`data for ${query}`, async () => {
      made += 1;
      await testbed.route(`r${made}`);
      await testbed.route(`bad${made}`);
      const values = await server.ask(query);
      return values.length > 0 && !values.includes('NaN');
    });
  };

  for (const [name, queries] of Object.entries(dashboards)) {
    for (const recorded of queries) {
      const query = recorded.replaceAll(
        /\$(\w+)/g,
        (variable, of: string) => Object.entries(VARIABLES).find(([key]) => key === of)?.[1] ?? variable,
      );
      it(`${name}: ${recorded}`, () => isAnswered(query));
    }
  }

  it('are all three, with what they ask', () => {
    assert.deepEqual(Object.keys(dashboards).toSorted(), ['custom_metrics', 'resources', 'runtime']);
    assert.ok(Object.values(dashboards).flat().length >= 15);
  });
});
