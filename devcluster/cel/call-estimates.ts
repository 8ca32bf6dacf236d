/**
 * What a call may cost at most, by its function. Sources: k8s.io/apiserver/pkg/cel/library/cost.go, cel-go/checker/cost.go,
 * ext/lists.go, ext/sets.go.
 */
import { add, exactly, MOST, multiply, product, scale, UNKNOWN, type Range } from './estimates.ts';
import { LIST_COST, PATTERN_FACTOR, TEXT_FACTOR } from './runtime-cost.ts';
import type { Expr } from './syntax-tree.ts';
import type { CelType } from './types.ts';

/** A target or argument of a call. */
export interface Operand {
  readonly expr: Expr;
  readonly type: CelType;
  readonly size: Range;
  /** The size of the items of a list; undefined where nothing is known of them. */
  readonly itemSize: Range;
}

export interface CallEstimate {
  readonly cost: Range;
  /** Of what comes out; undefined where the size is not told by the call. */
  readonly size?: Range | undefined;
}

interface Call {
  readonly id: string;
  /** The target, if any, first. */
  readonly operands: readonly Operand[];
  readonly isMember: boolean;
}

type Estimate = (call: Call) => CallEstimate | undefined;

const sizeAt = ({ operands }: Call, index: number): Range => operands[index]?.size ?? UNKNOWN;
const text = (size: Range, factor = TEXT_FACTOR): Range => scale(size, factor);
const ONE: CallEstimate = { cost: exactly(1) };

/** @returns undefined: nothing special, it costs 1. */
export function estimateCall(name: string, call: Call): CallEstimate | undefined {
  return Object.hasOwn(ESTIMATES, name) ? ESTIMATES[name]?.(call) : undefined;
}

function forEach(names: readonly string[], estimate: Estimate): Record<string, Estimate> {
  return Object.fromEntries(names.map((name) => [name, estimate]));
}

const keepsSize =
  (factor: number): Estimate =>
  (call) => ({ cost: text(sizeAt(call, 0), factor), size: sizeAt(call, 0) });
const readsText: Estimate = (call) => ({ cost: text(sizeAt(call, 0)) });
const isText = ({ kind }: CelType): boolean => kind === 'string' || kind === 'bytes';

const walks: Estimate = ({ operands: [target] }) => {
  if (target === undefined) return undefined;
  if (target.type.parameters.length === 0) return { cost: text(target.size) };
  const item = target.type.parameters[0];
  const each = item !== undefined && isText(item) ? add(exactly(1), text(target.itemSize)) : exactly(1);
  return { cost: multiply(target.size, each) };
};

const matching: Estimate = (call) => {
  const characters = text(add(sizeAt(call, 0), exactly(1)));
  return { cost: multiply(characters, scale(sizeAt(call, 1), PATTERN_FACTOR)) };
};

const finding: Estimate = (call) => ({
  cost: matching(call)?.cost ?? UNKNOWN,
  size: { min: 0, max: sizeAt(call, 0).max },
});

/** A list of a size, made with some work for each item. */
const newList = (size: Range, factor: number): CallEstimate => ({
  cost: add(scale(size, factor), exactly(1), exactly(LIST_COST)),
  size,
});

const pairs: Estimate = (call) => newList(multiply(sizeAt(call, 0), sizeAt(call, 0)), 2);

const sorting =
  (index: number): Estimate =>
  (call) => {
    const size = sizeAt(call, index);
    const ofText = /^list_(string|bytes)_/.test(call.id);
    return newList(multiply(size, size), ofText ? 2 + TEXT_FACTOR : 2);
  };

const sets =
  (factor: number): Estimate =>
  (call) => ({ cost: add(scale(multiply(sizeAt(call, 0), sizeAt(call, 1)), factor), exactly(1)) });

/** The value of an integer that is written down. */
function literalInt(operand: Operand | undefined): number | undefined {
  const expr = operand?.expr;
  if (expr?.kind !== 'literal' || expr.value.type !== 'int') return undefined;
  return Math.max(0, Number(expr.value.value));
}

const replacing: Estimate = (call) => {
  const [size, from, to] = [sizeAt(call, 0), sizeAt(call, 1), sizeAt(call, 2)];
  const least = { count: 0, kept: 0 };
  const most = { count: 0, kept: 0 };
  if (from.min === 0) Object.assign(most, { count: size.max < MOST ? size.max + 1 : size.max, kept: size.max });
  else if (to.max <= from.min) most.kept = size.max;
  else most.count = Math.ceil(size.max / from.min);
  if (from.max === 0) Object.assign(least, { count: size.min + 1, kept: size.min });
  else if (from.max <= to.min) least.kept = size.min;
  else least.count = Math.ceil(size.min / from.max);
  const replaced = multiply({ min: least.count, max: most.count }, to);
  return {
    cost: text(size, 2 * TEXT_FACTOR),
    size: add(replaced, { min: least.kept, max: most.kept }),
  };
};

const splitting: Estimate = (call) => {
  const size = sizeAt(call, 0);
  const limit = literalInt(call.operands[2]);
  return { cost: text(size, 2 * TEXT_FACTOR), size: { min: 0, max: limit ?? size.max } };
};

