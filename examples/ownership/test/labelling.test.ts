import assert from 'node:assert/strict';
import type { Cluster } from 'autopilot-devcluster';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { deployment } from './deployments.ts';
import { failure, runFrom } from './harness.ts';

const TEAM = 'examples.io/team';
const CONTACT = 'examples.io/contact';
const OWNERSHIP = { apiVersion: 'examples.io/v1', kind: 'Ownership', name: 'example' };
const ref = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });

/** The labels of the Deployment, its Pods' labels, and its contact. */
async function marksOf(cluster: Cluster, name: string) {
  const { metadata, spec } = await cluster.get<IDeployment>(ref(name));
  return [
    metadata.labels?.[TEAM],
    spec?.template.metadata?.labels?.[TEAM],
    metadata.annotations?.[CONTACT],
  ];
}

const NONE = [undefined, undefined, undefined];

describe('Labelling', () => {
  it('labels the selected Deployments and their Pods, and owns none of them', async () => {
    const given = [deployment('web'), deployment('batch', 'other')];
    await runFrom(
      'Labelling',
      async ({ cluster, settled }) => {
        const ownership = await settled();

        assert.equal(failure(ownership), undefined);
        assert.deepEqual(ownership.status?.deployments, ['web']);
        assert.deepEqual(await marksOf(cluster, 'web'), ['blue', 'blue', 'blue@example.test']);
        assert.deepEqual(await marksOf(cluster, 'batch'), NONE);
        const { metadata } = await cluster.get<IDeployment>(ref('web'));
        assert.deepEqual(
          [metadata.ownerReferences, metadata.labels?.['app']],
          [undefined, 'example'],
        );
      },
      given,
    );
  });

  it('takes its labels back from what is selected no more, and from all when the Ownership is deleted', async () => {
    const given = [deployment('cart'), deployment('web')];
    await runFrom(
      'Labelling',
      async ({ cluster, until, deleted }) => {
        await until(({ status }) => status?.deployments?.length === 2);

        await cluster.patch(ref('cart'), { metadata: { labels: { app: 'other' } } });
        await until(({ status }) => status?.deployments?.length === 1);
        assert.deepEqual(await marksOf(cluster, 'cart'), NONE);

        await deleted();
        assert.deepEqual(await marksOf(cluster, 'web'), NONE);
        assert.ok(await cluster.find(ref('web')), 'the Deployment is somebody else’s, and stays');
      },
      given,
    );
  });

  it('leaves the label of another team alone, and says who has it', async () => {
    await runFrom('Labelling', async ({ cluster, until }) => {
      const theirs = deployment('web');
      const labels = { ...theirs.metadata.labels, [TEAM]: 'red' };
      const metadata = { ...theirs.metadata, labels };
      await cluster.apply({ ...theirs, metadata }, { fieldManager: 'red-team' });

      const ownership = await until(
        ({ status }) =>
          status?.conditions?.some(({ reason }) => reason === 'PatchRefused') ?? false,
      );
      const refused = ownership.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.match(refused?.message ?? '', /Deployment default\/web: red-team holds/);
      const [team] = await marksOf(cluster, 'web');
      assert.equal(team, 'red');

      await cluster.delete(OWNERSHIP);
      await cluster.until(OWNERSHIP, (now) => now === undefined);
    });
  });
});
