/** What an evaluation costs. Sources: cel-go/interpreter/runtimecost.go, k8s.io/apiserver/pkg/cel/library/cost.go. */
import { characterCount } from '../schema/go-text.ts';
import { formatCost } from './library/formats.ts';
import { Address, Network } from './addresses.ts';
import { CelList, CelMap, EvaluationError, OpaqueValue, Optional, type Value } from './values.ts';
import type { Overload } from './functions.ts';

export const LIST_COST = 10;
export const MAP_COST = 30;
/** Of reading a text, for each character. */
export const TEXT_FACTOR = 0.1;
/** Of a pattern, for each of its characters. */
export const PATTERN_FACTOR = 0.25;

/** What begins the text of the error of an evaluation that costs too much. */
export const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded';

export class CostMeter {
  readonly #limit: number;
  #cost = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get cost(): number {
    return this.#cost;
  }

  get isExceeded(): boolean {
    return this.#cost > this.#limit;
  }

  spend(units: number): void {
    this.#cost += units;
    if (this.isExceeded) throw new EvaluationError(COST_EXCEEDED);
  }

  spendCall(overload: Overload, args: readonly Value[], result: Value): void {
    this.spend(callCost(overload, args, result));
  }
}

/** Characters, bytes, items or entries; 1 for any other value. */
function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return characterCount(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof CelList || value instanceof CelMap) return value.size;
  if (value instanceof Optional && value.value !== undefined) return sizeOf(value.value);
  if (value instanceof Address) return value.bytes.length;
  return value instanceof Network ? Math.ceil(value.bits / 8) : 1;
}

const textCost = (size: number, factor = TEXT_FACTOR): number => Math.ceil(size * factor);
const patternCost = (text: number, pattern: number): number => textCost(1 + text) * textCost(pattern, PATTERN_FACTOR);

/** Of walking through all that a value consists of. */
function traversalCost(value: Value | undefined): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * TEXT_FACTOR);
  if (value instanceof Uint8Array) return Math.floor(value.length * TEXT_FACTOR);
  if (value instanceof CelList) return [...value].reduce<number>((sum, item) => sum + traversalCost(item), 0);
  if (value instanceof CelMap) {
    return value.keys().reduce<number>((sum, key) => sum + traversalCost(key) + traversalCost(value.find(key)), 0);
  }
  return 1;
}

/** Of comparing each item of a list with each. */
function pairsCost(list: Value | undefined): number {
  const size = sizeOf(list);
  const first = list instanceof CelList && size > 0 ? list.at(0) : null;
  const isText = typeof first === 'string' || first instanceof Uint8Array;
  return Math.floor(size * size * (isText ? 2 + TEXT_FACTOR : 2)) + 1 + LIST_COST;
}

type Cost = (args: readonly Value[], result: Value, id: string) => number;

const ofText: Cost = ([text]) => textCost(sizeOf(text));
const ofTextTwice: Cost = ([text]) => textCost(sizeOf(text), 2 * TEXT_FACTOR);
const ofTraversal: Cost = ([value]) => traversalCost(value);
const ofPattern: Cost = ([text, pattern]) => patternCost(sizeOf(text), sizeOf(pattern));
const ofNewList: Cost = (_, result) => sizeOf(result) + 1 + LIST_COST;
const ofComparison: Cost = ([a, b]) => (a instanceof OpaqueValue ? 1 : textCost(Math.min(sizeOf(a), sizeOf(b))));

function networkCost([network, other]: readonly Value[], isText: boolean): number {
  return textCost(2 * sizeOf(network)) + (isText ? textCost(sizeOf(other)) : 0);
}

/** By the function's name. All others cost 1. */
const COSTS: Readonly<Record<string, Cost>> = {
  ...forEach(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'], ofTraversal),
  ...forEach(['url', 'lowerAscii', 'upperAscii', 'substring', 'trim'], ofText),
  ...forEach(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'], ofText),
  ...forEach(['strings.quote', 'format'], ofText),
  ...forEach(['replace', 'split', 'ip.isCanonical'], ofTextTwice),
  ...forEach(['find', 'findAll', 'matches'], ofPattern),
  ...forEach(['slice', 'lists.range', 'reverse'], ofNewList),
  ...forEach(['distinct', 'sort'], ([list]) => pairsCost(list)),
  ...forEach(['_==_', '_!=_'], ofComparison),
  ...forEach(['_<_', '_<=_', '_>_', '_>=_'], ([a, b]) =>
    typeof a === 'string' || a instanceof Uint8Array ? textCost(Math.min(sizeOf(a), sizeOf(b))) : 1,
  ),
  ...forEach(['startsWith', 'endsWith'], ([, part]) => textCost(sizeOf(part))),
  ...forEach(['sets.contains', 'sets.intersects'], ([a, b]) => 1 + sizeOf(a) * sizeOf(b)),
  'sets.equivalent': ([a, b]) => 1 + sizeOf(a) * sizeOf(b) * 2,
  '@sortByAssociatedKeys': ([, keys]) => pairsCost(keys),
  flatten: ([list, depth]) => Math.floor(sizeOf(list) * Number(depth ?? 1n)) + 1 + LIST_COST,
  join: (_, result) => textCost(sizeOf(result), 2 * TEXT_FACTOR),
  ip: (args, _, id) => (id === 'cidr_ip' ? 1 : ofText(args, null, id)),
  containsIP: (args, _, id) => networkCost(args, id.endsWith('string')),
  containsCIDR: (args, _, id) => networkCost(args, id.endsWith('string')) + textCost(sizeOf(args[0])) + 1,
  validate: ([format, text]) => patternCost(sizeOf(text), formatCost(format) ?? 1),
  contains: ([text, part]) => textCost(sizeOf(text)) * textCost(sizeOf(part)),
  '@in': ([, list]) => (list instanceof CelList ? list.size : 1),
  '_+_': ([a, b]) => (typeof a === 'string' || a instanceof Uint8Array ? textCost(sizeOf(a) + sizeOf(b)) : 1),
  bytes: (args, _, id) => (id === 'string_to_bytes' ? ofText(args, null, id) : 1),
  string: (args, _, id) => (id === 'bytes_to_string' ? ofText(args, null, id) : 1),
};

function forEach(names: readonly string[], cost: Cost): Record<string, Cost> {
  return Object.fromEntries(names.map((name) => [name, cost]));
}

function callCost({ name, id }: Overload, args: readonly Value[], result: Value): number {
  const cost = Object.hasOwn(COSTS, name) ? COSTS[name] : undefined;
  return cost?.(args, result, id) ?? 1;
}
