import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningOperator } from 'autopilot-runtime';
import { load } from 'js-yaml';
import { impatientClock } from './impatient-clock.ts';
import { configMap, OPERATOR, phase, routes, Testbed } from './testbed.ts';

interface Kubeconfig {
  readonly clusters: readonly [{ readonly name: string; readonly cluster: Readonly<Record<string, string>> }];
  readonly users: readonly [{ readonly name: string; readonly user: { readonly token: string } }];
}

/** An operator whose token and certificate authority are in files, as a pod's are. */
describe('credentials of an operator', () => {
  let testbed: Testbed;
  let folder: string;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'credentials-'))));
  afterEach(async () => {
    await testbed.stopOperators();
    await rm(folder, { recursive: true });
  });

  const token = (): string => join(folder, 'token');
  const authority = (): string => join(folder, 'ca.crt');
  /** A new token of the operator's user. */
  const issue = (): string => {
    const kubeconfig = load(testbed.cluster.addUser('robot', ['system:masters'])) as Kubeconfig;
    return kubeconfig.users[0].user.token;
  };
  const begin = async (): Promise<RunningOperator> => {
    await writeFile(token(), issue());
    await writeFile(authority(), testbed.cluster.ca);
    const kubeconfig = load(testbed.cluster.kubeconfig) as Kubeconfig;
    const { server = '' } = kubeconfig.clusters[0].cluster;
    const { name } = kubeconfig.clusters[0];
    const text = JSON.stringify({
      ...kubeconfig,
      clusters: [{ name, cluster: { server, 'certificate-authority': authority() } }],
      users: [{ name: 'admin', user: { tokenFile: token() } }],
    });
    return testbed.runWith(copying, { kubeconfig: text, clock: impatientClock, random: () => 0 });
  };
  const copying = routes({
    Only: phase(
      ({ route, inputs }) => ({
        phase: 'Only',
        outputs: {
          configMaps: [configMap(`${route.metadata.name}-copy`, inputs['configMaps']?.find('source')?.data ?? {})],
        },
      }),
      { initial: true },
    ),
  });
  let round = 0;
  /** Changes what is read, and waits until it was written: a watch and a write. */
  const works = async (): Promise<void> => {
    const n = String((round += 1));
    await testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'source', namespace: 'default' },
      data: { n },
    });
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === n);
  };
  const route = (): Promise<unknown> =>
    testbed.cluster.apply({
      apiVersion: 'example.io/v1',
      kind: 'Route',
      metadata: { name: 'a', namespace: 'default' },
      spec: {},
    });
  const cut = (): void => void testbed.cluster.faults.cutWatches({ userAgent: OPERATOR });
  const refusals = (): number => testbed.cluster.requests.count({ userAgent: OPERATOR, code: 401 });

  it('are read again as soon as the token that was read is refused: nothing is lost, and no watch is held up', async () => {
    await route();
    const operator = await begin();
    await works();
    testbed.cluster.faults.revokeTokens('robot');
    await writeFile(token(), issue());
    cut();
    await works();
    assert.ok(refusals() > 0, 'the old token was not refused');
    assert.equal(operator.unready(), undefined);
  });

  it('that are refused, and are not new yet, make it unready, and it goes on once they are', async () => {
    await route();
    const operator = await begin();
    await works();
    testbed.cluster.faults.revokeTokens('robot');
    cut();
    await testbed.untilMetrics(operator, () => /^the watch of .* is broken: .*401/.test(operator.unready() ?? ''));
    await writeFile(token(), issue());
    await works();
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
  });

  it('are trusted by another authority once its certificate is in the file, without a restart', async () => {
    await route();
    const operator = await begin();
    await works();
    testbed.cluster.faults.rotateCertificate();
    cut();
    await testbed.untilMetrics(operator, () =>
      /^the watch of .* is broken: .*certificate/.test(operator.unready() ?? ''),
    );
    await writeFile(authority(), testbed.cluster.ca);
    await works();
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
  });
});
