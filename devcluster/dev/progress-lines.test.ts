import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ProgressLines } from './progress-lines.ts';
import { Screen } from '../terminal/screen.ts';

describe('What an operator tells', () => {
  const shown = (...told: readonly Readonly<Record<string, string>>[]): readonly string[] => {
    const output = new PassThrough();
    const screen = new Screen(output, () => new Date(2026, 0, 1, 12, 0, 0));
    const lines = new ProgressLines({ screen, folder: '/project', phases: ['Syncing'] });
    for (const progress of told) lines.progress(progress);
    return String(output.read()).trimEnd().split('\n');
  };

  it('is shown of patched objects as of outputs: phase, what was done, to what, and whether others did it', () => {
    const of = { resource: 'default/a', phase: 'Syncing', kind: 'ConfigMap' };
    assert.deepEqual(
      shown(
        { ...of, type: 'output', object: 'default/out', change: 'created' },
        { ...of, type: 'patch', object: 'default/theirs', change: 'patched' },
        { ...of, type: 'patch', object: 'default/theirs', change: 'changed' },
        { ...of, type: 'patch', object: 'other/theirs', change: 'let go' },
        { ...of, type: 'patch', object: 'default/theirs', change: 'deleted' },
      ),
      [
        '12:00:00  default/a   Syncing  created  ConfigMap out',
        '12:00:00  default/a   Syncing  patched  ConfigMap theirs',
        '12:00:00  default/a   Syncing  changed  ConfigMap theirs by others',
        '12:00:00  default/a   Syncing  let go   ConfigMap other/theirs',
        '12:00:00  default/a   Syncing  deleted  ConfigMap theirs by others',
      ],
    );
  });
});
