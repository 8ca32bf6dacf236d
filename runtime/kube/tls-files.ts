import { readFileSync } from 'node:fs';
import type { TlsFiles } from './kubeconfig.ts';

/** What such files hold, PEM. */
export type TlsContent = Readonly<Partial<Record<keyof TlsFiles, Buffer>>>;

/**
 * Reads the files; returns `known` itself where they hold the same. A file that cannot be read, since it is just being replaced, keeps its
 * content of before; so do all where one of them cannot, so that a certificate and its key always go together.
 */
export function readTls(files: TlsFiles, known: TlsContent): TlsContent {
  const read: { -readonly [Part in keyof TlsContent]: TlsContent[Part] } = {};
  let differs = false;
  for (const part of ['ca', 'cert', 'key'] as const) {
    const file = files[part];
    if (file === undefined) continue;
    try {
      read[part] = readFileSync(file);
    } catch {
      return known;
    }
    if (!known[part]?.equals(read[part])) differs = true;
  }
  return differs ? read : known;
}
