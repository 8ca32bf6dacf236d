import { formatNumber } from './go-text.ts';
import type { Schema } from './schema.ts';

/** What is reported: the broken bound with the value, or a text about a value or bound that its type cannot hold. */
export interface NumberReport {
  broken(text: string, value: number): void;
  outOfRange(text: string): void;
}

/** Whether the real server would hold the number as an int64. `1.0` and `1` are the same here. */
export function isInteger(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

/** Checks range of type and format, then multipleOf, minimum and maximum. */
export function checkNumber(
  schema: Schema,
  types: readonly string[],
  format: string,
  value: number,
  path: string,
  report: NumberReport,
): void {
  const type = types.length === 1 ? (types[0] ?? '') : '';
  const numeric = type === 'integer' || type === 'number' ? type : '';
  const inRange = (candidate: number, what: string): boolean => {
    if (fitsFormat(candidate, numeric, format)) return true;
    const as = format === '' ? '(default format)' : `with format ${format}`;
    report.outOfRange(`${what} value must be of type ${numeric} ${as} in ${path}`);
    return false;
  };
  inRange(value, 'Checked');
  const { multipleOf, minimum, maximum } = schema;
  if (multipleOf !== undefined) {
    const whole = inRange(multipleOf, 'MultipleOf') && isInteger(value);
    checkMultiple(whole ? Math.trunc(multipleOf) : multipleOf, value, whole, path, report);
  }
  if (minimum !== undefined) {
    const bound = inRange(minimum, 'Minimum boundary') && isInteger(value) ? Math.trunc(minimum) : minimum;
    const exclusive = schema.exclusiveMinimum === true;
    if (exclusive ? value <= bound : value < bound) {
      const words = exclusive ? 'should be greater than' : 'should be greater than or equal to';
      report.broken(`${path} in body ${words} ${formatNumber(bound)}`, value);
    }
  }
  if (maximum !== undefined) {
    const bound = inRange(maximum, 'Maximum boundary') && isInteger(value) ? Math.trunc(maximum) : maximum;
    const exclusive = schema.exclusiveMaximum === true;
    if (exclusive ? value >= bound : value > bound) {
      const words = exclusive ? 'should be less than' : 'should be less than or equal to';
      report.broken(`${path} in body ${words} ${formatNumber(bound)}`, value);
    }
  }
}

function checkMultiple(factor: number, value: number, whole: boolean, path: string, report: NumberReport): void {
  if (factor <= 0) {
    report.broken(`factor MultipleOf declared for ${path} must be positive: ${formatNumber(factor)}`, factor);
    return;
  }
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  if (whole ? value % factor !== 0 : !isNearlyInteger(quotient)) {
    report.broken(`${path} in body should be a multiple of ${formatNumber(factor)}`, value);
  }
}

/** Source: IsFloat64AJSONInteger of go-openapi/swag. */
function isNearlyInteger(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false;
  const rounded = Math.round(value);
  return value === rounded || Math.abs(value - rounded) < 1e-9 * Math.abs(rounded);
}

function fitsFormat(value: number, type: string, format: string): boolean {
  if (type === 'integer') {
    if (!isInteger(value)) return false;
    return format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31);
  }
  return format !== 'float' || Math.abs(value) <= 3.4028235677973366e38;
}
