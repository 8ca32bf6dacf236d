/** A query as URLSearchParams would write it, which takes longer than all else about a request. */
export function queryOf(
  parameters: Readonly<Record<string, string | undefined>> | undefined,
  timeout: string | undefined,
): string {
  let text = '';
  for (const name in parameters) {
    const value = parameters[name];
    if (value !== undefined) text += `&${name}=${encodeURIComponent(value).replaceAll('%20', '+')}`;
  }
  if (timeout !== undefined) text += `&timeout=${timeout}`;
  return text.slice(1);
}
