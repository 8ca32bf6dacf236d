import { interned } from '../cache/interned.ts';
import { OWNER, type Entry } from '../cache/store.ts';
import type { Ending } from '../controller/ending.ts';
import type { ResourceType } from '../kube/types.ts';
import { Contests } from './contests.ts';
import { Cycles } from './cycles.ts';
import { pathsOf, type FieldPath, type PathsText } from './fields.ts';
import { HeldPaths } from './held-paths.ts';
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

/** Most resources have none: these stand for theirs. */
const NO_DRIFTS: ReadonlyMap<string, Drift> = new Map();
const NO_NAMES: ReadonlySet<string> = new Set();

/** What is remembered of a resource between its syncs. None of it is needed to be right: after a restart it is empty. */
export class ResourceState {
  readonly uid: string;
  /** For each output: the leaves of its body that our entries held after our last write of it, with {@link OWNER} for the resource's uid. */
  #held: HeldPaths | undefined;
  #patches: PatchMemory | undefined;
  #drifts: Map<string, Drift> | undefined;
  #repairing: Set<string> | undefined;
  #tookFrom: Set<string> | undefined;
  #cycles: Cycles | undefined;
  #contests: Contests | undefined;
  #reported: ReportedStatus | undefined;
  /** Whether what earlier phases left behind was compared with what is there since the operator started. */
  compared = false;
  /** What the last run of a phase with `rollback` could not undo. */
  journal: Journal | undefined = undefined;
  /** How often it is synced for nothing; absent where its last sync was long ago. */
  rate: SyncRate | undefined = undefined;
  /** How many runs ended with an error of the server since the last that succeeded. */
  serverErrors = 0;
  /** Of the run that is under way. */
  running: Ending | undefined = undefined;

  constructor(uid: string) {
    this.uid = uid;
  }

  get patches(): PatchMemory {
    return (this.#patches ??= new PatchMemory());
  }

  /** Drift of patches that was not seen to yet, each told once. */
  takePatchDrifts(): readonly PatchDrift[] {
    return this.#patches?.takeDrifts() ?? [];
  }

  /** Outputs that somebody else changed, by the phase that made them: until that phase, or the one for repairs, runs. */
  get drifts(): ReadonlyMap<string, Drift> {
    return this.#drifts ?? NO_DRIFTS;
  }

  hasDrifted(phase: string, drift: Drift): void {
    this.#drifts ??= new Map();
    this.#drifts.set(phase, drift);
  }

  forgetDrift(phase: string): void {
    this.#drifts?.delete(phase);
  }

  /** Phases whose drift the phase for repairs is seeing to. */
  get repairing(): ReadonlySet<string> {
    return this.#repairing ?? NO_NAMES;
  }

  seesTo(phase: string): void {
    this.#repairing ??= new Set();
    this.#repairing.add(phase);
  }

  /** The phase for repairs has run. */
  hasSeenTo(): void {
    this.#repairing = undefined;
  }

  /** Phases of which later ones took objects over, or deleted them, since it was recorded last what they left behind. */
  get tookFrom(): ReadonlySet<string> {
    return this.#tookFrom ?? NO_NAMES;
  }

  takesFrom(phase: string): void {
    this.#tookFrom ??= new Set();
    this.#tookFrom.add(phase);
  }

  /** It is recorded what those phases have left. */
  recorded(): void {
    this.#tookFrom = undefined;
  }

  get reported(): ReportedStatus {
    return (this.#reported ??= new ReportedStatus());
  }

  /** Whether it goes round in circles. */
  get cycles(): Cycles {
    return (this.#cycles ??= new Cycles());
  }

  /** Fields of its outputs that somebody else keeps taking. */
  get contests(): Contests {
    return (this.#contests ??= new Contests());
  }

  /** After a sync: nothing stays of what has nothing in it. Ten thousand resources at rest would hold a hundred thousand empty maps. */
  trim(): void {
    if (this.#patches?.isEmpty) this.#patches = undefined;
    if (this.#drifts?.size === 0) this.#drifts = undefined;
    if (this.#contests?.isEmpty) this.#contests = undefined;
    if (this.#cycles?.isEmpty) this.#cycles = undefined;
  }

  /** With {@link OWNER} for the resource's uid: most resources have the same. */
  heldPaths(type: ResourceType, key: string): PathsText | undefined {
    return this.#held?.get(type, key);
  }

  heldLeaves(type: ResourceType, key: string): readonly FieldPath[] | undefined {
    const text = this.heldPaths(type, key);
    return text === undefined ? undefined : pathsOf(text.replaceAll(OWNER, this.uid));
  }

  /** `key`: that of the cache's entry, which is kept with it. */
  holds(type: ResourceType, key: string, paths: PathsText): void {
    this.#held ??= new HeldPaths();
    this.#held.set(type, key, interned(paths.replaceAll(this.uid, OWNER)));
  }

  forgetOutput(type: ResourceType, key: string): void {
    this.#held?.delete(type, key);
  }

  /** Its end is the resource's own wish. */
  prunes(type: ResourceType, key: string): void {
    this.forgetOutput(type, key);
    this.contests.forget(outputId(type, key));
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
    state.rate ??= new SyncRate();
    state.rate.begin();
    if (this.#recent.size <= RATES) return;
    for (const oldest of this.#recent) {
      oldest.rate = undefined;
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
