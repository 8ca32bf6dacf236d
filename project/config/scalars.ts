import { parseDuration } from '../../runtime/config/duration.ts';
import type { Fault } from '../errors.ts';
import { FAULTS } from '../errors.ts';
import { reject, scalarOf, sourceOf } from './field.ts';
import type { Field } from './field.ts';
import { nearest } from './suggest.ts';

/** A rule for a text that a schema can tell as well. */
export type TextRule =
  | { readonly pattern: RegExp; readonly fault: (value: string) => Fault }
  | { readonly maxLength: number; readonly fault: (value: string) => Fault };

export function text(options: {
  description: string;
  examples?: readonly string[];
  rules?: readonly TextRule[];
  /** Default false. */
  mayBeEmpty?: boolean;
}): Field<string> {
  const { description, examples, rules = [], mayBeEmpty = false } = options;
  const patterns = rules.flatMap((rule) => ('pattern' in rule ? [{ pattern: rule.pattern.source }] : []));
  const lengths = rules.flatMap((rule) => ('maxLength' in rule ? [rule.maxLength] : []));
  return {
    schema: {
      type: 'string',
      description,
      ...(examples && { examples }),
      ...(!mayBeEmpty && { minLength: 1 }),
      ...(lengths.length > 0 && { maxLength: Math.min(...lengths) }),
      ...(patterns.length === 1 ? patterns[0] : patterns.length > 1 && { allOf: patterns }),
    },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        const value = scalarOf(target);
        if (typeof value !== 'string') {
          const hint =
            typeof value === 'number' || typeof value === 'boolean'
              ? `Put it in quotes: \`"${sourceOf(target)}"\`.`
              : undefined;
          return reject(reading, path, 'text', target, hint);
        }
        if (value === '' && mayBeEmpty) return value;
        const fault = value === '' ? FAULTS.emptyText() : rules.find((rule) => !follows(value, rule))?.fault(value);
        if (!fault) return value;
        reading.report(fault, path);
        return undefined;
      }),
  };
}

function follows(value: string, rule: TextRule): boolean {
  return 'pattern' in rule ? rule.pattern.test(value) : value.length <= rule.maxLength;
}

export function flag(options: { description: string }): Field<boolean> {
  return {
    schema: { type: 'boolean', ...options },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        const value = scalarOf(target);
        if (typeof value === 'boolean') return value;
        const word = typeof value === 'string' ? value.toLowerCase() : '';
        // Words that YAML 1.1 took for true and false.
        const hint = ['yes', 'on', 'true'].includes(word)
          ? 'Write `true`.'
          : ['no', 'off', 'false'].includes(word)
            ? 'Write `false`.'
            : undefined;
        return reject(reading, path, '`true` or `false`', target, hint);
      }),
  };
}

export function wholeNumber(options: { description: string; minimum: number; maximum?: number }): Field<number> {
  const { description, minimum, maximum } = options;
  return {
    schema: { type: 'integer', description, minimum, ...(maximum !== undefined && { maximum }) },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        const value = scalarOf(target);
        if (typeof value !== 'number' || !Number.isInteger(value))
          return reject(reading, path, 'a whole number', target);
        if (value >= minimum && value <= (maximum ?? Number.MAX_SAFE_INTEGER)) return value;
        reading.report(FAULTS.numberRange({ value, minimum, ...(maximum !== undefined && { maximum }) }), path);
        return undefined;
      }),
  };
}

/** One of some words; where `numbered`, its position from 0 may be written instead. */
export function choice<const Value extends string>(
  values: readonly Value[],
  options: { description: string; numbered?: boolean },
): Field<Value> {
  const { description, numbered = false } = options;
  return {
    schema: { description, enum: numbered ? [...values, ...values.keys()] : values },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        const value = scalarOf(target);
        const isText = typeof value === 'string';
        if (!isText && !(numbered && typeof value === 'number')) return reject(reading, path, 'text', target);
        const found = isText ? values.find((candidate) => candidate === value) : values[value];
        if (found !== undefined) return found;
        const near = isText ? nearest(value, values) : undefined;
        const all = values.map((candidate) => `\`${candidate}\``).join(', ');
        const hint =
          near === undefined
            ? `Write one of ${all}${numbered ? `, or a number from 0 to ${values.length - 1}` : ''}.`
            : `Did you mean \`${near}\`?`;
        reading.report(FAULTS.unknownValue({ value: String(value), hint }), path);
        return undefined;
      }),
  };
}

/** The longest time that a timer can wait for: 2^31 - 1 milliseconds. */
const LONGEST = 596 * 3_600_000;

/** A Go duration that can be waited for, as written. */
export function duration(options: { description: string }): Field<string> {
  return {
    schema: {
      type: 'string',
      examples: ['5s', '1m30s'],
      pattern: '^(?:0|(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|µs|ms|s|m|h))+)$',
      ...options,
    },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        const value = scalarOf(target);
        if (typeof value === 'number') {
          return reject(reading, path, 'a duration', target, `Add the unit, for example \`${sourceOf(target)}s\`.`);
        }
        if (typeof value !== 'string') return reject(reading, path, 'a duration', target, 'Write for example `5s`.');
        const milliseconds = parseDuration(value);
        if (milliseconds !== undefined && milliseconds >= 1 && milliseconds <= LONGEST) return value;
        reading.report(milliseconds === undefined ? FAULTS.duration({ value }) : FAULTS.durationRange({ value }), path);
        return undefined;
      }),
  };
}
