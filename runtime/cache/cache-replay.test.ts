import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { keyOf } from '../kube/paths.ts';
import { formatSelector, matches, requirementsOf, type Requirement } from '../kube/selector.ts';
import type { KubernetesObject, LabelSelector } from '../kube/types.ts';
import { configMaps, object, replaceBy } from '../testing/objects.ts';
import { randomRuns } from '../testing/properties.ts';
import { Cache, type Change } from './cache.ts';
import type { CatchUp } from './catch-up.ts';
import type { Selection } from './reflector.ts';

interface Event {
  readonly type: 'changed' | 'deleted';
  readonly object: KubernetesObject;
}

/** What an API server does to one kind, as far as a cache can see: objects, versions, the log of a watch, and a backup. */
class Server {
  version = 10;
  #objects = new Map<string, KubernetesObject>();
  #made = 0;
  /** Each version of each name since the last restoration; undefined: there is none. */
  #history = new Map<string, { readonly version: number; readonly object: KubernetesObject | undefined }[]>();
  #log: { readonly version: number; readonly event: Event }[] = [];
  #backup: { readonly version: number; readonly objects: ReadonlyMap<string, KubernetesObject> } = {
    version: 10,
    objects: new Map(),
  };
  readonly #isSelected: (object: KubernetesObject) => boolean;

  constructor(isSelected: (object: KubernetesObject) => boolean) {
    this.#isSelected = isSelected;
  }

  get(key: string): KubernetesObject | undefined {
    return this.#objects.get(key);
  }

  selected(): readonly KubernetesObject[] {
    return [...this.#objects.values()].filter(this.#isSelected);
  }

  /** Creates or replaces; answers with what is there already where nothing changes. */
  put(name: string, app: string, data: number): KubernetesObject {
    const key = `default/${name}`;
    const old = this.#objects.get(key);
    const uid = old?.metadata.uid ?? `uid-${name}-${(this.#made += 1)}`;
    const labels = app === '' ? {} : { app };
    const wanted = object(name, this.version + 1, { uid, labels, data });
    if (
      old &&
      JSON.stringify({ ...wanted, metadata: old.metadata }) === JSON.stringify(old) &&
      old.metadata.labels?.['app'] === wanted.metadata.labels?.['app']
    )
      return old;
    this.version += 1;
    this.#objects.set(key, wanted);
    this.#tell(key, old, wanted);
    return wanted;
  }

  /** Of another uid than this (if it is given) it is left alone. Returns the uid of what is gone. */
  delete(key: string, uid?: string): string | undefined {
    const old = this.#objects.get(key);
    if (!old || (uid !== undefined && uid !== old.metadata.uid)) return undefined;
    this.version += 1;
    this.#objects.delete(key);
    this.#tell(key, old, undefined);
    return old.metadata.uid;
  }

  #tell(key: string, old: KubernetesObject | undefined, current: KubernetesObject | undefined): void {
    const history = this.#history.get(key) ?? [];
    history.push({ version: this.version, object: current });
    this.#history.set(key, history);
    const before = old && this.#isSelected(old) ? old : undefined;
    if (current && this.#isSelected(current))
      this.#log.push({ version: this.version, event: { type: 'changed', object: current } });
    else if (before) {
      const metadata = { ...before.metadata, resourceVersion: String(this.version) };
      this.#log.push({ version: this.version, event: { type: 'deleted', object: { ...before, metadata } } });
    }
  }

  eventAfter(version: number): { readonly version: number; readonly event: Event } | undefined {
    return this.#log.find((entry) => entry.version > version);
  }

  /** Whether a name was like this (its version; undefined: not selected) in this version or later. */
  wasLaterThan(key: string, floor: number, resourceVersion: string | undefined): boolean {
    const history = this.#history.get(key) ?? [];
    const from = history.findLastIndex(({ version }) => version <= floor);
    return history
      .slice(Math.max(from, 0))
      .some(({ object: one }) =>
        one && this.#isSelected(one) ? one.metadata.resourceVersion === resourceVersion : resourceVersion === undefined,
      );
  }

  backUp(): void {
    this.#backup = { version: this.version, objects: new Map(this.#objects) };
  }

  restore(): void {
    this.version = this.#backup.version;
    this.#objects = new Map(this.#backup.objects);
    this.#log = [];
    this.#history = new Map([...this.#objects].map(([key, one]) => [key, [{ version: this.version, object: one }]]));
  }
}

