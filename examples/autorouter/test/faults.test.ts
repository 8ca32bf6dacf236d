import assert from 'node:assert/strict';
import { killAtEveryCall, randomFaults } from 'autopilot-devcluster/testing';
import type { Subject } from 'autopilot-devcluster/testing';
import { start } from 'autopilot-runtime';
import { crdOf } from 'autopilot-runtime/crd';
import { spec, status } from '../src/api/autoroutes/v1/spec.ts';
import { autoRouteResource } from '../src/api/autoroutes/v1/types.ts';
import { operator } from '../src/operator.ts';
import { deployment } from './deployments.ts';
import { example } from './example.ts';

const phases = Object.keys(operator.phases);

/** The operator, and what its users do. */
const subject: Subject = {
  start: (given) => start(operator, given),
  prepare: (cluster) =>
    cluster.installCrd(
      crdOf({ ...autoRouteResource, scope: 'Namespaced', phases }, { spec, status }),
    ),
  steps: [
    (cluster) => Promise.all([cluster.create(deployment('web')), cluster.create(example)]),
    (cluster) => cluster.create(deployment('cart')),
    (cluster) => cluster.delete({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }),
  ],
};

describe('The operator', () => {
  it('ends the same wherever it is killed', async () => {
    const { kills } = await killAtEveryCall(subject);
    assert.ok(kills > 0);
  });

  it('ends the same whatever goes wrong', async () => {
    const { disturbances } = await randomFaults({ ...subject, runs: 20 });
    assert.ok(disturbances > 0);
  });
}).timeout(60_000);
