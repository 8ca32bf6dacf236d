import { Buffer } from 'node:buffer';
import { formatPatch, structuredPatch } from 'diff';

/** Lines around a change. */
const CONTEXT = 3;

/**
 * What would become of a file, as a unified diff; of what is no text, in a sentence. Undefined contents: there is no such file.
 * Line ends and a byte order mark are not shown.
 */
export function unifiedDiff(path: string, before: Buffer | undefined, after: Buffer | undefined): string {
  const [old, now] = [shown(before), shown(after)];
  if (old === undefined || now === undefined) return `Binary file ${path} ${binaryChange(before, after)}\n`;
  const patch = structuredPatch(
    before ? `a/${path}` : '/dev/null',
    after ? `b/${path}` : '/dev/null',
    old,
    now,
    undefined,
    undefined,
    { context: CONTEXT },
  );
  return formatPatch(patch).replace(/^={3,}\n/, '');
}

/** Undefined: no text. */
function shown(contents: Buffer | undefined): string | undefined {
  const text = contents?.toString() ?? '';
  if (contents && (!Buffer.from(text).equals(contents) || text.includes('\0'))) return undefined;
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

function binaryChange(before: Buffer | undefined, after: Buffer | undefined): string {
  if (!after) return 'would be removed.';
  return `would be ${before ? 'replaced' : 'created'} (${after.length} bytes).`;
}
