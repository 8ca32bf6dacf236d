import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';
import { weightsOf } from './weights.ts';

describe('Evaluating', () => {
  it('moves the traffic step by step, and asks about the canary before each', async () => {
    const asked: string[] = [];
    const getIstioSuccessRate = (...workload: readonly string[]) => {
      asked.push(workload.join(' '));
      return 99.5;
    };
    await runFrom(
      'Evaluating',
      async ({ cluster, until }) => {
        const { status } = await until(({ status: now }) => now?.phase === 'Promoted');

        assert.deepEqual([status?.weight, status?.successRate], [100, 99.5]);
        assert.deepEqual(await weightsOf(cluster), [0, 100]);
        assert.ok(asked.length >= 2);
        assert.deepEqual(new Set(asked), new Set(['default web-canary 1s']));
      },
      [],
      { getIstioSuccessRate },
    );
  });

  it('keeps each step for its time, however often it looks', async () => {
    let looks = 0;
    const getIstioSuccessRate = () => {
      looks += 1;
      return 100;
    };
    await runFrom(
      'Evaluating',
      async ({ cluster, until }) => {
        const guard = await until(({ status }) => status?.weight === 50);
        const { apiVersion, kind, metadata } = guard;

        // Another spec runs the worker again, in the middle of the step.
        const reference = { apiVersion: apiVersion ?? '', kind: kind ?? '', name: metadata.name };
        await cluster.patch(reference, { spec: { measurementInterval: '1h' } });
        const { status } = await until(({ status: now }) => now?.observedGeneration === 2);
        assert.deepEqual([status?.weight, looks >= 2], [50, true]);
        assert.deepEqual(await weightsOf(cluster), [50, 50]);
      },
      [],
      { getIstioSuccessRate },
    );
  });

  it('gives all traffic back once too many requests fail', async () => {
    const rates = [100, 98.9];
    await runFrom(
      'Evaluating',
      async ({ cluster, until }) => {
        const { status } = await until(({ status: now }) => now?.phase === 'RolledBack');

        assert.deepEqual([status?.weight, status?.successRate], [0, 98.9]);
        assert.deepEqual(await weightsOf(cluster), [100, 0]);
      },
      [],
      { getIstioSuccessRate: () => rates.shift() },
    );
  });

  it('tells of metrics that cannot be had, and moves nothing', async () => {
    await runFrom(
      'Evaluating',
      async ({ cluster, settled }) => {
        const guard = await settled();

        assert.match(failure(guard) ?? '', /the server is away/);
        assert.equal(guard.status?.phase, 'Evaluating');
        assert.deepEqual(
          await cluster.list({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' }),
          [],
        );
      },
      [],
      { getIstioSuccessRate: () => Promise.reject(new Error('the server is away')) },
    );
  });
});
