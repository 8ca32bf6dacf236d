/** What is wrong with a CEL expression, before it is ever evaluated. */
export interface Issue {
  /** In UTF-16 units; below 0 for the expression as a whole. */
  readonly position: number;
  readonly message: string;
}

/** An expression that does not compile. */
export class CompileError extends Error {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues.map(({ message }) => message).join('; '));
    this.issues = issues;
  }
}

/** Issues as cel-go shows them: with the line and a mark below it. Source: cel-go/common Errors.ToDisplayString. */
export function showIssues(source: string, issues: readonly Issue[]): string {
  return issues
    .toSorted((a, b) => a.position - b.position)
    .map((issue) => showIssue(source, issue))
    .join('\n');
}

const LONGEST_LINE = 16_384;

function showIssue(source: string, { position, message }: Issue): string {
  if (position < 0) return `ERROR: <input>:-1:0: ${message}`;
  const before = source.slice(0, position);
  const line = before.split('\n').length;
  const lineStart = before.lastIndexOf('\n') + 1;
  const column = Array.from(before.slice(lineStart)).length;
  const shown = `ERROR: <input>:${line}:${column + 1}: ${message}`;
  const end = source.indexOf('\n', lineStart);
  const text = source.slice(lineStart, end < 0 ? undefined : end).replaceAll('\t', ' ');
  if (Buffer.byteLength(text) > LONGEST_LINE) return shown;
  const characters = Array.from(text);
  const dots = characters.slice(0, column).map((char) => (isWide(char) ? '\uff0e' : '.'));
  const mark = isWide(characters[column] ?? '') ? '\uff3e' : '^';
  return `${shown}\n | ${text}\n | ${dots.join('')}${mark}`;
}

const isWide = (char: string): boolean => (char.codePointAt(0) ?? 0) > 0x7f;
