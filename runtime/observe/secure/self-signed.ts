import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyPair } from './key-pair.ts';

const VALID_YEARS = 10;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A certificate for localhost and these names that nobody vouches for, with a new key (EC P-256): who connects is sure that nobody reads
 * along, and not whom they talk to. Valid from a day before `now`, since clocks differ, for ten years.
 *
 * Written here, since Node makes no certificates, and the libraries that do bring twenty packages into each operator for this one form of
 * one. Source: RFC 5280, sections 4.1 and 4.2.
 */
export function selfSigned(names: readonly string[], now: Date): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from('autopilot-operator')))));
  const until = new Date(now);
  until.setUTCFullYear(now.getUTCFullYear() + VALID_YEARS);
  const body = sequence(
    der(0xa0, VERSION_3),
    der(0x02, serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(new Date(now.getTime() - DAY_MS)), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(NO_AUTHORITY, DIGITAL_SIGNATURE, SERVER_AUTHENTICATION, subjectNames(names))),
  );
  const certificate = sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, privateKey)));
  return { cert: pem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** An element of DER (X.690) with its tag and its length. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts);
const octets = (content: Buffer): Buffer => der(0x04, content);
const bits = (content: Buffer, unused = 0): Buffer => der(0x03, Buffer.from([unused]), content);
/** An object identifier by its content. */
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), octets(value));

const VERSION_3 = der(0x02, Buffer.from([2]));
const COMMON_NAME = oid('550403');
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const NO_AUTHORITY = extension('551d13', true, sequence());
const DIGITAL_SIGNATURE = extension('551d0f', true, bits(Buffer.from([0x80]), 7));
const SERVER_AUTHENTICATION = extension('551d25', false, sequence(oid('2b06010505070301')));

function subjectNames(names: readonly string[]): Buffer {
  const dns = [...new Set(['localhost', ...names])].map((name) => der(0x82, Buffer.from(name)));
  return extension('551d11', false, sequence(...dns, der(0x87, Buffer.from([127, 0, 0, 1]))));
}

/** Positive, without a leading zero that DER would not have. */
function serialNumber(): Buffer {
  const number = randomBytes(16);
  number[0] = ((number[0] ?? 0) & 0x3f) | 0x40;
  return number;
}

/** UTCTime before 2050, GeneralizedTime from then on; in whole seconds. */
function time(date: Date): Buffer {
  const text = `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
