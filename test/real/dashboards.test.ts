import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboard } from '../../project/manifests/monitoring/dashboard.ts';
import { project } from '../../project/manifests/projects.fixture.test.ts';
import { LEASE_TIMES } from '../../runtime/leaderelection/times.ts';
import { createLogger } from '../../runtime/observe/logger.ts';
import { configMap, final, phase, routes, Testbed } from '../operator/testbed.ts';
import { findPrometheus } from './prometheus/program.ts';
import { Prometheus } from './prometheus/prometheus.ts';

/** What kubebuilder's dashboards ask, as `record-dashboards.ts` beside it found it. */
const RECORDED = join(import.meta.dirname, 'controller-runtime', 'recorded-dashboards.json');
const { dashboards } = JSON.parse(readFileSync(RECORDED, 'utf8')) as {
  readonly dashboards: Readonly<Record<string, readonly string[]>>;
};

/** The dashboard that a project of the operator below has in deploy/overlays/monitoring. */
const OURS = JSON.parse(
  dashboard(
    project(
      '{ kind: Route, apiVersion: example.io/v1, operatorName: route-operator, phases: [{ name: Work, initial: true }] }',
    ),
  ),
) as {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] };
};

/** What Grafana puts in the place of a dashboard's variables; the job is the name of the Service that is scraped. */
const VARIABLES = {
  job: 'route-operator-metrics',
  namespace: 'autoroute-system',
  pod: 'autoroute-operator-0',
  __rate_interval: '10s',
};

describe('dashboards on the metrics of an operator', function () {
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
        leaderElection: { namespace: 'default', identity: VARIABLES.pod, times: LEASE_TIMES },
        logger: createLogger({
          name: 'n',
          version: 'v',
          level: 'Info',
          write: (line) => (serving = (JSON.parse(line) as { readonly serving?: string }).serving ?? serving),
        }),
      },
    );
    const { job, namespace, pod } = VARIABLES;
    prometheus = await Prometheus.start(program, serving, { job, namespace, pod });
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

  const filledIn = (query: string): string =>
    query.replaceAll(
      /\$(\w+)/g,
      (variable, of: string) => Object.entries(VARIABLES).find(([key]) => key === of)?.[1] ?? variable,
    );

  describe('of kubebuilder', () => {
    for (const [name, queries] of Object.entries(dashboards)) {
      for (const query of queries) it(`${name}: ${query}`, () => isAnswered(filledIn(query)));
    }

    it('are all three, with what they ask', () => {
      assert.deepEqual(Object.keys(dashboards).toSorted(), ['custom_metrics', 'resources', 'runtime']);
      assert.ok(Object.values(dashboards).flat().length >= 15);
    });
  });

  describe('of ours', () => {
    for (const { title, targets } of OURS.panels) {
      for (const { expr } of targets) it(`${title}: ${expr}`, () => isAnswered(filledIn(expr)));
    }
    for (const { query } of OURS.templating.list.filter(({ type }) => type === 'query')) {
      it(`variables: ${query}`, async () => {
        assert.deepEqual(await prometheus?.ask(query), [VARIABLES.namespace]);
      });
    }
  });
});
