/** Rows of texts in columns, below their titles; `-` stands where there is nothing, but in the last column. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const last = titles.length - 1;
  const widths = titles.map(({ length }) => length);
  for (const row of rows)
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  const line = (row: readonly string[]): string =>
    titles
      .map((_, column) =>
        (row[column] || (column === last ? '' : '-')).padEnd(column === last ? 0 : (widths[column] ?? 0)),
      )
      .join('  ')
      .trimEnd();
  return [line(titles), ...rows.map(line)];
}
