import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedTarget } from './embedded-target.ts';
import { readProject } from './project.ts';

const PROJECT = 'apiVersion: example.io/v1\nkind: Namespace\nphases: []\n';

describe('The embedded cluster of a project', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'embedded-target-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('shows what each resource has made and patched, and nothing of another’s', async () => {
    // Any kind will do for resources.
    const project = { ...readProject(folder, PROJECT), apiVersion: 'v1' };
    const target = await embeddedTarget(project, { port: 0, keep: false });
    const { cluster } = target;
    try {
      assert.ok(cluster);
      const map = { apiVersion: 'v1', kind: 'ConfigMap' };
      const metadata = { name: 'theirs', namespace: 'default' };
      const made = async (name: string): Promise<string> => {
        const owner = await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
        const { uid = '' } = owner.metadata;
        const labels = { 'example.io/owner': uid };
        const annotations = { 'example.io/phase': 'Syncing' };
        await cluster.create({ ...map, metadata: { name: 'out', namespace: name, labels, annotations } });
        return uid;
      };
      const uid = await made('a');
      await made('b');
      await cluster.create({ ...map, metadata });
      await cluster.apply(
        { ...map, metadata: { ...metadata, annotations: { 'applied.example.io/0': 'x' } }, data: { k: 'v' } },
        { fieldManager: `operator/${uid}/0123456789abcdef` },
      );
      const shown = (await target.resources(project)).filter(({ resource }) => ['a', 'b'].includes(resource));
      assert.deepEqual(
        shown.map(({ resource, outputs, patches }) => ({ resource, outputs, patches })),
        [
          {
            resource: 'a',
            outputs: [{ kind: 'ConfigMap', object: 'a/out', phase: 'Syncing' }],
            patches: [{ kind: 'ConfigMap', object: 'default/theirs' }],
          },
          { resource: 'b', outputs: [{ kind: 'ConfigMap', object: 'b/out', phase: 'Syncing' }], patches: [] },
        ],
      );
    } finally {
      await target.stop();
    }
  });
});
