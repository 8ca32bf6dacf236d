import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { systemClock } from '../../runtime/clock.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { silentLogger } from '../../runtime/observe/logger.ts';
import { Reloader } from '../../runtime/reload.ts';
import { operator as autoRoute } from '../../examples/autorouter/src/operator.ts';
import { SteppedClock } from './stepped-clock.ts';
import { configMap, final, phase, routes, sum, Testbed } from './testbed.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'autorouter', 'deploy');

/** What the first Autopilot did wrong in how it is configured, deployed, fast and tested, each tried on this one. */
describe('defects of 2019', () => {
  let testbed: Testbed;
  beforeEach(async () => {
    testbed = await Testbed.open();
  });
  afterEach(() => testbed.close());

  it('defect 13: a mounted ConfigMap that is swapped is taken up, and the old one has ended before the new one works', async () => {
    const mount = await mkdtemp(join(tmpdir(), 'defect-13-'));
    const project13 = async (version: string, text: string): Promise<void> => {
      await mkdir(join(mount, version));
      await writeFile(join(mount, version, 'operator.yaml'), text);
      await symlink(version, join(mount, '..data_tmp'));
      await rename(join(mount, '..data_tmp'), join(mount, '..data'));
    };
    const textOf = (greeting: string): string => `metricsAddr: ""\nhealthAddr: ""\nconfig: { greeting: ${greeting} }\n`;
    await project13('..1', textOf('old'));
    await symlink(join('..data', 'operator.yaml'), join(mount, 'operator.yaml'));
    const working = new Set<unknown>();
    const reached: unknown[] = [];
    const operator = await testbed.runWith(
      routes({
        Only: phase(
          async ({ config: { greeting }, signal }) => {
            working.add(greeting);
            assert.equal(working.size, 1, 'two at a time');
            reached.push(greeting);
            if (greeting === 'old') await new Promise((resolve) => signal.addEventListener('abort', resolve));
            working.delete(greeting);
            return { phase: 'Only', status: { greeting } };
          },
          { initial: true },
        ),
      }),
      { settings: { greeting: 'old' }, config: { config: { greeting: 'old' } } },
    );
    const reloader = new Reloader({
      file: join(mount, 'operator.yaml'),
      text: textOf('old'),
      clock: systemClock,
      logger: silentLogger,
      read: (text) => {
        const config = loadConfig(text, 'operator.yaml', {});
        return { config, settings: config.config };
      },
      manager: {
        refused: (error) => assert.fail(String(error)),
        reload: async ({ config, settings = {} }) => {
          await operator.reload(config, { settings });
          return [];
        },
      },
      taken: () => undefined,
    });
    await reloader.start();
    try {
      await testbed.route('a');
      await testbed.untilMetrics(operator, () => reached.length === 1);
      await project13('..2', textOf('new'));
      await testbed.untilRoute('a', ({ status }) => status?.['greeting'] === 'new');
      assert.deepEqual(reached.slice(0, 2), ['old', 'new']);
    } finally {
      await reloader.stop();
      await rm(mount, { recursive: true });
    }
  });

  it('defect 14: the deployment has probes, resources and a security context, and no role has a wildcard', async () => {
    interface Deployment {
      readonly spec: {
        readonly template: {
          readonly spec: {
            readonly securityContext?: { readonly runAsNonRoot?: boolean };
            readonly containers: readonly Readonly<Record<string, unknown>>[];
          };
        };
      };
    }
    const text = await readFile(join(EXAMPLE, 'base', 'deployment.yaml'), 'utf8');
    const { spec } = load(text) as Deployment;
    const [container = {}] = spec.template.spec.containers;
    for (const part of ['livenessProbe', 'readinessProbe', 'resources', 'securityContext'])
      assert.ok(container[part], part);
    assert.deepEqual(
      [spec.template.spec.securityContext?.runAsNonRoot, container['securityContext']],
      [true, { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true }],
    );
    for (const file of [
      'overlays/cluster/clusterrole.yaml',
      'overlays/namespaced/role.yaml',
      'base/leader_election_role.yaml',
    ]) {
      const roles = loadAll(await readFile(join(EXAMPLE, file), 'utf8')) as { rules: unknown }[];
      for (const { rules } of roles) {
        assert.ok(Array.isArray(rules) && rules.length > 0);
        assert.ok(!JSON.stringify(rules).includes('*'), file);
      }
    }
  });

  it('defect 15: the CRD has a schema, by which a server refuses what does not fit', async () => {
    const crd: unknown = load(await readFile(join(EXAMPLE, 'base', 'crd.yaml'), 'utf8'));
    await testbed.cluster.installCrd(crd as Parameters<typeof testbed.cluster.installCrd>[0]);
    const route = (deploymentSelector: unknown) => ({
      apiVersion: 'examples.io/v1',
      kind: 'AutoRoute',
      metadata: { name: 'a', namespace: 'default' },
      spec: { deploymentSelector },
    });
    await assert.rejects(testbed.cluster.create(route('app=web')), /deploymentSelector/);
    await testbed.cluster.create(route({ matchLabels: { app: 'web' } }));
  });

  it('defect 16: as many are synced at once as is configured, and requests wait for no allowance', async () => {
    const open: (() => void)[] = [];
    const clock = new SteppedClock();
    const operator = await testbed.runWith(
      routes({
        Only: phase(
          async ({ route }) => {
            await new Promise<void>((resolve) => open.push(resolve));
            return { phase: 'Done', outputs: { configMaps: [configMap(`${route.metadata.name}-out`)] } };
          },
          { initial: true },
        ),
        Done: final,
      }),
      { clock, config: { concurrency: 30 } },
    );
    const names = Array.from({ length: 40 }, (_each, index) => `r${index}`);
    for (const name of names) await testbed.route(name);
    await testbed.untilMetrics(operator, () => open.length === 30);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_active_workers'), 30);
    const waits = new Set(clock.waits);
    await testbed.untilMetrics(operator, (text) => {
      for (const go of open.splice(0)) go();
      return sum(text, 'autopilot_transitions_total') === names.length;
    });
    // 80 requests, and no pause but the deadlines of runs.
    const paused = clock.waits.filter((wait) => wait !== 60_000 && !waits.has(wait));
    assert.deepEqual(paused, []);
  });

  it('defect 17: an operator for a mesh is tested without a cluster, and without the mesh', async () => {
    const crd: unknown = load(await readFile(join(EXAMPLE, 'base', 'crd.yaml'), 'utf8'));
    await testbed.cluster.installCrd(crd as Parameters<typeof testbed.cluster.installCrd>[0]);
    assert.match(testbed.cluster.url, /^https:\/\/127\.0\.0\.1:/);
    await testbed.run(autoRoute);
    const labels = { app: 'web' };
    await testbed.cluster.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default', labels },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'web', image: 'example.test/web:1', ports: [{ containerPort: 8080 }] }] },
        },
      },
    });
    await testbed.cluster.create({
      apiVersion: 'examples.io/v1',
      kind: 'AutoRoute',
      metadata: { name: 'shop', namespace: 'default' },
      spec: { deploymentSelector: { matchLabels: labels } },
    });
    await testbed.until(
      { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', name: 'web', namespace: 'default' },
      ({ metadata }) => metadata.name === 'web',
    );
  });
}).timeout(30_000);
