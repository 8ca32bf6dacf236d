import { open, mkdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { absent, codeOf, readIfThere } from './files.ts';

/** A process that has the transaction's folder, and a word that nobody else has. */
export interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

/** Who has the folder now; `alive`: whether that process may still be at work. */
export interface Holder {
  readonly token: string;
  readonly pid?: number;
  readonly alive: boolean;
}

const OWNER = 'owner.json';
/** Milliseconds. A write takes less than a second; whoever takes this long was stopped, or is on a machine that we cannot ask. */
const LONGEST_WRITE = 60_000;
/** Milliseconds between the making of a file and its contents, or within the removal of a folder. */
const LONGEST_GAP = 2000;
const PAUSE = 50;

/** Another process is writing, and does not end. */
export class BusyError extends Error {
  override name = 'BusyError';
  readonly pid: number | undefined;

  constructor(pid: number | undefined) {
    super(`another command is writing: process ${pid ?? 'unknown'}`);
    this.pid = pid;
  }
}

/** Makes the folder `tx` ours; false where it exists already. */
export async function claim(tx: string): Promise<boolean> {
  await mkdir(dirname(tx), { recursive: true });
  const made = await mkdir(tx).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    },
  );
  if (made) await sign(join(tx, OWNER));
  return made;
}

/**
 * Takes the folder over from a process that has ended; false: somebody else was faster, or it is gone. Who takes it over from whom
 * is a chain of files, since a file can be made by one process only.
 */
export async function takeOver(tx: string, { token }: Holder): Promise<boolean> {
  return sign(join(tx, takenFrom(token))).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

/** Waits until nobody works in the folder any more; returns who did, or undefined where there is no such folder. */
export async function whenAbandoned(tx: string, patience: number): Promise<Holder | undefined> {
  for (const since = Date.now(); ; await delay(PAUSE)) {
    const found = await holder(tx);
    if (!found?.alive) return found;
    if (Date.now() - since > patience) throw new BusyError(found.pid);
  }
}

async function holder(tx: string): Promise<Holder | undefined> {
  const folder = await stat(tx).catch(absent);
  if (!folder) return undefined;
  let last = await read(join(tx, OWNER));
  for (;;) {
    const token = last.owner?.token ?? 'unknown';
    const next = await read(join(tx, takenFrom(token)));
    if (next.time === undefined) {
      const age = Date.now() - (last.time ?? folder.mtimeMs);
      return { token, ...(last.owner && { pid: last.owner.pid }), alive: isAlive(last.owner, age) };
    }
    last = next;
  }
}

function isAlive(owner: Owner | undefined, age: number): boolean {
  if (!owner) return age < LONGEST_GAP;
  if (owner.host === hostname() && !runs(owner.pid)) return false;
  return age < LONGEST_WRITE;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function takenFrom(token: string): string {
  return `taken-from-${token}.json`;
}

async function sign(file: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    const owner: Owner = { token: crypto.randomUUID(), pid: process.pid, host: hostname() };
    await handle.writeFile(JSON.stringify(owner));
  } finally {
    await handle.close();
  }
}

/** The time is undefined where there is no file, the owner where there is none in it (yet). */
async function read(file: string): Promise<{ readonly time?: number; readonly owner?: Owner }> {
  const found = await stat(file).catch(absent);
  const text = found && (await readIfThere(file))?.toString();
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { time: found?.mtimeMs ?? 0 };
  }
  return isOwner(value) ? { time: found?.mtimeMs ?? 0, owner: value } : { time: found?.mtimeMs ?? 0 };
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  if (!('token' in value) || !('pid' in value) || !('host' in value)) return false;
  // The token becomes part of a file's name.
  const { token, pid, host } = value;
  return typeof token === 'string' && /^[\w-]+$/.test(token) && typeof pid === 'number' && typeof host === 'string';
}