interface OwnWrite {
  readonly key: string;
  readonly name: string;
  /** Undefined: a deletion of the object that was known by then. */
  readonly put: { readonly app: string; readonly data: number } | undefined;
  readonly uid: string | undefined;
  /** Whether there was another write of the same object at the same time: whose answer came last, nobody can say. */
  overlaps: boolean;
  readonly release: () => void;
  /** Once the server has done it: the object, or the uid of what is gone, and its version then. */
  done?: {
    readonly answer: KubernetesObject | string | undefined;
    readonly version: number;
    /** What there was before. */
    readonly latest: string | undefined;
  };
}

type Step =
  | { readonly do: 'they put' | 'we put'; readonly name: string; readonly app: string; readonly data: number }
  | { readonly do: 'they delete' | 'we delete'; readonly name: string }
  /** Of the writes under way, one further: the server does it, then it is answered (or the answer lost). */
  | { readonly do: 'go on' | 'lose'; readonly which: number }
  | { readonly do: 'watch'; readonly count: number }
  | { readonly do: 'list' | 'back up' | 'restore' | 'catch up' };

const NAMES = ['a', 'b'];

/** A cache, the server that it mirrors, and what there must be in it. */
class Replay {
  readonly #cache: Cache;
  readonly #server: Server;
  readonly #requirements: readonly Requirement[];
  readonly #underWay: OwnWrite[] = [];
  /** By key: nothing older than this version may be read. */
  readonly #floors = new Map<string, number>();
  /** What the told changes add up to. */
  readonly #told = new Map<string, Change['current']>();
  readonly #ownVersions = new Set<string>();
  /** Where the watch stands; undefined: a list is due. */
  #position: number | undefined;
  #list: 'due' | 'begun' | { readonly objects: readonly KubernetesObject[]; readonly version: number } | undefined =
    'due';
  #catchUp:
    | { readonly run: CatchUp; list?: { readonly objects: readonly KubernetesObject[]; readonly version: number } }
    | undefined;
  #isMistaken = false;

