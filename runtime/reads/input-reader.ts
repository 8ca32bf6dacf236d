import type { Cache } from '../cache/cache.ts';
import type { Entry } from '../cache/store.ts';
import { errors, messageOf } from '../errors.ts';
import { objectKey } from '../kube/paths.ts';
import { matches, requirementsOf, type Requirement } from '../kube/selector.ts';
import type { KubernetesObject } from '../kube/types.ts';
import type { ResourceInput } from '../plan.ts';
import type { ListQuery } from '../worker.ts';
import { deepFreeze } from '../cache/freeze.ts';
import type { Tracker } from './tracker.ts';

/** Who reads. */
export interface ReadScope {
  /** In messages: `Phase Syncing`. */
  readonly reader: string;
  /** The namespace of what the run is about; undefined for cluster scope. */
  readonly namespace: string | undefined;
  /** Throws ERR_AP_STOPPED once the run is over. */
  checkForUser(what: string): void;
}

/** The reader of one input for one run (`Reader` in `worker.ts` has the types). */
export class InputReader {
  readonly #scope: ReadScope;
  readonly #name: string;
  readonly #input: ResourceInput;
  readonly #cache: Cache;
  readonly #tracker: Tracker;

  constructor(scope: ReadScope, name: string, input: ResourceInput, cache: Cache, tracker: Tracker) {
    this.#scope = scope;
    this.#name = name;
    this.#input = input;
    this.#cache = cache;
    this.#tracker = tracker;
  }

  list(query: ListQuery = {}): readonly KubernetesObject[] {
    this.#scope.checkForUser(`inputs.${this.#name}.list`);
    this.#checkQuery(query);
    const namespace = this.#namespace(query.namespace, 'list');
    // A selector that is there but unset is the API's null selector.
    const selector = 'selector' in query ? query.selector : {};
    if (selector === undefined || selector === null) return [];
    let requirements: readonly Requirement[];
    try {
      requirements = [...this.#input.requirements, ...requirementsOf(selector)];
    } catch (error) {
      throw this.#wrong(messageOf(error));
    }
    this.#tracker.track(this.#cache, { by: 'selector', namespace, requirements });
    return this.#cache.select(namespace, requirements).map(handOut);
  }

  find(name: string, givenNamespace?: string): KubernetesObject | undefined {
    this.#scope.checkForUser(`inputs.${this.#name}.find`);
    if (!isName(name)) throw this.#wrong(`find needs a name, and was given ${JSON.stringify(name)}.`);
    const namespace = this.#namespace(givenNamespace, 'find');
    if (this.#input.type.namespaced && namespace === undefined) throw this.#wrong('find needs a namespace here.');
    const key = objectKey(name, namespace);
    this.#tracker.track(this.#cache, { by: 'name', key });
    const entry = this.#cache.get(key);
    // The cache may be one that others need without this input's selector.
    return entry && matches(this.#input.requirements, entry.object.metadata.labels) ? handOut(entry) : undefined;
  }

  /** What the compiler did not see: a misspelt member would list everything. */
  #checkQuery(query: unknown): void {
    if (typeof query !== 'object' || query === null) throw this.#wrong('list takes { namespace?, selector? }.');
    const other = Object.keys(query).find((member) => member !== 'namespace' && member !== 'selector');
    if (other !== undefined)
      throw this.#wrong(`list takes { namespace?, selector? }, and no ${JSON.stringify(other)}.`);
  }

  #namespace(given: string | undefined, call: string): string | undefined {
    const { type, anyNamespace } = this.#input;
    if (given !== undefined && !isName(given)) throw this.#wrong(`${JSON.stringify(given)} is no namespace.`);
    if (!type.namespaced) {
      if (given !== undefined) throw this.#wrong(`${type.kind} has no namespace.`);
      return undefined;
    }
    const own = this.#scope.namespace;
    if (anyNamespace) return given ?? (call === 'find' ? own : undefined);
    if (given !== undefined && given !== own) {
      throw this.#wrong(
        `the namespace ${given} is not the resource's own (${own}). Declare the input with \`namespace: any\`.`,
      );
    }
    return own;
  }

  #wrong(problem: string): Error {
    return errors.badQuery(this.#scope.reader, this.#name, problem);
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function handOut({ object }: Entry): KubernetesObject {
  return deepFreeze(object);
}
