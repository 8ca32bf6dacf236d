import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from 'autopilot-devcluster';
import type { RunningOperator } from 'autopilot-runtime';
import { load } from 'js-yaml';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { systemClock } from '../../devcluster/clock.ts';
import { stringAt } from '../../devcluster/schema/json.ts';
import { SteppedClock } from './stepped-clock.ts';
import { configMap, OPERATOR, phase, routes, Testbed } from './testbed.ts';

const MINUTE = 60_000;
/** The shortest that a server gives out. */
const LIFE_MINUTES = 10;
const ACCOUNT = 'system:serviceaccount:default:robot';

const anything = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'anything' },
  rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
};

/** A token as a pod has it: for a short time, and in a file that the kubelet replaces before that is over. Time passes for all alike. */
describe('the token of an operator’s service account', () => {
  let testbed: Testbed;
  let admin: HttpClient;
  let folder: string;
  let clock: SteppedClock;
  beforeEach(async () => {
    clock = new SteppedClock();
    const now = (): Date => new Date(clock.now());
    testbed = await Testbed.open(await startCluster({ crds: [], clock: { ...systemClock, now } }));
    folder = await mkdtemp(join(tmpdir(), 'token-'));
    admin = new HttpClient(testbed.cluster.kubeconfig);
    await testbed.cluster.addServiceAccount('robot', { roles: [anything] });
  });
  afterEach(async () => {
    await admin.close();
    await testbed.close();
    await rm(folder, { recursive: true });
  });

  /** Puts a new token in the place of the one that is there. */
  const issue = async (): Promise<void> => {
    const { code, value } = await admin.send('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [], expirationSeconds: LIFE_MINUTES * 60 },
      },
    });
    assert.equal(code, 201);
    await writeFile(join(folder, 'next'), stringAt(value, 'status', 'token'));
    await rename(join(folder, 'next'), join(folder, 'token'));
  };
  const begin = async (): Promise<RunningOperator> => {
    const kubeconfig = load(testbed.cluster.kubeconfig) as object;
    const users = [{ name: 'admin', user: { tokenFile: join(folder, 'token') } }];
    const operator = await testbed.runWith(copying, { kubeconfig: JSON.stringify({ ...kubeconfig, users }), clock });
    await testbed.route('a');
    await works();
    return operator;
  };
  const copying = routes({
    Only: phase(
      ({ inputs }) => ({
        phase: 'Only',
        outputs: { configMaps: [configMap('copy', inputs['configMaps']?.find('source')?.data ?? {})] },
      }),
      { initial: true },
    ),
  });
  let round = 0;
  const change = async (): Promise<string> => {
    const n = String((round += 1));
    const metadata = { name: 'source', namespace: 'default' };
    await testbed.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { n } });
    return n;
  };
  /** Changes what is read, and waits until it was written. */
  const works = async (): Promise<void> => {
    const n = await change();
    await testbed.untilConfigMap('copy', ({ data }) => data?.['n'] === n);
  };
  const refusals = (): number => testbed.cluster.requests.count({ userAgent: OPERATOR, code: 401 });

  it('is taken from the file before the one of before expires: in half an hour no request is refused', async () => {
    await issue();
    const operator = await begin();
    for (let minute = 1; minute <= 30; minute += 1) {
      // As the kubelet, after four fifths of its life.
      if (minute % (0.8 * LIFE_MINUTES) === 0) await issue();
      clock.skip(MINUTE);
      await works();
    }
    assert.equal(refusals(), 0);
    assert.equal(operator.unready(), undefined);
    const users = new Set(testbed.cluster.requests.filter({ userAgent: OPERATOR }).map(({ user }) => user));
    assert.deepEqual([...users], [ACCOUNT]);
  });

  it('that has expired, and is not replaced, makes it unready, which says so; it goes on once there is another', async () => {
    await issue();
    const operator = await begin();
    // A server lets clocks differ by a minute.
    for (let minute = 0; minute < LIFE_MINUTES + 2; minute += 1) clock.skip(MINUTE);
    await change();
    await testbed.untilMetrics(operator, () => {
      clock.skip(500);
      return /^the watch of .* is broken: .*401/.test(operator.unready() ?? '');
    });
    assert.ok(refusals() > 0);
    await issue();
    await works();
    await testbed.untilMetrics(operator, () => {
      clock.skip(500);
      return operator.unready() === undefined;
    });
  });
}).timeout(30_000);
