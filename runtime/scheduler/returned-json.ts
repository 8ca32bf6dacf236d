import { messageOf } from '../errors.ts';

/** What is looked at of anything that a worker returned, before it is known what it is. */

/** A copy as it would be sent: what JSON cannot hold is an error or falls away as it does there. */
export function plainJson(value: object, wrong: (problem: string) => Error): Readonly<Record<string, unknown>> {
  let text: string | undefined;
  try {
    // With a `toJSON` of its own an object can be anything, or nothing.
    text = JSON.stringify(value) as string | undefined;
  } catch (error) {
    throw wrong(`it cannot be written as JSON: ${messageOf(error)}.`);
  }
  const json: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isRecord(json)) throw wrong(`its toJSON gives ${describe(json)}, and no object.`);
  return json;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** Whether it can stand in a URL's path as one segment; the server checks the rest. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^(?!\.{1,2}$)[^/%]{1,253}$/.test(value);
}

/** Labels or annotations: what is no map of texts would be spread into the marks as something else. */
export function textsOf(
  field: string,
  value: unknown,
  wrong: (problem: string) => Error,
): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw wrong(`${field} is ${describe(value)}: write an object of texts.`);
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => {
      if (typeof text !== 'string')
        throw wrong(`${field}[${JSON.stringify(name)}] is ${describe(text)}: write it as text.`);
      return [name, text];
    }),
  );
}
