import { diff3MergeRegions, diffComm } from 'node-diff3';
import { linesOf, plainText, textOf } from './text-form.ts';

/** A merge of plain texts: what comes out, with the conflicting places between markers. */
export interface LineMerge {
  readonly text: string;
  /** The first line of each conflict in the user's version, from 1. */
  readonly conflicts: readonly number[];
}

export const MARKERS = { mine: '<<<<<<< mine', between: '=======', theirs: '>>>>>>> new' } as const;

/**
 * Merges by line: what only one side changed is taken from that side. Changes of both that touch each other are a conflict, unless
 * they are the same.
 */
export function mergeLines(base: string, user: string, next: string): LineMerge {
  const lines: string[] = [];
  const conflicts: number[] = [];
  for (const region of diff3MergeRegions(linesOf(user), linesOf(base), linesOf(next))) {
    if (region.stable) lines.push(...region.bufferContent);
    else if (sameLines(region.aContent, region.bContent)) lines.push(...region.aContent);
    else {
      conflicts.push(region.aStart + 1);
      lines.push(...marked(region.aContent, region.bContent));
    }
  }
  return { text: textOf(lines), conflicts };
}

/** Two versions of which no common ancestor is known: all that differs stands between markers. */
export function markDifferences(mine: string, theirs: string): LineMerge {
  const lines: string[] = [];
  const conflicts: number[] = [];
  let line = 1;
  for (const { common, buffer1, buffer2 } of diffComm(linesOf(mine), linesOf(theirs))) {
    if (common) lines.push(...common);
    else {
      conflicts.push(line);
      lines.push(...marked(buffer1, buffer2));
    }
    line += (common ?? buffer1).length;
  }
  return { text: textOf(lines), conflicts };
}

function marked(mine: readonly string[], theirs: readonly string[]): string[] {
  return [MARKERS.mine, ...mine, MARKERS.between, ...theirs, MARKERS.theirs];
}

function sameLines(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}

/** The line, from 1, of the first conflict that somebody's merge left in a text; undefined where there is none. */
export function leftMarker(text: string): number | undefined {
  const lines = linesOf(plainText(text));
  let begin: number | undefined;
  let isHalf = false;
  for (const [index, line] of lines.entries()) {
    if (/^<{7}( |$)/.test(line)) [begin, isHalf] = [index + 1, false];
    else if (begin !== undefined && line === '=======') isHalf = true;
    else if (isHalf && /^>{7}( |$)/.test(line)) return begin;
  }
  return undefined;
}
