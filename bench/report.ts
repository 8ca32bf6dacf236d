import type { FlowsResult } from './flows.ts';

/** A row of the table: how a number is called, found and written, and how much of the peer's it may be. */
interface Measure {
  readonly name: string;
  readonly of: (result: FlowsResult) => number;
  readonly digits: number;
  /** The most that is promised, as a share of the peer's number in the same run. */
  readonly share?: number;
  /** The most that is promised, as a number. */
  readonly most?: number;
}

/** What has been promised; by number of Flows where it differs. */
function measuresFor(n: number): readonly Measure[] {
  const exact = n >= 1000;
  return [
    { name: 'writes per resource', of: (it) => it.writesEach, digits: 2, ...(exact && { most: 6.05 }) },
    { name: 'GETs', of: (it) => it.gets, digits: 0, most: 0 },
    { name: 'conflicts', of: (it) => it.conflicts, digits: 0, most: 0 },
    { name: 'other failures', of: (it) => it.failures, digits: 0, most: 0 },
    { name: 'until all are final, s', of: (it) => it.wall, digits: 1, ...(exact && { share: 0.85 }) },
    { name: 'CPU until then, s', of: (it) => it.cpu, digits: 2, ...(exact && { share: 0.9 }) },
    { name: "kube-apiserver's CPU until then, s", of: (it) => it.serverCpu, digits: 1 },
    { name: 'first write, s', of: (it) => it.firstWrite, digits: 2, ...(n === 1000 && { share: 1 }) },
    { name: 'memory after it, MiB', of: (it) => it.memory, digits: 0, ...memoryFor(n) },
    { name: 'memory at its highest, MiB', of: (it) => it.peakMemory, digits: 0 },
    { name: 'memory restarted, MiB', of: (it) => it.restarted.memory, digits: 0, ...(n >= 10_000 && { share: 0.8 }) },
    { name: 'writes restarted', of: (it) => it.restarted.writes, digits: 0, most: 0 },
    { name: 'CPU restarted, s', of: (it) => it.restarted.cpu, digits: 2, ...(n >= 10_000 && { share: 1 }) },
    { name: 'one more resource final, ms', of: (it) => it.latencyMedian, digits: 1 },
    { name: 'time to stop, s', of: (it) => it.stop, digits: 2 },
  ];
}

function memoryFor(n: number): { readonly most?: number; readonly share?: number } {
  if (n <= 10) return { most: 72 };
  return n >= 10_000 ? { share: 0.8 } : { most: 95 };
}

/** The results of one number of Flows, by operator: one for each repetition, in the order in which they were measured. */
export type FlowsResults = Readonly<Record<string, readonly FlowsResult[]>>;

/**
 * A Markdown table: for each operator the medians, then the ratio of the first operator to the second. That is the median of the ratios
 * within each repetition, whose runs followed each other: the machine may have been slower in another.
 */
export function flowsTable(n: number, results: FlowsResults): string {
  const names = Object.keys(results);
  const [ours = '', peer] = names;
  const rows = measuresFor(n).map((measure) => {
    const numbers = names.map((name) => median((results[name] ?? []).map(measure.of)).toFixed(measure.digits));
    const ratio = peer === undefined ? undefined : ratioOf(measure, results[ours] ?? [], results[peer] ?? []);
    const own = median((results[ours] ?? []).map(measure.of));
    return [measure.name].concat(numbers, ratio?.toFixed(2) ?? '', promised(measure, own, ratio));
  });
  const head = [`${n.toLocaleString('en')} resources`, ...names, 'ratio', 'promised'];
  return table([head, ...rows]);
}

function ratioOf({ of }: Measure, ours: readonly FlowsResult[], peers: readonly FlowsResult[]): number | undefined {
  const ratios = ours.flatMap((result, index) => {
    const peer = peers[index];
    return peer && of(peer) > 0 ? of(result) / of(peer) : [];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

function promised({ share, most }: Measure, own: number, ratio: number | undefined): string {
  if (most !== undefined) return `≤ ${most}${own <= most ? '' : ' **missed**'}`;
  if (share === undefined) return '';
  return `≤ ${share} ×${ratio === undefined ? '' : ratio <= share ? '' : ' **missed**'}`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** The value below which so great a share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

/** Of cells; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}
