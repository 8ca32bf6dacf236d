import { isScalar } from 'yaml';
import type { Node } from 'yaml';
import type { Fault } from '../errors.ts';
import type { Problem } from '../model.ts';
import { formatPath } from './source.ts';
import type { Path, Source } from './source.ts';

/** One pass over one file: collects what is wrong, each with its place in the text. */
export class Reading {
  readonly source: Source;
  readonly #problems: Problem[] = [];
  /** Every path at which, or below which, something was reported. */
  readonly #faulty = new Set<string>();

  constructor(source: Source) {
    this.source = source;
  }

  /** All reported so far, by position; of several at one place and path only the first, since it is the cause. */
  get problems(): readonly Problem[] {
    const seen = new Set<string>();
    return this.#problems
      .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
      .filter(({ line, column, path }) => {
        const place = `${line}:${column}:${path}`;
        return seen.has(place) ? false : seen.add(place);
      });
  }

  /** Whether the document has no contents. */
  isEmpty(): boolean {
    const { root } = this.source;
    return root === null || (isScalar(root) && root.value === null);
  }

  report(fault: Fault, path: Path, part: 'value' | 'key' = 'value'): void {
    this.reportAt(fault, path, this.source.offsetOf(path, part));
  }

  /** Reports some words of the value at a path. */
  reportIn(fault: Fault, path: Path, words: string | RegExp): void {
    this.reportAt(fault, path, this.source.offsetIn(path, words));
  }

  reportAt(fault: Fault, path: Path, offset: number): void {
    const place = formatPath(path);
    for (const depth of path.keys()) this.#faulty.add(formatPath(path.slice(0, depth + 1)));
    this.#problems.push({
      ...fault,
      file: this.source.file,
      ...this.source.position(offset),
      ...(place === '' ? {} : { path: place }),
    });
  }

  /** Whether something at this path, or below it, was reported. */
  hasProblemAt(path: Path): boolean {
    return this.#faulty.has(formatPath(path));
  }

  /** Calls `read` with the node, or with what it is an alias of. */
  following<T>(node: Node | null, read: (node: Node | null) => T): T {
    return read(this.source.follow(node) ?? null);
  }
}
