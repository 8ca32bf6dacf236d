/** Writes protobuf messages. Source: https://protobuf.dev/programming-guides/encoding/ */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** One field of a message, ready to be sent; an empty list is a field that is not there. */
export type Field = readonly Buffer[];

const NOTHING: Field = [];

export function text(number: number, value: unknown): Field {
  return typeof value === 'string' && value !== '' ? bytes(number, Buffer.from(value)) : NOTHING;
}

export function texts(number: number, values: readonly unknown[]): Field {
  return values.flatMap((value) => (typeof value === 'string' ? bytes(number, Buffer.from(value)) : []));
}

/** Also an empty message is written. */
export function message(number: number, fields: readonly Field[]): Field {
  return bytes(number, join(fields));
}

export function join(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flat());
}

export function boolean(number: number, value: unknown): Field {
  return value === true ? [varint(number * 8 + VARINT), varint(1)] : NOTHING;
}

/** A whole number that is not negative. */
export function integer(number: number, value: unknown): Field {
  return typeof value === 'number' && value > 0 ? [varint(number * 8 + VARINT), varint(value)] : NOTHING;
}

export function double(number: number, value: unknown): Field {
  if (typeof value !== 'number' || value === 0) return NOTHING;
  const written = Buffer.alloc(8);
  written.writeDoubleLE(value);
  return [varint(number * 8 + FIXED64), written];
}

function bytes(number: number, value: Buffer): Field {
  return [varint(number * 8 + BYTES), varint(value.length), value];
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
  out.push(rest);
  return Buffer.from(out);
}
