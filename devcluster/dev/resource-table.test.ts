import assert from 'node:assert/strict';
import { resourceTable } from './resource-table.ts';

describe('The table of resources', () => {
  it('tells phase, readiness and age, what is wrong, and what was made and patched', () => {
    const rest = { reason: '', message: '', outputs: [], patches: [] };
    const table = resourceTable(
      [
        {
          ...rest,
          resource: 'default/a',
          phase: 'Ready',
          ready: 'True',
          created: '2026-01-01T00:00:00Z',
          outputs: [{ kind: 'Service', object: 'default/web', phase: 'Syncing' }],
          patches: [{ kind: 'Deployment', object: 'default/web' }],
        },
        { ...rest, resource: 'default/long-name', phase: '', ready: '', created: '2026-01-01T00:09:30Z' },
        {
          ...rest,
          resource: 'b',
          phase: 'Syncing',
          ready: 'False',
          reason: 'WorkerFailed',
          message: 'boom',
          created: '2025-12-30T00:00:00Z',
        },
      ],
      new Date('2026-01-01T00:10:00Z'),
    );
    assert.deepEqual(table, [
      'NAME               PHASE    READY  AGE',
      'default/a          Ready    True   10m',
      '  - Service default/web (Syncing)',
      '  ~ Deployment default/web (patched)',
      'default/long-name  -        -      30s',
      'b                  Syncing  False  2d',
      '  ! WorkerFailed: boom',
    ]);
  });
});
