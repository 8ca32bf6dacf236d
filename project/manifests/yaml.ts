import { Document, isMap, isScalar, isSeq } from 'yaml';

/**
 * An object of the API as YAML, as prettier would write it: two spaces, single quotes, and quoted where kubectl, which reads YAML
 * 1.1, would see something else than text.
 */
export function toYaml(
  object: object,
  options: {
    /** Above the first line. */
    header?: string;
    /** Above the key at a path, whose steps are joined by dots: `spec.template.spec.containers.0.image`. */
    comments?: Readonly<Record<string, string>>;
  } = {},
): string {
  const document = new Document(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  for (const [path, comment] of Object.entries(options.comments ?? {}))
    addComment(document, path.split('.'), ` ${comment}`);
  const header = options.header === undefined ? '' : `${options.header.replaceAll(/^/gm, '# ')}\n`;
  return header + document.toString({ singleQuote: true, lineWidth: 0 });
}

function addComment(document: Document, path: readonly string[], comment: string): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (node, step) => (isMap(node) || isSeq(node) ? node.get(isSeq(node) ? Number(step) : step, true) : undefined),
      document.contents,
    );
  const last = path.at(-1);
  const key = isMap(parent)
    ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === last)?.key
    : undefined;
  if (isScalar(key)) key.commentBefore = comment;
}
