/** Names of fields as CEL expressions write them: `x-y` is `x__dash__y`. Source: k8s.io/apiserver/pkg/cel/escaping.go. */

const RESERVED: ReadonlySet<string> = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return ' +
    'var void while'
  ).split(' '),
);

/** Whether a name is a word of the language. */
export const isReserved = (name: string): boolean => RESERVED.has(name);

const ESCAPES: Readonly<Record<string, string>> = { __: 'underscores', '.': 'dot', '-': 'dash', '/': 'slash' };
const UNESCAPES: ReadonlyMap<string, string> = new Map(Object.entries(ESCAPES).map(([char, name]) => [name, char]));

/** @returns undefined for a name that expressions cannot say. */
export function escapeFieldName(name: string): string | undefined {
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replaceAll(/__|[-./]/g, (char) => `__${ESCAPES[char] ?? ''}__`);
}

/** @returns undefined for what escaping never makes. */
export function unescapeFieldName(escaped: string): string | undefined {
  let sound = true;
  const name = escaped.replaceAll(/__([^_]+)__/g, (whole, inner: string) => {
    const char = UNESCAPES.get(inner);
    if (char !== undefined) return char;
    if (!RESERVED.has(inner) || whole !== escaped) sound = false;
    return inner;
  });
  return sound ? name : undefined;
}
