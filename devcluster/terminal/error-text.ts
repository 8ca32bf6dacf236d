/** A line of a stack. */
const FRAME = /^\s+at /;

/**
 * What a program says of its end, for its developer: paths relative to the project, without the frames of Node and of packages, and
 * without what is the same every time.
 */
export function readableLines(text: string, folder: string): string[] {
  return text
    .replaceAll(`file://${folder}/`, '')
    .replaceAll(`${folder}/`, '')
    .replace(/^node:internal\/\S+:\d+\n(?:.*\n){1,2}?\s*\^\n+/m, '')
    .replace(/ \{\n(?: {2}\w+: .*\n?)+\}/g, '')
    .split('\n')
    .filter((line) => !/^Node\.js v\d/.test(line) && !(FRAME.test(line) && !isOwnFrame(line)))
    .filter((line, index, all) => line.trim() !== '' || (all[index - 1] ?? '').trim() !== '')
    .map((line) => line.trimEnd());
}

/** The frames of a stack that are the project's own, nearest first, without its message. */
export function ownFrames(stack: string, folder: string): string[] {
  return readableLines(stack, folder)
    .filter((line) => FRAME.test(line))
    .map((line) => line.trim());
}

/** A path below `node_modules` is somebody else's; an absolute one is outside of the project. */
function isOwnFrame(line: string): boolean {
  const [, path = ''] = /(\S+?):\d+:\d+\)?$/.exec(line) ?? [];
  return path !== '' && !/^\(?(?:node:|file:|\/|[A-Za-z]:)|(?:^|[(/])node_modules\//.test(path);
}

/** The package that an error of Node's module loader misses. */
export function missingPackage(text: string): string | undefined {
  return /Cannot find package '([^']+)'/.exec(text)?.[1];
}
