import { formatNumber } from '../../schema/go-text.ts';
import { isArray, isObject, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { labelSelectorText } from '../../kinds/scale.ts';
import { since } from '../duration-text.ts';
import { column } from '../table.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Cell, RowPrinter } from '../table.ts';

/** The printers of some built-in kinds, by `group/Kind`. Source: k8s.io/kubernetes/pkg/printers/internalversion. */
export type Printers = Readonly<Record<string, RowPrinter>>;

/**
 * A printer. Columns are written `Name`, with `:type` behind those that hold no text, and `*` behind those that only
 * `kubectl get -o wide` shows.
 */
export function printer(
  columns: readonly string[],
  cells: (object: ApiObject, now: Date) => readonly Cell[],
): RowPrinter {
  return { columns: columns.map(definition), cells };
}

function definition(text: string): ReturnType<typeof column> {
  const [, name = '', type = 'string', wide] = /^(.*?)(?::(\w+))?(\*)?$/.exec(text) ?? [];
  return column(name, type, { ...(name === 'Name' && { format: 'name' }), priority: wide ? 1 : 0 });
}

export const nameOf = ({ metadata }: ApiObject): string => metadata.name;
export const ageOf = ({ metadata }: ApiObject, now: Date): string => since(metadata.creationTimestamp, now);

/** The text at a path, '' where there is none. */
export const text = (object: unknown, ...path: readonly string[]): string => stringAt(object, ...path);

export function textOr(fallback: string, object: unknown, ...path: readonly string[]): string {
  return stringAt(object, ...path) || fallback;
}

/** The number at a path, 0 where there is none. */
export function count(object: unknown, ...path: readonly string[]): number {
  const value = valueAt(object, ...path);
  return typeof value === 'number' ? value : 0;
}

/** A number or a text (as of IntOrString), as text. */
export function scalar(fallback: string, object: unknown, ...path: readonly string[]): string {
  const value = valueAt(object, ...path);
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : fallback;
}

export function flagOr(fallback: boolean, object: unknown, ...path: readonly string[]): boolean {
  const value = valueAt(object, ...path);
  return typeof value === 'boolean' ? value : fallback;
}

export function sizeOf(object: unknown, ...path: readonly string[]): number {
  const value = valueAt(object, ...path);
  if (isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
}

/** Names and images of containers. */
export function containerCells(podSpec: unknown): [names: string, images: string] {
  const containers = listAt(podSpec, 'containers');
  const all = (field: string): string => containers.map((container) => stringAt(container, field)).join(',');
  return [all('name'), all('image')];
}

/** A map of labels. */
export function labelCells(labels: unknown): string {
  if (!isObject(labels) || Object.keys(labels).length === 0) return '<none>';
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`)
    .sort()
    .join(',');
}

/** A `metav1.LabelSelector`. */
export const selectorCell = (selector: unknown): string => labelSelectorText(selector) || '<none>';

/** The first of a list, and how many more there are. */
export function firstOf(items: readonly string[], shown: number): string {
  if (items.length === 0) return '<unset>';
  const some = items.slice(0, shown).join(',');
  return items.length > shown ? `${some} + ${items.length - shown} more...` : some;
}

/** Whether a condition of that type is True. */
export function isTrue(object: unknown, type: string): boolean {
  return listAt(object, 'status', 'conditions').some(
    (condition) => stringAt(condition, 'type') === type && stringAt(condition, 'status') === 'True',
  );
}
