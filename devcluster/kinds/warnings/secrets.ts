/** Whether the key of a TLS Secret is that of its certificate. Source: tls.X509KeyPair of Go. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { stringAt } from '../../schema/json.ts';
import type { Warner } from './warner.ts';

export const secret: Warner = (object) => {
  if (object['type'] !== 'kubernetes.io/tls') return [];
  const read = (name: string): string => Buffer.from(stringAt(object, 'data', name), 'base64').toString('latin1');
  const problem = pairProblem(blocksOf(read('tls.crt')), blocksOf(read('tls.key')));
  return problem === undefined ? [] : [problem];
};

interface Block {
  readonly type: string;
  readonly pem: string;
}

/** The blocks of a PEM text, whatever is around them. */
function blocksOf(text: string): readonly Block[] {
  const found = text.matchAll(/^-----BEGIN ([^\n]*)-----\s*\n[^]*?^-----END \1-----\s*$/gm);
  return Array.from(found, ([pem, type = '']) => ({ type, pem }));
}

function pairProblem(inCertificate: readonly Block[], inKey: readonly Block[]): string | undefined {
  const first = inCertificate.find(({ type }) => type === 'CERTIFICATE');
  if (first === undefined) return noCertificate(inCertificate.map(({ type }) => type));
  const block = inKey.find(({ type }) => /(^| )PRIVATE KEY$/.test(type));
  if (block === undefined) return noKey(inKey.map(({ type }) => type));
  const certificate = readCertificate(first.pem);
  if (certificate === undefined) return 'x509: malformed certificate';
  const key = readKey(block.pem);
  if (key === undefined) return 'tls: failed to parse private key';
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType) {
    return 'tls: private key type does not match public key type';
  }
  return certificate.checkPrivateKey(key) ? undefined : 'tls: private key does not match public key';
}

function noCertificate(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input';
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY') === true) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

function noKey(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in key input';
  if (types.length === 1 && types[0] === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
