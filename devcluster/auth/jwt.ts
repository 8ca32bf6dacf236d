import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { isObject } from '../schema/json.ts';
import type { KeyObject } from 'node:crypto';
import type { JsonObject } from '../schema/json.ts';

/** Signs and reads JSON web tokens (RFC 7519) with one key, by ES256: all that service accounts need. */
export class JwtSigner {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;

  /** `privateKey`: PEM; default a new one. */
  constructor(privateKey?: string) {
    this.#privateKey =
      privateKey === undefined
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
        : createPrivateKey(privateKey);
    this.#publicKey = createPublicKey(this.#privateKey);
    // As the real server names its keys.
    const der = this.#publicKey.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(der).digest('base64url');
  }

  sign(claims: object): string {
    const signed = `${encode({ alg: 'ES256', kid: this.#keyId })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  /** The claims of a token that this key signed; undefined for all others. */
  verify(token: string): JsonObject | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const key = { key: this.#publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const sound = verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
    return sound ? claimsOf(token) : undefined;
  }

  /** PEM. */
  get privateKey(): string {
    return this.#privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** The public key as a JSON Web Key Set has it (RFC 7517). */
  get publicJwk(): object {
    const { kty, crv, x, y } = this.#publicKey.export({ format: 'jwk' });
    return { use: 'sig', kty, kid: this.#keyId, crv, alg: 'ES256', x, y };
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The claims of a token, whoever signed it; undefined for what is no token. */
export function claimsOf(token: string): JsonObject | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
