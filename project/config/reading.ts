import { isAlias, isScalar } from 'yaml';
import type { Node } from 'yaml';
import type { Fault } from '../errors.ts';
import { FAULTS } from '../errors.ts';
import type { Problem } from '../model.ts';
import { formatPath } from './source.ts';
import type { Path, Source } from './source.ts';

/** More aliases than a person writes: a chain of them can stand for gigabytes. */
const MAX_ALIASES = 200;

/** One pass over one file: follows aliases and collects what is wrong, each with its place in the text. */
export class Reading {
  readonly source: Source;
  readonly #problems: Problem[] = [];
  readonly #open: Node[] = [];
  #aliases = 0;

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

  reportAt(fault: Fault, path: Path, offset: number): void {
    const place = formatPath(path);
    this.#problems.push({
      ...fault,
      file: this.source.file,
      ...this.source.position(offset),
      ...(place === '' ? {} : { path: place }),
    });
  }

  /** Whether something at this path, or below it, was reported. */
  hasProblemAt(path: Path): boolean {
    const place = formatPath(path);
    return this.#problems.some(
      ({ path: found = '' }) => found === place || found.startsWith(`${place}.`) || found.startsWith(`${place}[`),
    );
  }

  /** Calls `read` with the node, or with what it is an alias of; undefined where that cannot be followed (reported). */
  within<T>(node: Node | null, path: Path, read: (node: Node | null) => T | undefined): T | undefined {
    if (!isAlias(node)) return read(node);
    const target = this.source.follow(node);
    const reason = this.#refusal(node.source, target);
    if (reason !== undefined || target === undefined) {
      this.reportAt(
        FAULTS.yamlAlias({ reason: reason ?? `there is no anchor \`&${node.source}\`` }),
        path,
        node.range?.[0] ?? 0,
      );
      return undefined;
    }
    if (target) this.#open.push(target);
    try {
      return read(target);
    } finally {
      if (target) this.#open.pop();
    }
  }

  #refusal(anchor: string, target: Node | null | undefined): string | undefined {
    this.#aliases++;
    if (!target) return `there is no anchor \`&${anchor}\` before it`;
    if (this.#open.includes(target)) return `\`&${anchor}\` holds itself`;
    return this.#aliases > MAX_ALIASES ? `the file uses more than ${MAX_ALIASES} of them` : undefined;
  }
}
