import { interned } from '../cache/interned.ts';
import { OWNER, type Entry } from '../cache/store.ts';
import type { Ending } from '../controller/ending.ts';
import type { ResourceType } from '../kube/types.ts';
import { Contests, type Loss } from './contests.ts';
import { Cycles } from './cycles.ts';
import { pathsOf, type FieldPath, type PathsText } from './fields.ts';
import { NO_PATHS, pathsHeld, withoutPaths, withPaths } from './held-paths.ts';
import { outputId } from './output-id.ts';
import { PatchMemory, type PatchDrift } from './patches/memory.ts';
import { ReportedStatus } from './reported-status.ts';
import type { Journal } from './rollback/journal.ts';
import { SyncRate } from './sync-rate.ts';

export interface Drift {
  /** Outputs that drifted, as they are remembered. */
  readonly outputs: ReadonlySet<string>;
  /** For the case that nothing repairs it. */
  readonly message: string;
  /** Whether that was said already. */
  told: boolean;
}

/** What the end of an object means that the resource deleted itself and that its finalizers keep: nothing, or a sync waits for it. */
export type AwaitedEnd = 'no news' | 'waited for';

/** Most resources have none: these stand for theirs. */
const NO_DRIFTS: ReadonlyMap<string, Drift> = new Map();
const NO_NAMES: ReadonlySet<string> = new Set();
const NO_CONTESTS = new Contests();

/** What a resource at rest seldom has: kept apart, since ten thousand of them would have as many empty fields each. */
class Passing {
  patches: PatchMemory | undefined = undefined;
  drifts: Map<string, Drift> | undefined = undefined;
  repairing: Set<string> | undefined = undefined;
  tookFrom: Set<string> | undefined = undefined;
  cycles: Cycles | undefined = undefined;
  contests: Contests | undefined = undefined;
  reported: ReportedStatus | undefined = undefined;
  journal: Journal | undefined = undefined;
  rate: SyncRate | undefined = undefined;
  running: Ending | undefined = undefined;
  /** By uid. */
  ends: Map<string, AwaitedEnd> | undefined = undefined;

  /** Lets go what has nothing in it. Returns whether all is. */
  trim(): boolean {
    if (this.patches?.isEmpty) this.patches = undefined;
    if (this.drifts?.size === 0) this.drifts = undefined;
    if (this.contests?.isEmpty) this.contests = undefined;
    if (this.cycles?.isEmpty) this.cycles = undefined;
    if (this.ends?.size === 0) this.ends = undefined;
    const some = this.patches ?? this.drifts ?? this.repairing ?? this.tookFrom ?? this.cycles ?? this.contests;
    return (some ?? this.ends ?? this.reported ?? this.journal ?? this.rate ?? this.running) === undefined;
  }
}

/** What is remembered of a resource between its syncs. None of it is needed to be right: after a restart it is empty. */
export class ResourceState {
  readonly uid: string;
  /** For each output: the leaves of its body that our entries held after our last write of it, with {@link OWNER} for the resource's uid. */
  #held = NO_PATHS;
  #passing: Passing | undefined = undefined;
  /** Whether what earlier phases left behind was compared with what is there since the operator started. */
  compared = false;
  /** How many runs ended with an error of the server since the last that succeeded. */
  serverErrors = 0;

  constructor(uid: string) {
    this.uid = uid;
  }

  get #present(): Passing {
    return (this.#passing ??= new Passing());
  }

  /** What the last run of a phase with `rollback` could not undo. */
  get journal(): Journal | undefined {
    return this.#passing?.journal;
  }

  set journal(journal: Journal | undefined) {
    this.#present.journal = journal;
  }

  /** How often it is synced for nothing; absent where its last sync was long ago. */
  get rate(): SyncRate | undefined {
    return this.#passing?.rate;
  }

  /** It is synced, and is among those that were synced last. */
  syncs(): void {
    const { rate = new SyncRate() } = this.#present;
    this.#present.rate = rate;
    rate.begin();
  }

