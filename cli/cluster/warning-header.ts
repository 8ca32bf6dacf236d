/**
 * The texts of `Warning` headers, as API servers send them: `299 - "text"`, several of them in one header or in many.
 * Source: RFC 7234, section 5.5.
 */
export function warningTexts(header: string | readonly string[] | undefined): readonly string[] {
  const values = header === undefined ? [] : typeof header === 'string' ? [header] : header;
  return values.flatMap((value) =>
    [...value.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1')),
  );
}
