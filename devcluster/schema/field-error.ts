import { formatNumber, marshalJson, quote } from './go-text.ts';

/**
 * One thing that is wrong with one field, as `Status.details.causes[]` tells it.
 * Source: k8s.io/apimachinery/pkg/util/validation/field.
 */
export interface FieldError {
  /** The machine's word: `causes[].reason`. */
  readonly reason: FieldErrorReason;
  /** The person's words for it, with which the message begins. */
  readonly type: string;
  /** The path, e.g. `spec.ports[0].port`; `<nil>` for the object itself. */
  readonly field: string;
  /** `causes[].message`. */
  readonly message: string;
}

export type FieldErrorReason = keyof typeof TYPES;

const TYPES = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  FieldValueTooShort: 'Too short',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
} as const;

/** The field of an error about the object as a whole. */
export const ROOT = '<nil>';

function withDetail(reason: FieldErrorReason, field: string, detail: string): FieldError {
  const type = TYPES[reason];
  return { reason, type, field, message: detail === '' ? type : `${type}: ${detail}` };
}

function withValue(reason: FieldErrorReason, field: string, value: unknown, detail: string): FieldError {
  const type = TYPES[reason];
  const text = `${type}: ${formatValue(value)}`;
  return { reason, type, field, message: detail === '' ? text : `${text}: ${detail}` };
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return String(value);
  return marshalJson(value);
}

export const required = (field: string, detail = ''): FieldError => withDetail('FieldValueRequired', field, detail);

export const forbidden = (field: string, detail: string): FieldError =>
  withDetail('FieldValueForbidden', field, detail);

export const invalid = (field: string, value: unknown, detail: string): FieldError =>
  withValue('FieldValueInvalid', field, value, detail);

export const typeInvalid = (field: string, value: unknown, detail: string): FieldError =>
  withValue('FieldValueTypeInvalid', field, value, detail);

export const duplicate = (field: string, value: unknown): FieldError =>
  withValue('FieldValueDuplicate', field, value, '');

export const notFound = (field: string, value: unknown): FieldError =>
  withValue('FieldValueNotFound', field, value, '');

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(quote).join(', ')}`;
  return withValue('FieldValueNotSupported', field, value, detail);
}

/** The value is left out on purpose: it is too long to be shown. */
export const tooLong = (field: string, maxBytes: number): FieldError =>
  withDetail('FieldValueTooLong', field, `may not be more than ${maxBytes} ${maxBytes === 1 ? 'byte' : 'bytes'}`);

export const tooMany = (field: string, actual: number, max: number): FieldError =>
  withValue('FieldValueTooMany', field, actual, `must have at most ${max} ${max === 1 ? 'item' : 'items'}`);

/**
 * The text of several errors as `Status.message` ends with: one plainly, several in brackets, each once.
 * Source: k8s.io/apimachinery/pkg/util/errors Aggregate.
 */
export function aggregateMessage(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
