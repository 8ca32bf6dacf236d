import type { Cluster } from '../cluster/cluster.ts';
import type { ApiObject } from '../store/object.ts';

/** All objects that count, by kind with group, namespace and name, without what every run has otherwise. */
export type State = ReadonlyMap<string, unknown>;

/** By path: what says when, in which order or how often something was written, and what the server chose. */
const CHANCE: ReadonlySet<string> = new Set([
  'metadata.resourceVersion',
  'metadata.creationTimestamp',
  'metadata.generation',
  // Who made a field, and by which verb, may differ between a create and what made up for a lost answer.
  'metadata.managedFields',
  // How often the status was written: who is killed may have no time to tell how things stand between two transitions.
  'status.revision',
  'status.observedOutputs',
  'spec.clusterIP',
  'spec.clusterIPs',
]);
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const HASH = /[0-9a-f]{32,64}/g;
const LEFT_OUT: ReadonlySet<string> = new Set([
  'Event',
  'Event.events.k8s.io',
  'Lease.coordination.k8s.io',
  'CustomResourceDefinition.apiextensions.k8s.io',
]);
/** In each namespace, made by the cluster: it holds the cluster's certificate. */
const ROOT_CA = 'kube-root-ca.crt';

/** The state of a cluster as it is now. `others`: uids of objects that are none of anybody's business. */
export function stateOf(
  cluster: Cluster,
  others: ReadonlySet<string>,
  counts: (object: ApiObject) => boolean = () => true,
): State {
  const objects = cluster.select(
    (object) =>
      !LEFT_OUT.has(kindOf(object)) && object.metadata.name !== ROOT_CA && !others.has(object.metadata.uid ?? ''),
  );
  const names = new Map(objects.map((object) => [object.metadata.uid ?? '', nameOf(object)]));
  return new Map(
    objects
      .filter((object) => counts(object))
      .map((object): [string, unknown] => [
        nameOf(object),
        new Normaliser(names, object.metadata.generation).value(object),
      ])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function nameOf(object: ApiObject): string {
  const { namespace, name } = object.metadata;
  return `${kindOf(object)} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** As kubectl names kinds: that of a core kind alone, else with its group. */
function kindOf({ apiVersion, kind }: ApiObject): string {
  const end = apiVersion.indexOf('/');
  return end < 0 ? kind : `${kind}.${apiVersion.slice(0, end)}`;
}

/** A uid becomes the name of its object, so that a reference to one that is gone shows; a time becomes "a time". */
class Normaliser {
  readonly #names: ReadonlyMap<string, string>;
  readonly #generation: number | undefined;

  constructor(names: ReadonlyMap<string, string>, generation: number | undefined) {
    this.#names = names;
    this.#generation = generation;
  }

  value(value: unknown, path = ''): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item: unknown) => this.value(item, `${path}[]`));
    if (typeof value !== 'object' || value === null) return value;
    const members: [string, unknown][] = Object.entries(value);
    return united(
      members.flatMap(([name, member]): Member[] => {
        const at = path === '' ? name : `${path}.${name}`;
        return CHANCE.has(at) ? [] : [[this.#text(name), this.#member(name, member, at)]];
      }),
    );
  }

  #member(name: string, member: unknown, path: string): unknown {
    if (name === 'observedGeneration') return member === this.#generation ? 'current' : 'outdated';
    return this.value(member, path);
  }

  #text(text: string): string {
    if (TIME.test(text)) return 'a time';
    return text.replace(UID, (uid) => `uid of ${this.#names.get(uid) ?? 'what is gone'}`).replace(HASH, 'a hash');
  }
}

type Member = readonly [name: string, value: unknown];

/** Members by name. Names that have become the same, as hashes do, share a list of their values, whose order does not follow from the names. */
function united(members: readonly Member[]): object {
  const byName = Map.groupBy(members, ([name]) => name);
  return Object.fromEntries(
    [...byName]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, same]) => {
        const values = same.map(([, value]) => value);
        return [name, values.length > 1 ? sorted(values) : values[0]];
      }),
  );
}

function sorted(values: readonly unknown[]): readonly unknown[] {
  const texts = values.map((value) => ({ value, text: JSON.stringify(value) }));
  return texts.toSorted((a, b) => (a.text === b.text ? 0 : a.text < b.text ? -1 : 1)).map(({ value }) => value);
}
