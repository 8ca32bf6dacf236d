import { isSeq } from 'yaml';
import type { Pair, YAMLSeq } from 'yaml';
import { FAULTS, ProjectError } from '../errors.ts';
import { asNode } from './source.ts';
import { EditableYaml, asMap, contentEnd, isNothing, pairOf, textOf } from './splice.ts';
import type { Splice } from './splice.ts';
import { flowPhase, phaseEntries, phaseLines, scalarText } from './write.ts';
import type { FreshPhase } from './write.ts';

/** Where a new phase goes. */
export interface PhasePlace {
  /** Default: after the last phase. */
  readonly after?: string;
  readonly before?: string;
  /** Phases that lead to it: those of them that have a `next` get it there; the others lead anywhere already. */
  readonly from?: readonly string[];
}

/**
 * The text of `autopilot.yaml` with one more phase. Every line stays as it is, but those of `next` that now name it too.
 *
 * @throws {ProjectError} where there is such a phase, or where the text is written in a way that cannot be changed safely.
 */
export function addPhase(text: string, phase: FreshPhase, { after, before, from = [] }: PhasePlace = {}): string {
  const yaml = new EditableYaml(text, `Adding the phase \`${phase.name}\``);
  const pair = pairOf(yaml.root, 'phases');
  const phases = isSeq(pair?.value) ? pair.value.items.map((item) => asMap(item)) : [];
  const names = phases.map((each) => textOf(pairOf(each, 'name')));
  const existing = names.find((name) => name?.toLowerCase() === phase.name.toLowerCase());
  if (existing !== undefined) throw new ProjectError([FAULTS.editExists({ name: existing })]);
  const indexOf = (name: string) => {
    const found = names.indexOf(name);
    return found < 0 ? yaml.refuse(`there is no phase \`${name}\``) : found;
  };
  const index = after !== undefined ? indexOf(after) + 1 : before !== undefined ? indexOf(before) : names.length;
  const leading = [...new Set(from)].map((name) => indexOf(name));
  const splices = [
    ...insertPhase(yaml, pair, index, phase),
    ...leading.flatMap((position) => intoNext(yaml, pairOf(phases[position], 'next'), phase.name)),
  ];
  return yaml.apply(splices, expectedModel(yaml, phase, index, leading));
}

function insertPhase(yaml: EditableYaml, pair: Pair | undefined, index: number, phase: FreshPhase): readonly Splice[] {
  if (!pair) return [yaml.linesAt(yaml.text.length, `phases:\n${phaseLines(phase)}`)];
  const { value } = pair;
  const below = yaml.lineAfter(contentEnd(pair.key));
  if (isNothing(value)) return [yaml.linesAt(below, phaseLines(phase))];
  if (!isSeq(value)) return yaml.refuse('`phases` is not a list');
  if (value.items.length === 0) {
    const [from = 0, to = 0] = value.range ?? [];
    // The space before the brackets goes with them.
    return [
      { from: yaml.text.slice(0, from).trimEnd().length, to, text: '' },
      yaml.linesAt(yaml.lineAfter(to), phaseLines(phase)),
    ];
  }
  if (value.flow === true) return [intoFlow(value, index, flowPhase(phase))];
  return [insertBlock(yaml, value, index, phase, below)];
}

/** After the phase that comes before, with the comments that are indented as its own; before the first one, above all comments. */
function insertBlock(yaml: EditableYaml, seq: YAMLSeq, index: number, phase: FreshPhase, first: number): Splice {
  const dashes = dashOffsets(seq);
  const dash = dashes[0] ?? 0;
  const indent = yaml.text.slice(yaml.lineOf(dash), dash);
  if (indent.trim() !== '') return yaml.refuse('the list does not begin on a line of its own');
  const [, marker = '- '] = /^(- +)\S/.exec(yaml.text.slice(dash)) ?? [];
  const neighbour = asMap(seq.items[index - 1] ?? seq.items[0]);
  const lines = neighbour?.flow === true ? indent + marker + flowPhase(phase) : phaseLines(phase, indent, marker);
  // Phases stand as far apart as the first two do.
  const [one, two] = [contentEnd(seq.items[0]), dashes[1]];
  const between = two === undefined ? undefined : yaml.text.slice(one, two);
  const isSpaced = between === undefined ? yaml.lineOf(one) > dash : /\n[ \t]*\r?\n/.test(between);
  if (index === 0) return yaml.linesAt(first, isSpaced ? `${lines}\n` : lines);
  const end = contentEnd(seq.items[index - 1]);
  // A text that keeps the blank lines after it would take one more.
  const isKept = /\n[ \t]*\r?\n$/.test(yaml.text.slice(0, end));
  let offset = yaml.text[end - 1] === '\n' ? end : yaml.lineAfter(end);
  for (;;) {
    const [comment, space = ''] = /^([ \t]*)#[^\n]*\n?/.exec(yaml.text.slice(offset)) ?? [];
    if (comment === undefined || space.length <= indent.length) break;
    offset += comment.length;
  }
  return yaml.linesAt(offset, isSpaced && !isKept ? `\n${lines}` : lines);
}

/** A phase's `next` with one name more; nothing to do where it has none, since it may go anywhere then. */
function intoNext(yaml: EditableYaml, pair: Pair | undefined, name: string): readonly Splice[] {
  if (!pair || isNothing(pair.value)) return [];
  const seq = pair.value;
  if (!isSeq(seq)) return yaml.refuse('a `next` is not a list');
  if (seq.flow === true) return [intoFlow(seq, seq.items.length, scalarText(name))];
  const dash = dashOffsets(seq)[0] ?? 0;
  const [, marker = '- '] = /^(- +)\S/.exec(yaml.text.slice(dash)) ?? [];
  const lines = yaml.text.slice(yaml.lineOf(dash), dash) + marker + scalarText(name);
  return [yaml.linesAt(yaml.lineAfter(contentEnd(seq)), lines)];
}

/** `[a, b]` with an item more. */
function intoFlow(seq: YAMLSeq, index: number, item: string): Splice {
  const before = asNode(seq.items[index - 1])?.range;
  if (before) return { from: before[1], to: before[1], text: `, ${item}` };
  const first = asNode(seq.items[0])?.range;
  if (first) return { from: first[0], to: first[0], text: `${item}, ` };
  const [from = 0, to = 0] = seq.range ?? [];
  return { from, to, text: `[${item}]` };
}

function dashOffsets(seq: YAMLSeq): readonly number[] {
  const { srcToken } = seq;
  if (srcToken?.type !== 'block-seq') return [];
  return srcToken.items.flatMap(({ start }) =>
    start.filter(({ type }) => type === 'seq-item-ind').map(({ offset }) => offset),
  );
}

/** What the file has to say afterwards. */
function expectedModel(yaml: EditableYaml, phase: FreshPhase, index: number, leading: readonly number[]): unknown {
  const model = new Map<string, unknown>(Object.entries(yaml.model() ?? {}));
  const phases = [...(listOf(model.get('phases')) ?? [])];
  for (const position of leading) {
    const former = new Map<string, unknown>(Object.entries(phases[position] ?? {}));
    const next = listOf(former.get('next'));
    if (next) phases[position] = Object.fromEntries(former.set('next', [...next, phase.name]));
  }
  phases.splice(index, 0, Object.fromEntries(phaseEntries(phase)));
  return Object.fromEntries(model.set('phases', phases));
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? Array.from<unknown>(value) : undefined;
}
