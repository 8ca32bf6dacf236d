import { posix } from 'node:path';
import { edited } from './keyed-text.ts';
import type { KeyedText, Parser } from './keyed-text.ts';
import { parseJson } from './json-text.ts';
import { mergeKeyed } from './keyed.ts';
import type { Prefer } from './keyed.ts';
import { markDifferences, mergeLines } from './lines.ts';
import type { LineMerge } from './lines.ts';
import { endOf, ended, inFormOf, plainText } from './text-form.ts';
import { named, same } from './tree.ts';
import { parseYaml } from './yaml-text.ts';

export interface TextVersions {
  /** What the tool wrote last; undefined: nobody knows. */
  readonly base: string | undefined;
  readonly user: string;
  readonly next: string;
}

export interface Merge {
  /** The merged text, in the form (line ends, byte order mark) of the user's. Where there are conflicts, they stand between markers. */
  readonly text: string;
  /** Where both sides changed something, for people: `scripts.test`, `line 7`. None: the merge is clean. */
  readonly conflicts: readonly string[];
}

/**
 * Merges three versions of a file: JSON and YAML by key, everything else, and what cannot be read as its name says, by line.
 * Without a base, all that differs is a conflict. Nothing of the user's gets lost: what a clean merge lacks of it, the tool
 * had written.
 */
export function mergeTexts(path: string, { base, user, next }: TextVersions): Merge {
  const [plainUser, plainNext] = [plainText(user), plainText(next)];
  if (base === undefined) {
    const { text, conflicts } = markDifferences(ended(plainUser), ended(plainNext));
    return { text: inFormOf(user, text), conflicts: conflicts.map(atLine) };
  }
  const plainBase = plainText(base);
  if (plainUser === plainNext || plainBase === plainNext) return { text: user, conflicts: [] };
  if (plainUser === plainBase) return { text: inFormOf(user, next), conflicts: [] };
  const end = endOf(plainBase, plainUser, plainNext);
  const { text, conflicts } = mergePlain(parserOf(path), ended(plainBase), ended(plainUser), ended(plainNext));
  return { text: inFormOf(user, conflicts.length > 0 ? text : end(text)), conflicts };
}

function mergePlain(parse: Parser | undefined, base: string, user: string, next: string): Merge {
  const byLine = mergeLines(base, user, next);
  const lines = { text: byLine.text, conflicts: byLine.conflicts.map(atLine) };
  const [one, two, three] = [parse?.(base), parse?.(user), parse?.(next)];
  if (!parse || !one || !two || !three) return lines;
  const texts = { base: one, user: two, next: three };

  const { tree, conflicts } = mergeKeyed({ base: one.tree, user: two.tree, next: three.tree }, 'mine');
  if (conflicts.length === 0) {
    // By line, comments and the look of both sides survive; it is right where it says the same.
    if (byLine.conflicts.length === 0 && same(parse(byLine.text)?.tree, tree)) return lines;
    const merged = resolved(texts, 'mine', parse);
    if (merged !== undefined) return { text: merged, conflicts: [] };
  }
  const marked = withMarkers(texts, parse, byLine);
  return { text: marked.text, conflicts: conflicts.length > 0 ? conflicts.map(named) : marked.conflicts.map(atLine) };
}

interface KeyedVersions {
  readonly base: KeyedText;
  readonly user: KeyedText;
  readonly next: KeyedText;
}

/** The user's text with what the tool changed; undefined where it is written in a way that cannot be changed safely. */
function resolved({ base, user, next }: KeyedVersions, prefer: Prefer, parse: Parser): string | undefined {
  const { tree, edits } = mergeKeyed({ base: base.tree, user: user.tree, next: next.tree }, prefer);
  const merged = edited(user, edits, next, parse);
  return merged && same(merged.tree, tree) ? merged.text : undefined;
}

/** Markers around nothing but what conflicts, where that can be written; else those of the merge by line. */
function withMarkers(texts: KeyedVersions, parse: Parser, byLine: LineMerge): LineMerge {
  const [mine, theirs] = [resolved(texts, 'mine', parse), resolved(texts, 'theirs', parse)];
  if (mine !== undefined && theirs !== undefined && mine !== theirs) return markDifferences(mine, theirs);
  return byLine.conflicts.length > 0 ? byLine : markDifferences(texts.user.text, texts.next.text);
}

function parserOf(path: string): Parser | undefined {
  const extension = posix.extname(path);
  if (extension === '.json' || extension === '.jsonc') return parseJson;
  return extension === '.yaml' || extension === '.yml' ? parseYaml : undefined;
}

function atLine(line: number): string {
  return `line ${line}`;
}
