/** Regular expressions, which are RE2's. Sources: cel-go/common/types/string.go, k8s.io/apiserver/pkg/cel/library/regex.go. */
import { compilePattern } from '../../schema/regexp.ts';
import { asInt, asText, overload, type Overload } from '../functions.ts';
import { CelList, EvaluationError } from '../values.ts';

function matches(text: string, pattern: string): boolean {
  const compiled = compilePattern(pattern);
  if (typeof compiled === 'string') throw new EvaluationError(compiled);
  return compiled.matcher(text).find();
}

function* found(text: string, pattern: string): Generator<string> {
  const compiled = compilePattern(pattern);
  if (typeof compiled === 'string') throw new EvaluationError(`Illegal regex: ${compiled}`);
  const matcher = compiled.matcher(text);
  while (matcher.find()) yield matcher.group() ?? '';
}

function findAll(text: string, pattern: string, limit: bigint): CelList {
  const all: string[] = [];
  for (const match of found(text, pattern)) {
    if (limit >= 0n && BigInt(all.length) >= limit) break;
    all.push(match);
  }
  return CelList.of(all);
}

export const PATTERNS: readonly Overload[] = [
  overload('matches', 'matches(string, string): bool', (text, pattern) => matches(asText(text), asText(pattern))),
  overload('matches_string', 'string.matches(string): bool', (text, pattern) => matches(asText(text), asText(pattern))),
  overload('string_find_string', 'string.find(string): string', (text, pattern) => {
    const first = found(asText(text), asText(pattern)).next();
    return first.done === true ? '' : first.value;
  }),
  overload('string_find_all_string', 'string.findAll(string): list(string)', (text, pattern) =>
    findAll(asText(text), asText(pattern), -1n),
  ),
  overload('string_find_all_string_int', 'string.findAll(string, int): list(string)', (text, pattern, limit) =>
    findAll(asText(text), asText(pattern), asInt(limit)),
  ),
];