  constructor(selector: LabelSelector, metadataOnly: boolean) {
    this.#requirements = requirementsOf(selector);
    const selection: Selection = { type: configMaps, labelSelector: formatSelector(this.#requirements), metadataOnly };
    this.#cache = new Cache(selection, this.#requirements, 'operator');
    this.#server = new Server(({ metadata }) => matches(this.#requirements, metadata.labels));
    this.#cache.onChange((change) => this.#hear(change));
    this.#listToEnd();
  }

  #hear({ key, old, current, own, writer }: Change): void {
    assert.equal(old, this.#told.get(key), 'a change begins where the last one ended');
    assert.ok(old ?? current);
    assert.equal(own, writer !== undefined);
    if (own && current)
      assert.ok(this.#ownVersions.has(current.resourceVersion), 'told as own is what was written by us');
    if (current) this.#told.set(key, current);
    else this.#told.delete(key);
  }

  do(step: Step): void {
    switch (step.do) {
      case 'they put':
        this.#server.put(step.name, step.app, step.data);
        break;
      case 'they delete':
        this.#server.delete(`default/${step.name}`);
        break;
      case 'we put':
      case 'we delete': {
        const key = `default/${step.name}`;
        const put = step.do === 'we put' ? { app: step.app, data: step.data } : undefined;
        const uid = this.#cache.get(key)?.uid;
        const others = this.#underWay.filter((write) => write.key === key);
        for (const other of others) other.overlaps = true;
        const overlaps = others.length > 0;
        if (put || uid)
          this.#underWay.push({ key, overlaps, name: step.name, put, uid, release: this.#cache.hold(key) });
        break;
      }
      case 'go on':
      case 'lose':
        this.#goOn(step.which, step.do === 'lose');
        break;
      case 'watch':
        for (let count = 0; count < step.count; count += 1) this.#watch();
        break;
      case 'list':
        this.#listStep();
        break;
      case 'back up':
        this.#server.backUp();
        break;
      case 'restore':
        this.#restore();
        break;
      case 'catch up':
        this.#catchUpStep();
    }
    this.#check();
  }

  #goOn(which: number, isLost: boolean): void {
    const index = which % Math.max(this.#underWay.length, 1);
    const write = this.#underWay[index];
    if (!write) return;
    if (!write.done) {
      const latest = this.#server.get(write.key)?.metadata.resourceVersion;
      const answer = write.put
        ? this.#server.put(write.name, write.put.app, write.put.data)
        : this.#server.delete(write.key, write.uid);
      if (write.put && typeof answer === 'object') this.#ownVersions.add(answer.metadata.resourceVersion ?? '');
      write.done = { answer, version: this.#server.version, latest };
      return;
    }
    this.#underWay.splice(index, 1);
    if (!isLost) this.#answered(write, write.done);
    write.release();
  }

  #answered({ key, overlaps }: OwnWrite, { answer, version, latest }: NonNullable<OwnWrite['done']>): void {
    if (answer === undefined) return;
    const known = this.#cache.get(key)?.resourceVersion;
    if (typeof answer === 'string') this.#cache.removed(key, answer, 'default/writer');
    else if (!this.#cache.written(answer, 'default/writer')) {
      // So it says that it has to be listed anew, as it has indeed.
      this.#isMistaken = this.#position !== undefined;
    }
    if (this.#position === undefined || overlaps) return;
    // Of what is deleted before the watch has told that it came into the selection, that may show for a moment.
    if (typeof answer === 'string' && known !== latest && this.#requirements.length > 0) return;
    const floor = typeof answer === 'string' ? version : Number(answer.metadata.resourceVersion);
    this.#floors.set(key, Math.max(this.#floors.get(key) ?? 0, floor));
  }

  #watch(): void {
    if (this.#position === undefined || this.#list) return;
    const next = this.#server.eventAfter(this.#position);
    if (!next) {
      // As a bookmark says it.
      this.#position = this.#server.version;
      this.#cache.toldUpTo(String(this.#position));
      return;
    }
    this.#position = next.version;
    if (next.event.type === 'changed') this.#cache.changed(next.event.object);
    else this.#cache.deleted(next.event.object);
    this.#cache.toldUpTo(String(next.version));
  }

  #listStep(): void {
    if (!this.#list) this.#list = 'due';
    else if (this.#list === 'due') {
      this.#cache.listing();
      this.#list = 'begun';
    } else if (this.#list === 'begun') {
      this.#list = { objects: this.#server.selected(), version: this.#server.version };
    } else {
      replaceBy(this.#cache, this.#list.objects, String(this.#list.version));
      this.#position = this.#list.version;
      this.#list = undefined;
    }
  }

  #listToEnd(): void {
    do this.#listStep();
    while (this.#list);
  }

  /** The server comes back with what it had when it was backed up; all connections break, and the watch has to list anew. */
  #restore(): void {
    this.#server.restore();
    this.#floors.clear();
    this.#ownVersions.clear();
    for (const { release } of this.#underWay.splice(0)) release();
    this.#catchUp = undefined;
    this.#position = undefined;
    this.#list = 'due';
  }

  #catchUpStep(): void {
    // Nothing is compared before there was a first list since the server came back.
    if (this.#position === undefined) return;
    if (!this.#catchUp) {
      this.#cache.fallBehind();
      this.#catchUp = { run: this.#cache.beginCatchUp() };
    } else if (!this.#catchUp.list) {
      this.#catchUp.list = { objects: this.#server.selected(), version: this.#server.version };
    } else {
      const { run, list } = this.#catchUp;
      for (const differing of run.compare(list.objects, String(list.version))) {
        const now = this.#server.get(keyOf(differing));
        if (now && matches(this.#requirements, now.metadata.labels)) run.fetched(now);
        else run.absent(keyOf(differing), String(this.#server.version));
      }
      run.end(String(list.version));
      this.#catchUp = undefined;
    }
  }

  #check(): void {
    assert.ok(!this.#isMistaken, 'no answer was taken for one of a restored server');
    const shown = [...this.#cache.entries()];
    assert.deepEqual(new Map(shown.map((entry) => [entry.key, entry])), this.#told, 'what is there is what was told');
    for (const matchLabels of [{ app: 'x' }, { app: 'y' }, {}]) {
      const requirements = requirementsOf({ matchLabels });
      const expected = shown
        .filter(({ object: one }) => matches(requirements, one.metadata.labels))
        .map(({ key }) => key);
      const selected = this.#cache.select('default', requirements).map(({ key }) => key);
      assert.deepEqual(selected, expected.toSorted(), 'selections are what a look at all gives');
    }
    // Of a server that was restored nothing is known until it was listed.
    if (this.#position === undefined) return;
    for (const [key, floor] of this.#floors)
      assert.ok(
        this.#server.wasLaterThan(key, floor, this.#cache.get(key)?.resourceVersion),
        `${key} is at ${this.#cache.get(key)?.resourceVersion}, and was written in ${floor}`,
      );
  }

  /** All that is under way ends, and the watch brings all that there is: then nothing is missing, and nothing left over. */
  end(): void {
    while (this.#underWay.length > 0) this.#goOn(0, false);
    if (this.#list) this.#listToEnd();
    while (this.#position !== undefined && this.#server.eventAfter(this.#position)) this.#watch();
    this.#isAsServer();
    this.#listStep();
    this.#listToEnd();
    this.#isAsServer();
    assert.equal(this.#cache.size, this.#server.selected().length, 'nothing is remembered for ever');
  }

  #isAsServer(): void {
    this.#check();
    const { metadataOnly } = this.#cache.selection;
    const expected = this.#server
      .selected()
      .map((full) => (metadataOnly ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: full.metadata } : full));
    const shown = [...this.#cache.entries()].map((entry) => entry.object);
    const byName = (one: KubernetesObject, other: KubernetesObject): number =>
      one.metadata.name < other.metadata.name ? -1 : 1;
    assert.deepEqual(shown.toSorted(byName), expected.toSorted(byName));
  }
}

describe('a cache under random writes, events, lists and restorations', () => {
  const name = fc.constantFrom(...NAMES);
  const app = fc.constantFrom('x', 'y', '');
  const data = fc.constantFrom(1, 2);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('they put', 'we put'), name, app, data }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('they delete', 'we delete'), name }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('go on'), which: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose'), which: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('watch'), count: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('list', 'catch up') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('back up', 'restore') }) },
  );
  const exists: LabelSelector = { matchExpressions: [{ key: 'app', operator: 'Exists' }] };

  for (const [what, selector, metadataOnly] of [
    ['all objects', {}, false],
    ['objects with a label, as metadata', exists, true],
    ['objects with a value of a label', { matchLabels: { app: 'x' } }, false],
  ] as const satisfies readonly (readonly [string, LabelSelector, boolean])[]) {
    it(`is never older than its own writes, and ends with what the server has: ${what}`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
          const replay = new Replay(selector, metadataOnly);
          for (const one of steps) replay.do(one);
          replay.end();
        }),
        randomRuns('runtime/cache/cache-replay.test.ts', 1_500, 2_000),
      );
    });
  }
});
