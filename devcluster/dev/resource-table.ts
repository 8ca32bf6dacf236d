import type { ShownResource } from './operator-message.ts';

const HEAD = ['NAME', 'PHASE', 'READY', 'AGE'] as const;

/** A table of the resources, each with what is wrong with it, what it has made and what it has patched below. */
export function resourceTable(resources: readonly ShownResource[], now: Date): readonly string[] {
  const rows = resources.map((each) => [each.resource, each.phase || '-', each.ready || '-', age(each.created, now)]);
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(HEAD), ...resources.flatMap((each, index) => [line(rows[index] ?? []), ...details(each)])];
}

function details({ ready, reason, message, outputs, patches }: ShownResource): string[] {
  const trouble = ready === 'False' && reason !== 'Progressing' ? [`  ! ${reason}: ${message}`] : [];
  const made = outputs.map(({ kind, object, phase }) => `  - ${kind} ${object} (${phase})`);
  const patched = patches.map(({ kind, object }) => `  ~ ${kind} ${object} (patched)`);
  return [...trouble, ...made, ...patched];
}

/** As kubectl tells it, roughly: the largest unit that fits. */
function age(created: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(created)) / 1000));
  if (Number.isNaN(seconds)) return '-';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
