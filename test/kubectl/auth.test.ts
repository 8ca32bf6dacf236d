import assert from 'node:assert/strict';
import { startCluster } from 'autopilot-devcluster';
import { playAuth } from './auth-commands.ts';
import { findKubectls } from './find-kubectl.ts';
import { Kubectl } from './kubectl.ts';
import recorded from './recorded-auth.json' with { type: 'json' };

describe('kubectl says about rights what it says of a real server', () => {
  for (const { name, program } of findKubectls()) {
    it(`${recorded.length} commands of ${name}`, async () => {
      await using cluster = await startCluster({ crds: [] });
      const kubectl = await Kubectl.create(program, await cluster.writeKubeconfig());
      try {
        assert.deepEqual(await playAuth(kubectl), recorded);
      } finally {
        await kubectl.remove();
      }
    });
  }
}).timeout(120_000);
