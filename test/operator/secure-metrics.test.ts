import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { READER_RULES, REVIEW_RULES } from '../../project/manifests/metrics.ts';
import { createLogger } from '../../runtime/observe/logger.ts';
import { selfSigned } from '../../runtime/observe/secure/self-signed.ts';
import { isAutopilotError } from './autopilot-error.ts';
import { scrape, tokenOf } from './scrape.ts';
import { final, phase, routes, sum, Testbed, type ReloadableOperator } from './testbed.ts';
import type { OperatorConfig } from 'autopilot-runtime';

const role = (name: string, ...rules: readonly object[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules,
});
/** As the overlay for production has them. */
const READER = role('metrics-reader', ...READER_RULES);
const REVIEWS = role('metrics-auth', ...REVIEW_RULES);
const WORK = role(
  'operator',
  { apiGroups: ['example.io'], resources: ['routes'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['example.io'], resources: ['routes/status'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
);
describe('metrics over TLS', () => {
  let testbed: Testbed;
  let folder: string;
  let log: string;
  let reader: string;
  let stranger: string;

  before(async () => {
    testbed = await Testbed.open();
    reader = tokenOf(
      await testbed.cluster.addServiceAccount('prometheus', { namespace: 'monitoring', roles: [READER] }),
    );
    stranger = tokenOf(await testbed.cluster.addServiceAccount('stranger', { namespace: 'monitoring' }));
  });
  after(() => testbed.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secure-metrics-'));
    log = '';
  });
  afterEach(async () => {
    await testbed.stopOperators();
    await rm(folder, { recursive: true });
  });

  const start = async (
    config: Partial<OperatorConfig>,
    roles = [WORK, REVIEWS],
    account = `operator-${roles.length}`,
  ): Promise<ReloadableOperator> =>
    testbed.runWith(routes({ Only: phase(() => ({ phase: 'Done' }), { initial: true }), Done: final }), {
      config,
      development: false,
      kubeconfig: await testbed.cluster.addServiceAccount(account, { roles }),
      logger: createLogger({ name: 'n', version: 'v', level: 'Info', write: (line) => void (log += line) }),
    });
  /** Where the operator said that it serves. */
  const address = (): string => /"serving":"([^"]+)"/.exec(log)?.[1] ?? assert.fail(log);
  const freePort = async (): Promise<string> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    server.close();
    await once(server, 'close');
    return `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  };

  it('are for those who may get /metrics, and for nobody else', async () => {
    await start({ metricsAddr: '127.0.0.1:0', metricsSecure: true });
    const { status, body } = await scrape(address(), reader);
    assert.equal(status, 200);
    assert.equal(sum(body, 'autopilot_operator_info'), 1);
    assert.equal((await scrape(address(), stranger)).status, 403);
    assert.equal((await scrape(address(), 'nonsense')).status, 401);
    assert.equal((await scrape(address())).status, 401);
    assert.equal((await scrape(address(), stranger, { path: '/metrics/' })).status, 404);
    assert.equal((await scrape(address(), reader, { method: 'DELETE' })).status, 403, 'the right is to get');
    await assert.rejects(fetch(`http://${address()}/metrics`), 'not without TLS');
    for (const secret of [reader, stranger]) assert.ok(!log.includes(secret));
    assert.ok(!body.includes('prometheus'), 'callers are in no metric');
  });

  it('ask the API server about a caller once in a while, and not at each scrape', async () => {
    await start({ metricsAddr: '127.0.0.1:0', metricsSecure: true });
    const reviews = (): number =>
      testbed.operatorRequests().filter(({ resource }) => resource.endsWith('reviews')).length;
    const before = reviews();
    for (let scrapes = 0; scrapes < 5; scrapes += 1) assert.equal((await scrape(address(), reader)).status, 200);
    assert.equal(reviews() - before, 2);
  });

  it('need both of the rights that the overlay grants', async () => {
    for (const [index, rule] of REVIEW_RULES.entries()) {
      log = '';
      await start(
        { metricsAddr: '127.0.0.1:0', metricsSecure: true },
        [WORK, role(`half-${index}`, rule)],
        `half-${index}`,
      );
      assert.equal((await scrape(address(), reader)).status, 500);
    }
  });

  it('are refused to everybody, and nothing else suffers, where the operator may not ask', async () => {
    const operator = await start({ metricsAddr: '127.0.0.1:0', metricsSecure: true }, [WORK]);
    assert.equal((await scrape(address(), reader)).status, 500);
    assert.match(log, /metrics are refused to everybody: .*tokenreviews.*deploy\/overlays\/production/);
    await testbed.route('unseen');
    await testbed.untilReady('unseen', 'Done');
    assert.equal(operator.unready(), undefined);
  });

  it('show the certificate of the folder, and the next one to who connects anew', async () => {
    const pairs = [selfSigned([], new Date()), selfSigned([], new Date())] as const;
    const put = async ({ cert, key }: { readonly cert: string; readonly key: string }): Promise<string> => {
      await writeFile(join(folder, 'tls.key'), key);
      await writeFile(join(folder, 'tls.crt'), cert);
      return new X509Certificate(cert).fingerprint256;
    };
    const first = await put(pairs[0]);
    await start({ metricsAddr: '127.0.0.1:0', metricsSecure: true, metricsCertDir: folder });
    assert.equal((await scrape(address(), reader, { ca: pairs[0].cert })).fingerprint, first);
    const second = await put(pairs[1]);
    const deadline = performance.now() + 10_000;
    while ((await scrape(address(), reader)).fingerprint !== second) assert.ok(performance.now() < deadline);
    assert.equal((await scrape(address(), reader, { ca: pairs[1].cert })).status, 200);
  });

  it('become so, and plain again, by a change of the configuration, at the same address', async () => {
    const metricsAddr = await freePort();
    const operator = await start({ metricsAddr });
    const plain = async (): Promise<number> => (await fetch(`http://${metricsAddr}/metrics`)).status;
    assert.equal(await plain(), 200);
    assert.deepEqual(await operator.reload({ metricsAddr, metricsSecure: true }), ['metricsSecure']);
    assert.equal((await scrape(metricsAddr, reader)).status, 200);
    await assert.rejects(plain());
    const elsewhere = await freePort();
    await operator.reload({ metricsAddr: elsewhere, metricsSecure: true });
    assert.equal((await scrape(elsewhere, reader)).status, 200);
    await assert.rejects(scrape(metricsAddr, reader));
    await operator.reload({ metricsAddr });
    assert.equal(await plain(), 200);
    await assert.rejects(scrape(elsewhere, reader));
  });

  it('stay as they are where the change cannot be: no such certificate, a taken address, no right to ask', async () => {
    const metricsAddr = await freePort();
    const config = { metricsAddr, metricsSecure: true };
    const operator = await start(config);
    const { fingerprint } = await scrape(metricsAddr, reader);
    const refused = (next: Partial<OperatorConfig>, code: string) =>
      assert.rejects(operator.reload(next), (error) => isAutopilotError(error, code));
    await writeFile(join(folder, 'tls.crt'), 'nonsense');
    await refused({ ...config, metricsCertDir: folder }, 'ERR_AP_CERTIFICATE');
    assert.equal((await scrape(metricsAddr, reader)).fingerprint, fingerprint);
    // The metrics have moved out of the way by the time that this is found.
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const bound = taken.address();
    const profilingAddr = `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
    await refused({ metricsAddr, metricsSecure: false, profilingAddr }, 'ERR_AP_ADDRESS');
    taken.close();
    assert.equal((await scrape(metricsAddr, reader)).fingerprint, fingerprint);
    await operator.stop();

    const bare = await start({ metricsAddr }, [WORK]);
    await assert.rejects(bare.reload(config), (error) => {
      assert.ok(isAutopilotError(error, 'ERR_AP_MISSING_RIGHTS'));
      assert.match(String(error), /create tokenreviews\.authentication\.k8s\.io/);
      return true;
    });
    assert.equal((await fetch(`http://${metricsAddr}/metrics`)).status, 200);
  });
});
