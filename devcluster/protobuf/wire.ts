/** Bytes that are no protobuf. */
export class ProtobufError extends Error {}

/** One value as it is on the wire: a number, or bytes whose meaning the field's type tells. */
export interface WireValue {
  readonly number: number;
  readonly value: bigint | Buffer;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The values of a message in their order. Source: https://protobuf.dev/programming-guides/encoding/ */
export function* readMessage(bytes: Buffer): Generator<WireValue> {
  let at = 0;
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw new ProtobufError('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('proto: integer overflow');
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case VARINT:
        yield { number, value: varint() };
        break;
      case FIXED64:
        yield { number, value: take(8) };
        break;
      case BYTES:
        yield { number, value: take(Number(varint())) };
        break;
      case FIXED32:
        yield { number, value: take(4) };
        break;
      default:
        throw new ProtobufError(`proto: illegal wireType ${tag & 7}`);
    }
  }
}
