import type { KubernetesObject } from './types.ts';

/** One line of a watch. Source: `metav1.WatchEvent`. */
export type WatchFrame = ReadableFrame | UnreadableFrame;

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
}

const NEWLINE = 10;

/**
 * Splits a watch's bytes into its frames. Chunks may end anywhere, within a UTF-8 character too; a line may be larger than any
 * chunk. An incomplete last line (the connection broke) is dropped: resuming brings it again.
 */
export async function* frames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WatchFrame, void> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end));
      start = end + 1;
      const line = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
      pieces = [];
      if (line.length > 0) yield parseFrame(line);
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
}

function parseFrame(line: Uint8Array): WatchFrame {
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
  try {
    const frame = JSON.parse(text) as ReadableFrame;
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
