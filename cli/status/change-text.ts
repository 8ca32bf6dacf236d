import type { Tone } from '../../devcluster/terminal/screen.ts';
import { errorText } from './overview.ts';
import type { ResourceRow } from './resource-row.ts';

export interface ChangeText {
  readonly text: string;
  readonly tone: Tone;
}

/** What a person is told of a resource that has changed; nothing where only what is not shown has. `before`: undefined where it is new. */
export function changeText(row: ResourceRow, before: ResourceRow | undefined): readonly ChangeText[] {
  const told: ChangeText[] = [];
  const phase = row.phase === '' ? 'no phase yet' : row.phase;
  if (!before) told.push({ text: `created, ${phase}`, tone: 'good' });
  else if (before.phase !== row.phase) told.push({ text: `${before.phase || 'new'} → ${phase}`, tone: 'news' });
  if (row.isDeleting && !before?.isDeleting) told.push({ text: 'is being deleted', tone: 'warning' });
  const [error, former] = [errorText(row), before ? errorText(before) : ''];
  if (error !== former)
    told.push(
      error === ''
        ? { text: `${phase}: no error any more`, tone: 'good' }
        : { text: `${phase}: ${error}`, tone: 'bad' },
    );
  if (told.length === 0 && before && before.ready !== row.ready)
    told.push({ text: row.ready === 'True' ? `${phase}: ready` : `${phase}: not ready`, tone: 'plain' });
  return told;
}
