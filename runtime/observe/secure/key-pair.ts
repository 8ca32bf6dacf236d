import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { errors, messageOf } from '../../errors.ts';

/** A certificate, with what it is signed by if there is such, and its key; PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** As in a Secret of type kubernetes.io/tls. */
export const CERTIFICATE_FILE = 'tls.crt';
export const KEY_FILE = 'tls.key';

/**
 * The pair in a folder; undefined where it has neither file. Throws ERR_AP_CERTIFICATE where it has one alone, one cannot be read, or the two
 * do not go together.
 */
export async function readKeyPair(folder: string): Promise<KeyPair | undefined> {
  const [cert, key] = await Promise.all([CERTIFICATE_FILE, KEY_FILE].map((name) => textOf(folder, name)));
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw errors.certificate(folder, `there is ${KEY_FILE} and no ${CERTIFICATE_FILE}`);
  if (key === undefined) throw errors.certificate(folder, `there is ${CERTIFICATE_FILE} and no ${KEY_FILE}`);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw errors.certificate(folder, messageOf(error));
  }
  return { cert, key };
}

async function textOf(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw errors.certificate(folder, `${name} cannot be read: ${messageOf(error)}`);
  }
}
