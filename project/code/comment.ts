const WIDTH = 96;

/** Text that cannot end the comment it stands in. */
function safe(text: string): string {
  return text.replace(/\*\//g, '* /');
}

/** Breaks a paragraph into lines of at most `width` characters; a longer word stands alone. */
export function wrap(text: string, width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return line ? [...lines, line] : lines;
}

/** A doc comment of these paragraphs, or nothing where all are empty. Its indentation is left to the formatter. */
export function docComment(...paragraphs: readonly string[]): string {
  const texts = paragraphs.map((text) => safe(text).trim()).filter(Boolean);
  const [only] = texts;
  if (only === undefined) return '';
  if (texts.length === 1 && only.length + 7 <= WIDTH) return `/** ${only} */`;
  const lines = texts.flatMap((text, index) => (index > 0 ? [''] : []).concat(wrap(text, WIDTH - 3)));
  return ['/**', ...lines.map((line) => (line ? ` * ${line}` : ' *')), ' */'].join('\n');
}

/** Code under its doc comment, if there is one. */
export function commented(paragraph: string, code: string): string {
  return [docComment(paragraph), code].filter(Boolean).join('\n');
}

/** Line comments that keep the given lines as they are. */
export function lineComment(lines: readonly string[]): string {
  return lines.map((line) => (line ? `// ${line}` : '//')).join('\n');
}

/** The first lines of every generated source file. */
export function generatedHeader(): string {
  return lineComment([
    'Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.',
  ]);
}