const joining: Estimate = ({ operands: [list, separator] }) => {
  if (list === undefined) return undefined;
  let size = list.type.parameters.length > 0 ? multiply(list.size, list.itemSize) : exactly(0);
  if (separator !== undefined) {
    const between = { min: Math.max(0, list.size.min - 1), max: Math.max(0, list.size.max - 1) };
    size = add(size, multiply(separator.size, between));
  }
  return { cost: text(size), size };
};

/** An address has 4 or 16 bytes. */
const ADDRESS: Range = { min: 4, max: 16 };

const inNetwork =
  (isNetwork: boolean): Estimate =>
  (call) => {
    const compared = text(add(ADDRESS, ADDRESS));
    const masks = isNetwork ? add(text(ADDRESS), exactly(1)) : exactly(0);
    return { cost: add(compared, masks, call.id.endsWith('string') ? text(sizeAt(call, 1)) : exactly(0)) };
  };

const comparing: Estimate = (call) => {
  const max = Math.min(sizeAt(call, 0).max, sizeAt(call, 1).max);
  return { cost: text({ min: max > 0 ? 1 : 0, max }) };
};

const equality: Estimate = (call) => {
  const [a, b] = call.operands;
  if (a !== undefined && a.type === b?.type) {
    if (a.type.kind === 'opaque' && a.type.name.startsWith('net.')) return ONE;
    if (['kubernetes.Quantity', 'kubernetes.Semver'].includes(a.type.name)) return ONE;
    if (a.type.name === 'kubernetes.NamedFormat') return { cost: { min: 1, max: 7 } };
    if (a.type.name === 'kubernetes.URL') return { cost: text({ min: 1, max: 1 }) };
  }
  return comparing(call);
};

const ordering: Estimate = (call) => (/_(string|bytes)$/.test(call.id) ? comparing(call) : undefined);

/** The length that the pattern of a named format counts for. */
const FORMAT_PATTERN = 128;

const validating: Estimate = (call) => ({
  cost: scale(text(sizeAt(call, 1)), FORMAT_PATTERN * PATTERN_FACTOR),
});

const adding: Estimate = (call) => {
  if (!/^add_(string|bytes|list)$/.test(call.id)) return undefined;
  const size = add(sizeAt(call, 0), sizeAt(call, 1));
  return { cost: call.id === 'add_list' ? exactly(1) : text(size), size };
};

const containing: Estimate = (call) => ({ cost: multiply(text(sizeAt(call, 0)), text(sizeAt(call, 1))) });

const slicing: Estimate = (call) => {
  const [start, end] = [literalInt(call.operands[1]) ?? 0, literalInt(call.operands[2]) ?? sizeAt(call, 0).max];
  return newList(exactly(end - start), 1);
};

const ESTIMATES: Readonly<Record<string, Estimate>> = {
  ...forEach(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'], walks),
  ...forEach(['url', 'lowerAscii', 'upperAscii', 'substring', 'trim'], keepsSize(TEXT_FACTOR)),
  ...forEach(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver', 'format'], readsText),
  ...forEach(['find', 'findAll'], finding),
  ...forEach(['_<_', '_<=_', '_>_', '_>=_'], ordering),
  ...forEach(['startsWith', 'endsWith'], (call) => ({ cost: text(sizeAt(call, 1)) })),
  ...forEach(['sets.contains', 'sets.intersects'], sets(1)),
  'sets.equivalent': sets(2),
  matches: matching,
  replace: replacing,
  split: splitting,
  join: joining,
  'ip.isCanonical': (call) => ({ cost: text(sizeAt(call, 0), 2 * TEXT_FACTOR) }),
  ip: (call) => (call.id === 'cidr_ip' ? ONE : readsText(call)),
  containsIP: inNetwork(false),
  containsCIDR: inNetwork(true),
  validate: validating,
  contains: containing,
  slice: slicing,
  'lists.range': (call) => newList(exactly(literalInt(call.operands[0]) ?? MOST), 1),
  reverse: (call) => newList(sizeAt(call, 0), 1),
  distinct: pairs,
  sort: sorting(0),
  '@sortByAssociatedKeys': sorting(1),
  flatten: (call) => newList(sizeAt(call, 0), call.operands.length > 1 ? (literalInt(call.operands[1]) ?? MOST) : 1),
  '_==_': equality,
  '_!=_': comparing,
  '_+_': adding,
  '@in': (call) => (call.id === 'in_list' ? { cost: sizeAt(call, 1) } : undefined),
  'strings.quote': (call) => ({
    cost: text(sizeAt(call, 0)),
    size: { min: sizeAt(call, 0).min + 2, max: product(sizeAt(call, 0).max, 2) },
  }),
  bytes: (call) =>
    call.id === 'string_to_bytes'
      ? { cost: text(sizeAt(call, 0)), size: { min: sizeAt(call, 0).min, max: product(sizeAt(call, 0).max, 4) } }
      : undefined,
  string: (call) =>
    call.id === 'bytes_to_string'
      ? { cost: text(sizeAt(call, 0)), size: { min: Math.floor(sizeAt(call, 0).min / 4), max: sizeAt(call, 0).max } }
      : undefined,
};