  /** Its last sync was long ago. */
  forgetRate(): void {
    if (this.#passing) this.#passing.rate = undefined;
    if (!this.running) this.trim();
  }

  /** Of the run that is under way. */
  get running(): Ending | undefined {
    return this.#passing?.running;
  }

  set running(running: Ending | undefined) {
    this.#present.running = running;
  }

  get patches(): PatchMemory {
    return (this.#present.patches ??= new PatchMemory());
  }

  /** Drift of patches that was not seen to yet, each told once. */
  takePatchDrifts(): readonly PatchDrift[] {
    return this.#passing?.patches?.takeDrifts() ?? [];
  }

  /** Outputs that somebody else changed, by the phase that made them: until that phase, or the one for repairs, runs. */
  get drifts(): ReadonlyMap<string, Drift> {
    return this.#passing?.drifts ?? NO_DRIFTS;
  }

  hasDrifted(phase: string, drift: Drift): void {
    (this.#present.drifts ??= new Map()).set(phase, drift);
  }

  forgetDrift(phase: string): void {
    this.#passing?.drifts?.delete(phase);
  }

  /** Phases whose drift the phase for repairs is seeing to. */
  get repairing(): ReadonlySet<string> {
    return this.#passing?.repairing ?? NO_NAMES;
  }

  seesTo(phase: string): void {
    (this.#present.repairing ??= new Set()).add(phase);
  }

  /** The phase for repairs has run. */
  hasSeenTo(): void {
    if (this.#passing) this.#passing.repairing = undefined;
  }

  /** Phases of which later ones took objects over, or deleted them, since it was recorded last what they left behind. */
  get tookFrom(): ReadonlySet<string> {
    return this.#passing?.tookFrom ?? NO_NAMES;
  }

  takesFrom(phase: string): void {
    (this.#present.tookFrom ??= new Set()).add(phase);
  }

  /** It is recorded what those phases have left. */
  recorded(): void {
    if (this.#passing) this.#passing.tookFrom = undefined;
  }

  get reported(): ReportedStatus {
    return (this.#present.reported ??= new ReportedStatus());
  }

  /** Whether it goes round in circles. */
  get cycles(): Cycles {
    return (this.#present.cycles ??= new Cycles());
  }

  /** Fields of its outputs that somebody else keeps taking. */
  get contests(): Omit<Contests, 'lost'> {
    return this.#passing?.contests ?? NO_CONTESTS;
  }

  /** Somebody took something from an output. Returns what to say where it is one of many such losses. */
  loses(output: string, loss: Loss, now: number): string | undefined {
    return (this.#present.contests ??= new Contests()).lost(output, loss, now);
  }

  /** After a sync: nothing stays of what has nothing in it. */
  trim(): void {
    if (this.#passing?.trim()) this.#passing = undefined;
  }

  /** With {@link OWNER} for the resource's uid: most resources have the same. */
  heldPaths(type: ResourceType, key: string): PathsText | undefined {
    return pathsHeld(this.#held, type, key);
  }

  heldLeaves(type: ResourceType, key: string): readonly FieldPath[] | undefined {
    const text = this.heldPaths(type, key);
    return text === undefined ? undefined : pathsOf(text.replaceAll(OWNER, this.uid));
  }

  /** `key`: that of the cache's entry, which is kept with it. */
  holds(type: ResourceType, key: string, paths: PathsText): void {
    this.#held = withPaths(this.#held, type, key, interned(paths.replaceAll(this.uid, OWNER)));
  }

  forgetOutput(type: ResourceType, key: string): void {
    this.#held = withoutPaths(this.#held, type, key);
  }

  /** Its end is the resource's own wish. */
  prunes(type: ResourceType, key: string): void {
    this.forgetOutput(type, key);
    this.contests.forget(outputId(type, key));
  }

  /** The resource deleted the object of this uid, and its finalizers keep it for now. */
  expectsEnd(uid: string): void {
    (this.#present.ends ??= new Map()).set(uid, 'no news');
  }

  /** The sync can go on only once the object of this uid has gone. */
  waitsForEnd(uid: string): void {
    const ends = this.#passing?.ends;
    if (ends?.has(uid)) ends.set(uid, 'waited for');
  }

  /** The object of this uid has gone. Undefined: the resource has not deleted it. */
  seesEnd(uid: string): AwaitedEnd | undefined {
    const end = this.#passing?.ends?.get(uid);
    if (end === undefined) return undefined;
    this.#passing?.ends?.delete(uid);
    if (!this.running) this.trim();
    return end;
  }

  /** Something that `phase` made was changed; `what` in words for people. To be seen to by the next sync. */
  drifted(phase: string, what: string, output?: string): void {
    const message = `${what}, which phase ${phase} made; nothing repairs it (\`onOutputDrift\` names no phase).`;
    const outputs = new Set([...(this.drifts.get(phase)?.outputs ?? []), ...(output === undefined ? [] : [output])]);
    this.hasDrifted(phase, { message, told: false, outputs });
  }
}

/** Of so many resources is known how often they are synced: whoever is synced far too often is among those that were synced last. */
const RATES = 1000;

/** The states of all resources that exist and that the operator works on, by key and by uid. */
export class ResourceStates {
  readonly #byKey = new Map<string, ResourceState>();
  readonly #keys = new Map<string, string>();
  /** Those that were synced last, in the order of their last syncs. */
  readonly #recent = new Set<ResourceState>();

  /** The state of this resource; a fresh one where it is new, or another of the same name. */
  of({ key, uid }: Pick<Entry, 'key' | 'uid'>): ResourceState {
    const known = this.#byKey.get(key);
    if (known?.uid === uid) return known;
    if (known) this.delete(key);
    const state = new ResourceState(uid);
    this.#byKey.set(key, state);
    this.#keys.set(uid, key);
    return state;
  }

  /** A sync of this resource begins. */
  syncs(state: ResourceState): void {
    this.#recent.delete(state);
    this.#recent.add(state);
    state.syncs();
    if (this.#recent.size <= RATES) return;
    for (const oldest of this.#recent) {
      oldest.forgetRate();
      this.#recent.delete(oldest);
      return;
    }
  }

  get(key: string): ResourceState | undefined {
    return this.#byKey.get(key);
  }

  /** The key of the resource with this uid, if it exists and is the operator's to work on. */
  keyOf(uid: string): string | undefined {
    return this.#keys.get(uid);
  }

  /** As after a restart: nothing is remembered, but which resources there are. */
  reset(resources: Iterable<Pick<Entry, 'key' | 'uid'>>): void {
    this.#byKey.clear();
    this.#recent.clear();
    this.#keys.clear();
    for (const resource of resources) this.of(resource);
  }

  delete(key: string): void {
    const state = this.#byKey.get(key);
    if (!state) return;
    this.#byKey.delete(key);
    this.#recent.delete(state);
    this.#keys.delete(state.uid);
  }
}
