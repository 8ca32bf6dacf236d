import { isStream } from '../../../devcluster/http/exchange.ts';
import { listAt, stringAt, valueAt } from '../../../devcluster/schema/json.ts';
import type { Upstream } from './upstream.ts';

const NAMESPACES = '/api/v1/namespaces';
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** Not kept, or gone with what they belong to. */
const NEVER_LISTED =
  /\/(tokenreviews|selfsubjectaccessreviews|subjectaccessreviews|selfsubjectrulesreviews|selfsubjectreviews)$/;

/** A namespace is looked at again with growing pauses where a kind in it is just being taken away. */
const LONGEST_MS = 110_000;

/** Takes a server back to what it was, as far as anybody has written there through an {@link Upstream}: one server serves all tests. */
export class Cleaning {
  readonly #upstream: Upstream;
  /** The collection and the name of what stays, by uid. */
  readonly #kept = new Map<string, readonly [path: string, name: string]>();

  private constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** What is in these collections now is to stay. */
  static async keeping(upstream: Upstream, collections: readonly string[]): Promise<Cleaning> {
    const cleaning = new Cleaning(upstream);
    for (const path of collections) await cleaning.keep(path);
    upstream.written.clear();
    return cleaning;
  }

  /** What is in this collection now is to stay, and what was there before is missed no longer. */
  async keep(path: string): Promise<void> {
    for (const [uid, [collection]] of this.#kept) if (collection === path) this.#kept.delete(uid);
    for (const item of await this.#list(path)) this.#kept.set(idOf(item), [path, stringAt(item, 'metadata', 'name')]);
  }

  /** Returns whether a kind was among what went, and which of the definitions that were to stay somebody deleted, by name. */
  async clean(): Promise<{ readonly kindWent: boolean; readonly lost: readonly string[] }> {
    const paths = [...this.#upstream.written].filter((path) => !NEVER_LISTED.test(path));
    // Kinds and namespaces go last: what is in them goes with them, but not what a finalizer holds.
    const last = [NAMESPACES, DEFINITIONS].filter((path) => paths.includes(path));
    const first = paths.filter((path) => !last.includes(path));
    let kinds = 0;
    const begun = performance.now();
    for (let round = 0; ; round += 1) {
      let left = 0;
      for (const count of await Promise.all(first.map((path) => this.#removeAll(path)))) left += count;
      for (const path of last) {
        const count = await this.#removeAll(path);
        left += count;
        if (path === DEFINITIONS) kinds += count;
      }
      if (left === 0) break;
      if (performance.now() - begun > LONGEST_MS)
        throw new Error(`What was written does not go: ${await this.#leftIn(paths)}`);
      if (round > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const lost = paths.includes(DEFINITIONS) ? await this.#lostDefinitions() : [];
    this.#upstream.written.clear();
    return { kindWent: kinds > 0 || lost.length > 0, lost };
  }

  async #lostDefinitions(): Promise<readonly string[]> {
    const there = new Set((await this.#list(DEFINITIONS)).map(idOf));
    return [...this.#kept].flatMap(([uid, [path, name]]) => (path === DEFINITIONS && !there.has(uid) ? [name] : []));
  }

  async #leftIn(paths: readonly string[]): Promise<string> {
    const lists = await Promise.all(paths.map((path) => this.#list(path)));
    return JSON.stringify(lists.flat().filter((item) => !this.#kept.has(idOf(item))));
  }

  /** Returns how much there was. */
  async #removeAll(path: string): Promise<number> {
    const items = (await this.#list(path)).filter((item) => !this.#kept.has(idOf(item)));
    await Promise.all(items.map((item) => this.#remove(path, item)));
    return items.length;
  }

  async #remove(path: string, item: unknown): Promise<void> {
    const object = `${path}/${stringAt(item, 'metadata', 'name')}`;
    if (listAt(item, 'metadata', 'finalizers').length > 0 && path !== DEFINITIONS)
      await this.#send('PATCH', object, { metadata: { finalizers: null } });
    if (valueAt(item, 'metadata', 'deletionTimestamp') === undefined)
      await this.#send('DELETE', object, { gracePeriodSeconds: 0, propagationPolicy: 'Background' });
  }

  async #list(path: string): Promise<readonly unknown[]> {
    const answer = await this.#send('GET', path);
    return listAt(answer, 'items');
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const headers: Readonly<Record<string, string>> = {
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      // Of definitions the rest is most of what there is.
      accept: method === 'GET' ? METADATA : 'application/json',
    };
    const answer = await this.#upstream.ask({
      method,
      path,
      query: new URLSearchParams(),
      header: (name) => headers[name],
      body: () => Promise.resolve(Buffer.from(body ? JSON.stringify(body) : '')),
    });
    if (isStream(answer)) throw new TypeError('a watch where an answer was asked for');
    const text = answer.body.toString();
    return text.startsWith('{') ? JSON.parse(text) : undefined;
  }
}

function idOf(item: unknown): string {
  return stringAt(item, 'metadata', 'uid');
}
