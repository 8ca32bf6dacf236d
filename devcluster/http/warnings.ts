/** Source: k8s.io/apiserver/pkg/endpoints/filters/warning.go. */

/** Characters that all warnings of an answer may have together; where they are more, each is cut. */
const LIMIT = 4096;
const LIMIT_OF_ONE = 256;

/** The values of the `Warning` headers for texts that differ from each other. */
export function warningHeaders(texts: readonly string[]): string[] {
  const all = texts.map((text) => Array.from(text));
  if (lengthOf(all) <= LIMIT) return texts.map(warningHeader);
  const cut = all.map((characters) => characters.slice(0, LIMIT_OF_ONE));
  // The one that reaches the limit is the last that is sent.
  const sent = cut.filter((_, index) => lengthOf(cut.slice(0, index)) < LIMIT);
  return sent.map((characters) => warningHeader(characters.join('')));
}

function lengthOf(texts: readonly (readonly string[])[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** RFC 7234: code, agent, quoted text. Header values are Latin-1; what is beyond is left out. */
function warningHeader(text: string): string {
  const printable = text.replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/g, ' ').replaceAll(/["\\]/g, '\\$&');
  return `299 - "${printable}"`;
}
