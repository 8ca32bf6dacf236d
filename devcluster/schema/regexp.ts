import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS | string>();
const LIMIT = 2000;

/** An RE2 pattern, or what is wrong with it, in Go's words; kept for the next time. */
export function compilePattern(pattern: string): RE2JS | string {
  let regexp = compiled.get(pattern);
  if (regexp === undefined) {
    regexp = compile(pattern);
    if (compiled.size >= LIMIT) compiled.clear();
    compiled.set(pattern, regexp);
  }
  return regexp;
}

/**
 * Whether a text contains a match of an RE2 pattern, in linear time whatever the pattern;
 * or what is wrong with the pattern, in Go's words.
 */
export function matchPattern(pattern: string, text: string): boolean | { readonly invalid: string } {
  const regexp = compilePattern(pattern);
  return typeof regexp === 'string' ? { invalid: regexp } : regexp.matcher(text).find();
}

/** What is wrong with an RE2 pattern, in Go's words; undefined for a valid one. */
export function patternError(pattern: string): string | undefined {
  const regexp = compile(pattern);
  return typeof regexp === 'string' ? regexp : undefined;
}

function compile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
