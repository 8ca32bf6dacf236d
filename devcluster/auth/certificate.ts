import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bits, boolean, explicit, implicit, integer, octets, oid, sequence, set, time, utf8 } from './der.ts';
import type { KeyObject } from 'node:crypto';

/** What a server on loopback needs for TLS; all PEM. */
export interface ServingCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = '2.5.4.3';
const DAY = 24 * 60 * 60 * 1000;
/** Clocks of clients may be behind. */
const BACKDATED = DAY;
const VALID = 3650 * DAY;

/**
 * A certificate authority and a certificate of its for 127.0.0.1, both new and for this process only: EC P-256, which takes two
 * milliseconds. The authority's key is not kept. Written here, since loading a library for it takes longer than all else that a
 * cluster does to start.
 */
export function createServingCertificate(now: Date): ServingCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { name: 'autopilot-devcluster', key: authority.privateKey, publicKey: authority.publicKey };
  const ca = certificate(issuer.name, authority.publicKey, issuer, now, [
    extension('2.5.29.19', true, sequence(boolean(true))),
    // keyCertSign, cRLSign
    extension('2.5.29.15', true, bits(Buffer.from([0b0000_0110]), 1)),
  ]);
  const cert = certificate('kube-apiserver', server.publicKey, issuer, now, [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature
    extension('2.5.29.15', true, bits(Buffer.from([0b1000_0000]), 7)),
    // serverAuth
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...ALTERNATIVE_NAMES)),
  ]);
  return { ca: pem(ca), cert: pem(cert), key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

const DNS_NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
const ALTERNATIVE_NAMES = [
  implicit(7, Buffer.from([127, 0, 0, 1])),
  ...DNS_NAMES.map((name) => implicit(2, Buffer.from(name))),
];

interface Issuer {
  readonly name: string;
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

/** RFC 5280, section 4.1. */
function certificate(subject: string, publicKey: KeyObject, issuer: Issuer, now: Date, extensions: Buffer[]): Buffer {
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_SHA256,
    distinguishedName(issuer.name),
    sequence(time(new Date(now.getTime() - BACKDATED)), time(new Date(now.getTime() + VALID))),
    distinguishedName(subject),
    spki(publicKey),
    explicit(
      3,
      sequence(
        ...extensions,
        extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
        extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(issuer.publicKey)))),
      ),
    ),
  );
  return sequence(body, ECDSA_SHA256, bits(sign('sha256', body, issuer.key)));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(oid(COMMON_NAME), utf8(commonName))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest();
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
