import type { ResourceType } from '../kube/types.ts';
import type { PathsText } from './fields.ts';
import { outputId, prefixOf } from './output-id.ts';

/** So many outputs are looked through rather than mapped. */
const FEW = 16;
/** What stands in the list for each: the prefix of its kind, its key, its paths. */
const WIDTH = 3;

/**
 * The paths that are remembered of each output of a resource. Of few, a list of texts that others hold anyway: a map, and a name for each that
 * nobody else has, would be a tenth of all that is kept of a resource.
 */
export class HeldPaths {
  #few: readonly string[] = [];
  #many: Map<string, PathsText> | undefined;

  get(type: ResourceType, key: string): PathsText | undefined {
    if (this.#many) return this.#many.get(outputId(type, key));
    const at = this.#indexOf(type, key);
    return at < 0 ? undefined : this.#few[at + WIDTH - 1];
  }

  /** `key`: that of the cache's entry, which is kept with it. */
  set(type: ResourceType, key: string, paths: PathsText): void {
    const at = this.#indexOf(type, key);
    if (this.#many) this.#many.set(outputId(type, key), paths);
    else if (at >= 0) this.#few = this.#few.with(at + WIDTH - 1, paths);
    else if (this.#few.length < FEW * WIDTH) this.#few = this.#few.concat(prefixOf(type), key, paths);
    else {
      this.#many = new Map([[outputId(type, key), paths]]);
      for (let index = 0; index < this.#few.length; index += WIDTH) {
        const [prefix = '', other = '', held = ''] = this.#few.slice(index, index + WIDTH);
        this.#many.set(prefix + other, held);
      }
      this.#few = [];
    }
  }

  delete(type: ResourceType, key: string): void {
    this.#many?.delete(outputId(type, key));
    const at = this.#indexOf(type, key);
    if (at >= 0) this.#few = this.#few.toSpliced(at, WIDTH);
  }

  #indexOf(type: ResourceType, key: string): number {
    const prefix = prefixOf(type);
    for (let index = 0; index < this.#few.length; index += WIDTH)
      if (this.#few[index + 1] === key && this.#few[index] === prefix) return index;
    return -1;
  }
}
