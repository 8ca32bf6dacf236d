import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DevclusterError } from '../errors.ts';
import { answers } from '../http/answers.ts';
import { writeAtomically } from './atomic-file.ts';
import { readIdentity } from './identity.ts';
import { readState, renderChange, renderSnapshot } from './saved-objects.ts';
import type { Store } from '../store/store.ts';
import type { Identity } from './identity.ts';
import type { SavedState } from './saved-objects.ts';

/** Beyond so many bytes of changes a new snapshot is taken. */
const LONGEST_CHANGES = 16 * 1024 * 1024;

const IDENTITY = 'identity.json';
const SNAPSHOT = 'snapshot.jsonl';
const CHANGES = 'changes.jsonl';

/**
 * A folder in which a cluster keeps its state: who it is, a snapshot of its objects, and the changes since then. A change is in the
 * file before the request that made it is answered, so a kill of the process loses nothing that anybody was told. A loss of power may
 * lose the last changes (they are not forced to the disk), never more.
 */
export class StateFolder {
  readonly #folder: string;
  #isNew: boolean;
  #changes: number | undefined;
  /** What was kept; undefined in a new folder. */
  readonly identity: Identity | undefined;
  readonly state: SavedState | undefined;

  private constructor(folder: string, identity: Identity | undefined, state: SavedState | undefined) {
    this.#folder = folder;
    this.identity = identity;
    this.state = state;
    this.#isNew = identity === undefined;
  }

  /** Reads the folder, or makes it. Throws ERR_AP_CLUSTER_FOLDER where it cannot be used, or a cluster that runs uses it. */
  static async open(folder: string): Promise<StateFolder> {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const text = read(folder, IDENTITY);
      if (text === undefined) return new StateFolder(folder, undefined, undefined);
      const identity = readIdentity(JSON.parse(text));
      if (!identity) throw new Error(`${IDENTITY} is not complete`);
      const url = `https://127.0.0.1:${identity.port}`;
      if (await answers(`${url}/version`, identity.certificate.ca)) throw inUse(folder, `the one at ${url}`);
      const snapshot = read(folder, SNAPSHOT);
      const state = snapshot === undefined ? undefined : readState(snapshot, read(folder, CHANGES) ?? '');
      return new StateFolder(folder, identity, state);
    } catch (error) {
      throw error instanceof DevclusterError ? error : unusable(folder, error);
    }
  }

  /** Keeps who the cluster is. Of two that start in a new folder at the same time the second is refused here. */
  saveIdentity(identity: Identity): void {
    try {
      writeAtomically(join(this.#folder, IDENTITY), `${JSON.stringify(identity)}\n`, { fresh: this.#isNew });
      this.#isNew = false;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      throw taken ? inUse(this.#folder, 'another one') : unusable(this.#folder, error);
    }
  }

  /** Keeps the objects as they are, and every change from now on, until {@link close}. What cannot be written is reported. */
  follow(store: Store, report: (error: unknown) => void): void {
    this.#snapshot(store);
    store.subscribe((collection, event) => {
      if (this.#changes === undefined) return;
      try {
        appendFileSync(this.#changes, renderChange(collection.name, event));
        if (fstatSync(this.#changes).size > LONGEST_CHANGES) this.#snapshot(store);
      } catch (error) {
        this.close();
        const why = error instanceof Error ? error.message : String(error);
        report(unusable(this.#folder, new Error(`from now on nothing is kept: ${why}`, { cause: error })));
      }
    });
  }

  /** Keeps the objects as they are, whatever they were: for a store that went back. */
  keepAll(store: Store): void {
    if (this.#changes !== undefined) this.#snapshot(store);
  }

  close(): void {
    if (this.#changes !== undefined) closeSync(this.#changes);
    this.#changes = undefined;
  }

  #snapshot(store: Store): void {
    this.close();
    writeAtomically(join(this.#folder, SNAPSHOT), renderSnapshot(store));
    // A kill before this leaves changes that the snapshot has: they are passed over.
    this.#changes = openSync(join(this.#folder, CHANGES), 'w', 0o600);
  }
}

function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function inUse(folder: string, which: string): DevclusterError {
  const message = `The folder ${folder} keeps the state of a cluster that is running, ${which}: use that one, or end it first.`;
  return new DevclusterError('ERR_AP_CLUSTER_FOLDER', message);
}

function unusable(folder: string, error: unknown): DevclusterError {
  const why = error instanceof Error ? error.message : String(error);
  const message = `The folder ${folder} cannot keep the state of a cluster: ${why}. Delete it to begin anew, or give another one.`;
  return new DevclusterError('ERR_AP_CLUSTER_FOLDER', message, { cause: error });
}
