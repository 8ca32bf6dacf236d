import { isScalar } from 'yaml';
import type { Pair } from 'yaml';
import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import type { OperatorConfigKey } from '../../runtime/config/fields.ts';
import { startOf } from './source.ts';
import { EditableYaml, contentEnd, isNothing, pairOf } from './splice.ts';
import type { Splice } from './splice.ts';
import { scalarText } from './write.ts';

export { addPhase } from './add-phase.ts';
export type { PhasePlace } from './add-phase.ts';

/** Keys of `autopilot.yaml` that commands set, in the order in which they stand in new files. */
const AUTOPILOT_ORDER = [
  'kind',
  'apiVersion',
  'operatorName',
  'scope',
  'plural',
  'enableFinalizer',
  'onSpecChange',
  'onOutputDrift',
] as const;

/**
 * The text of `autopilot.yaml` with a key set. Nothing else changes: a value that is there is replaced in its own kind of quotes,
 * a new key gets a line of its own.
 *
 * @throws {ProjectError} where the text is written in a way that cannot be changed safely.
 */
export function setAutopilotKey(text: string, key: (typeof AUTOPILOT_ORDER)[number], value: string | boolean): string {
  return setKey(text, key, value, AUTOPILOT_ORDER);
}

/**
 * The text of `autopilot.yaml` without a key, which is there; the line goes as a whole.
 *
 * @throws {ProjectError} as {@link setAutopilotKey}.
 */
export function removeAutopilotKey(text: string, key: (typeof AUTOPILOT_ORDER)[number]): string {
  const yaml = new EditableYaml(text, `Removing \`${key}\``);
  const { [key]: _removed, ...expected } = Object.assign<Record<string, unknown>, unknown>({}, yaml.model());
  const pair = pairOf(yaml.root, key);
  return pair ? yaml.apply([removal(yaml, pair)], expected) : text;
}

/** As {@link setAutopilotKey}, for `autopilot-operator.yaml`, which may be empty. */
export function setOperatorKey(text: string, key: OperatorConfigKey, value: string | number | boolean): string {
  return setKey(text, key, value, Object.keys(OPERATOR_CONFIG_FIELDS));
}

function setKey(text: string, key: string, value: string | number | boolean, order: readonly string[]): string {
  const yaml = new EditableYaml(text, `Setting \`${key}\``);
  const expected = new Map<string, unknown>(Object.entries(yaml.model() ?? {})).set(key, value);
  const pair = pairOf(yaml.root, key);
  const splice = pair ? replacement(yaml, pair.key, pair.value, value) : newLine(yaml, key, value, order);
  return yaml.apply([splice], Object.fromEntries(expected));
}

function replacement(yaml: EditableYaml, key: unknown, value: unknown, wanted: string | number | boolean): Splice {
  if (isNothing(value)) {
    const colon = yaml.text.indexOf(':', contentEnd(key)) + 1;
    return { from: colon, to: colon, text: ` ${scalarText(wanted)}` };
  }
  const range = isScalar(value) ? value.range : undefined;
  if (!isScalar(value) || !range) return yaml.refuse('its value is not a plain one');
  // A text in lines of its own ends with one.
  const [ending = ''] = /\r?\n$/.exec(yaml.text.slice(range[0], range[1])) ?? [];
  return { from: range[0], to: range[1], text: quotedAs(value.type, wanted) + ending };
}

function removal(yaml: EditableYaml, pair: Pair): Splice {
  const endOf = ({ key, value }: Pair) => contentEnd(isNothing(value) ? key : value);
  const [from, to] = [startOf(pair.key) ?? 0, endOf(pair)];
  if (yaml.root?.flow !== true)
    return { from: yaml.lineOf(from), to: yaml.text[to - 1] === '\n' ? to : yaml.lineAfter(to), text: '' };
  const pairs = yaml.root.items;
  const index = pairs.indexOf(pair);
  const [former, next] = [pairs[index - 1], pairs[index + 1]];
  // With the comma before it, or that after it.
  return former ? { from: endOf(former), to, text: '' } : { from, to: startOf(next?.key) ?? to, text: '' };
}

/** In the quotes that were there. */
function quotedAs(type: string | undefined, value: string | number | boolean): string {
  if (typeof value === 'string' && type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (typeof value === 'string' && type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  return scalarText(value);
}

/** Below the line that shows its default, else below the key that comes before it, else at the end. */
function newLine(yaml: EditableYaml, key: string, value: string | number | boolean, order: readonly string[]): Splice {
  const line = `${key}: ${scalarText(value)}`;
  const pairs = yaml.root?.items ?? [];
  const last = pairs.at(-1);
  if (yaml.root?.flow === true && last) {
    const end = contentEnd(isNothing(last.value) ? last.key : last.value);
    return { from: end, to: end, text: `, ${line}` };
  }
  const isInside = (offset: number) =>
    pairs.some((each) => (startOf(each.key) ?? 0) < offset && offset < contentEnd(each.value));
  const shown = [...yaml.text.matchAll(new RegExp(`^# ?${key}:.*$`, 'gm'))].find(({ index }) => !isInside(index));
  if (shown) return yaml.linesAt(yaml.lineAfter(shown.index), line);
  const former = order.slice(0, order.indexOf(key)).findLast((each) => pairOf(yaml.root, each));
  const pair = former === undefined ? undefined : pairOf(yaml.root, former);
  if (!pair) return yaml.linesAt(yaml.text.length, line);
  const end = contentEnd(isNothing(pair.value) ? pair.key : pair.value);
  return yaml.linesAt(yaml.text[end - 1] === '\n' ? end : yaml.lineAfter(end), line);
}
