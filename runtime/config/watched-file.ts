import { watch, type FSWatcher } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Timer } from '../clock.ts';

export interface WatchedFileOptions {
  readonly path: string;
  /** What is known of it: only what differs is told. Undefined: there is none. */
  readonly known: string | undefined;
  readonly clock: Clock;
  /** Takes what the file holds now; undefined where it is gone. */
  readonly changed: (text: string | undefined) => void;
  /** Takes why it cannot be read, once for each reason. */
  readonly unreadable: (error: unknown) => void;
}

/** Editors write in several steps, each of which is told. */
const QUIET_MS = 100;
/** So long a folder in which something else happens all the time can put a look off. */
const LONGEST_QUIET_MS = 1_000;
/** What no notification tells is seen after this time: a folder that was replaced, a link into another one, a file system without any. */
const LOOK_MS = 10_000;

/**
 * Tells what a file holds whenever that has changed. Its folder is watched, since those who replace files leave the old one as it was:
 * Kubernetes turns the link `..data` of a mounted ConfigMap to another folder, editors rename. Does not keep the process alive.
 *
 * Not guaranteed: that somebody who writes into the file slowly is not read half-way.
 */
export class WatchedFile {
  readonly #options: WatchedFileOptions;
  #known: string | undefined;
  #trouble: string | undefined;
  #watcher: FSWatcher | undefined;
  /** Which folder is watched: one of that name may have taken its place. */
  #folder: number | undefined;
  #next: Timer | undefined;
  /** When the first of the notifications came that are still to be looked after. */
  #notified: number | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: WatchedFileOptions) {
    this.#options = options;
    this.#known = options.known;
  }

  /** Resolves once no change is missed any more. */
  async start(): Promise<void> {
    this.#looking = this.#look();
    await this.#looking;
  }

  /** Resolves once nothing is told any more. */
  async stop(): Promise<void> {
    this.#closed = true;
    this.#next?.cancel();
    this.#watcher?.close();
    await this.#looking;
  }

  async #look(): Promise<void> {
    this.#notified = undefined;
    await this.#watchFolder();
    // After the watch stands: what changes from here on is told.
    await this.#read();
    if (this.#notified === undefined) this.#lookIn(LOOK_MS);
  }

  async #read(): Promise<void> {
    const { path, changed, unreadable } = this.#options;
    let text: string | undefined;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (!isAbsent(error)) {
        const trouble = String(error);
        if (!this.#closed && trouble !== this.#trouble) unreadable(error);
        this.#trouble = trouble;
        return;
      }
    }
    this.#trouble = undefined;
    if (this.#closed || text === this.#known) return;
    this.#known = text;
    changed(text);
  }

  async #watchFolder(): Promise<void> {
    const folder = dirname(this.#options.path);
    const inode = await stat(folder).then(
      ({ ino }) => ino,
      () => undefined,
    );
    if (this.#closed || (this.#watcher && inode === this.#folder)) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#folder = inode;
    if (inode === undefined) return;
    try {
      this.#watcher = watch(folder, { persistent: false }, () => this.#notice());
      this.#watcher.on('error', () => this.#unwatched());
    } catch {
      // No more watches are to be had, or the folder went away: then it is just looked at again and again.
      this.#unwatched();
    }
  }

  #unwatched(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #notice(): void {
    const now = this.#options.clock.monotonic();
    this.#notified ??= now;
    if (now - this.#notified < LONGEST_QUIET_MS) this.#lookIn(QUIET_MS);
  }

  /** In the place of the look that was to come. */
  #lookIn(milliseconds: number): void {
    if (this.#closed) return;
    this.#next?.cancel();
    this.#next = this.#options.clock.after(milliseconds, () => {
      this.#looking = this.#looking.then(() => this.#look());
    });
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
