import assert from 'node:assert/strict';
import { podsToDelete } from './pods-to-delete.ts';
import { readDeployment } from './views.ts';
import { templateHash } from './template-hash.ts';
import type { ApiObject } from '../../store/object.ts';

/** What test/real/workloads.test.ts does not come by. */
describe('A rollout', () => {
  const limits = (replicas: number, maxSurge: string | number, maxUnavailable: string | number): readonly number[] => {
    const rollingUpdate = { maxSurge, maxUnavailable };
    const spec = { replicas, strategy: { type: 'RollingUpdate', rollingUpdate } };
    const deployment = readDeployment({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
    return [deployment.maxSurge, deployment.maxUnavailable];
  };

  it('rounds a surge up and what may be missing down, and is never stuck', () => {
    assert.deepEqual(limits(10, '25%', '25%'), [3, 2]);
    assert.deepEqual(limits(1, '25%', '25%'), [1, 0]);
    assert.deepEqual(limits(2, 0, '25%'), [0, 1]);
    assert.deepEqual(limits(2, 0, 5), [0, 2]);
    assert.deepEqual(limits(0, '25%', '25%'), [0, 0]);
  });

  it('has the same hash for the same template, whatever the order of its members', () => {
    assert.equal(templateHash({ a: 1, b: [2] }, undefined), templateHash({ b: [2], a: 1 }, undefined));
    assert.notEqual(templateHash({ a: 1 }, undefined), templateHash({ a: 2 }, undefined));
    assert.notEqual(templateHash({ a: 1 }, undefined), templateHash({ a: 1 }, 1));
  });
});

describe('Of several pods, those go first', () => {
  const now = Date.UTC(2030, 0, 1);
  const pod = (
    name: string,
    more: { phase?: string; ready?: number; nodeName?: string; cost?: string; restarts?: number } = {},
  ): ApiObject => {
    const { phase = 'Running', ready, nodeName = 'n', cost, restarts = 0 } = more;
    const time = (ms: number): string => new Date(now - ms).toISOString();
    const conditions = ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: time(ready) }];
    const annotations = cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': cost };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, uid: name, creationTimestamp: time(3_600_000), annotations },
      spec: { nodeName },
      status: { phase, conditions, containerStatuses: [{ restartCount: restarts }] },
    };
  };

  it('that are missed least', () => {
    const pods = [
      pod('g-long-ready', { ready: 3_000_000 }),
      pod('f-ready', { ready: 1000 }),
      pod('e-dear', { cost: '5', ready: 1000 }),
      pod('d-restarted', { ready: 1000, restarts: 3 }),
      pod('c-unready'),
      pod('b-pending', { phase: 'Pending' }),
      pod('a-unbound', { phase: 'Pending', nodeName: '' }),
    ];
    assert.deepEqual(
      podsToDelete(pods, pods, 7, now).map(({ metadata }) => metadata.name),
      ['a-unbound', 'b-pending', 'c-unready', 'd-restarted', 'f-ready', 'g-long-ready', 'e-dear'],
    );
    assert.equal(podsToDelete(pods, pods, 2, now).length, 2);
  });
});
