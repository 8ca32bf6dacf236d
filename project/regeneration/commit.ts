/** The one way in which a project's files are written. It is the embedded cluster's too: `npm run dev` finishes what a command left. */
export { readIfThere } from '../../devcluster/journal/files.ts';
export type { Change } from '../../devcluster/journal/journal.ts';
export { BusyError } from '../../devcluster/journal/owner.ts';
export {
  StaleDiskError,
  UnsettledError,
  findInterrupted,
  recover,
  writeAll as commit,
} from '../../devcluster/journal/transaction.ts';
export type { Recovery } from '../../devcluster/journal/transaction.ts';
