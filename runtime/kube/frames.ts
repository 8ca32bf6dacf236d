import { WHOLE, type Managers, type Parsing } from './managed-fields.ts';
import type { KubernetesObject } from './types.ts';

/** One line of a watch. Source: `metav1.WatchEvent`. */
export type WatchFrame = ReadableFrame | UnreadableFrame | KnownFrame;

/** An event of which no more was read than its version, since it is known what it tells. */
export interface KnownFrame {
  readonly type: 'KNOWN';
  readonly resourceVersion: string;
}

/** A line that is no event of an object: left out, so that those after it are heard. Nothing of it is kept that could be secret. */
export interface UnreadableFrame {
  readonly type: 'UNREADABLE';
  /** As far as that can be made out. */
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

export interface ReadableFrame {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  /** The object; of a BOOKMARK just its metadata; of an ERROR a `metav1.Status`. */
  readonly object: KubernetesObject & { readonly code?: number; readonly message?: string; readonly reason?: string };
  /** Who holds which of its fields, where it comes without that. */
  readonly managers?: Managers;
}

/** Events of which it is known what they tell. */
export interface Known {
  /** Whether there are any. */
  readonly some: boolean;
  /** Whether one of this version is; `has`: whether a text is in it. Asked once for each. */
  is(resourceVersion: string, has: (text: string) => boolean): boolean;
}

const NEWLINE = 10;
const CHANGES = [Buffer.from('{"type":"ADDED",'), Buffer.from('{"type":"MODIFIED",')];
const QUOTE = 34;
/** It stands in no text within JSON, whose quotes are escaped. */
const VERSION = Buffer.from('"resourceVersion":"');

/**
 * Splits a watch's bytes into its frames. Chunks may end anywhere, within a UTF-8 character too; a line may be larger than any
 * chunk. An incomplete last line (the connection broke) is dropped: resuming brings it again. Events of versions that are known already
 * are not parsed.
 */
export async function* frames(
  chunks: AsyncIterable<Uint8Array>,
  known?: Known,
  parse: Parsing['frame'] = WHOLE.frame,
): AsyncGenerator<WatchFrame, void> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE, start)) {
      // Most lines are in one chunk, of which no part is made then.
      let line = buffer;
      if (pieces.length > 0) {
        line = Buffer.concat([...pieces, buffer.subarray(0, end)]);
        pieces = [];
        start = 0;
      }
      const to = line === buffer ? end : line.length;
      if (to > start) {
        const bytes = known?.some ? line.subarray(start, to) : undefined;
        const resourceVersion = bytes && versionIn(bytes);
        if (resourceVersion !== undefined && known?.is(resourceVersion, (part) => bytes?.includes(part) ?? false))
          yield { type: 'KNOWN', resourceVersion };
        else yield parseFrame(line.toString('utf8', start, to), parse);
      }
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
}

/** The version that an object has in its metadata; undefined where that cannot be told without parsing, and where nothing changed. */
function versionIn(line: Buffer): string | undefined {
  if (!CHANGES.some((start) => line.subarray(0, start.length).equals(start))) return undefined;
  const at = line.indexOf(VERSION);
  // Metadata always have it: where it is once only, it is theirs.
  if (at < 0 || line.lastIndexOf(VERSION) !== at) return undefined;
  const start = at + VERSION.length;
  return line.toString('latin1', start, line.indexOf(QUOTE, start));
}

function parseFrame(text: string, parse: Parsing['frame']): WatchFrame {
  try {
    const frame = parse(text) as ReadableFrame;
    // Without these nobody downstream could go on.
    const { metadata } = frame.object;
    if (frame.type === 'ERROR' || (frame.type === 'BOOKMARK' && metadata) || typeof metadata.name === 'string')
      return frame;
  } catch {
    // What the parser says quotes the text.
  }
  return { type: 'UNREADABLE', name: fieldIn(text, 'name'), namespace: fieldIn(text, 'namespace') };
}

/** Whether an item of a list is an object; without these nobody downstream could go on. */
export function isReadable(item: KubernetesObject | null): item is KubernetesObject {
  return typeof item?.metadata?.name === 'string';
}

/** The first such field after the metadata begin: by that time an object of Kubernetes has told no more than its kind. */
function fieldIn(text: string, field: 'name' | 'namespace'): string | undefined {
  const metadata = text.slice(Math.max(0, text.indexOf('"metadata":')));
  return new RegExp(`"${field}":"([a-z0-9][-.a-z0-9]{0,252})"`).exec(metadata)?.[1];
}
