import type { State } from './state.ts';

/** What a state lacks, has too much of, or has otherwise than it should, a line each: nothing where the two are equal. */
export function differences(state: State, expected: State): readonly string[] {
  const missing = [...expected.keys()].filter((name) => !state.has(name)).map((name) => `${name} is missing`);
  const surplus = [...state.keys()].filter((name) => !expected.has(name)).map((name) => `${name} should not be there`);
  const other = [...state].flatMap(([name, object]) =>
    expected.has(name) ? [...unequal(object, expected.get(name), '')].map((text) => `${name}: ${text}`) : [],
  );
  return [...missing, ...surplus, ...other];
}

function* unequal(value: unknown, expected: unknown, path: string): Generator<string, void> {
  if (value === expected) return;
  if (!isRecord(value) || !isRecord(expected) || Array.isArray(value) !== Array.isArray(expected)) {
    yield `${path} is ${text(value)} instead of ${text(expected)}`;
    return;
  }
  for (const name of new Set([...Object.keys(expected), ...Object.keys(value)]))
    yield* unequal(value[name], expected[name], path === '' ? name : `${path}.${name}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
