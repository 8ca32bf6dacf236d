// The writer alone, for `killed-command.ts`: makes the changes that a file lists, in the current folder.
import { readFile } from 'node:fs/promises';
import { writeAll } from '../../devcluster/journal/transaction.ts';

/** A change as JSON: contents as base64, null where there is no file. */
export interface WrittenChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export async function main([file = '']: readonly string[]): Promise<number> {
  const changes = JSON.parse(await readFile(file, 'utf8')) as readonly WrittenChange[];
  const contents = (text: string | null) => (text === null ? undefined : Buffer.from(text, 'base64'));
  await writeAll(
    process.cwd(),
    changes.map(({ path, before, after }) => ({ path, before: contents(before), after: contents(after) })),
  );
  return 0;
}
