import type { Options, Plugin } from 'prettier';

/** What the scaffold's own prettier is told, too: what is generated passes its check. */
export const PRETTIER_OPTIONS = { printWidth: 100, singleQuote: true } as const satisfies Options;

type Parser = 'typescript' | 'json' | 'json-stringify' | 'markdown';

const PARSERS: Readonly<Record<string, Parser>> = { ts: 'typescript', mjs: 'typescript', json: 'json', md: 'markdown' };

/** The plugins of each parser, loaded at its first use: all of prettier's would take longer than a whole generation. */
const plugins: Readonly<Record<Parser, () => Promise<Plugin[]>>> = {
  typescript: async () => [
    (await import('prettier/plugins/typescript')).default,
    (await import('prettier/plugins/estree')).default,
  ],
  json: jsonPlugins,
  'json-stringify': jsonPlugins,
  markdown: async () => [(await import('prettier/plugins/markdown')).default],
};

async function jsonPlugins(): Promise<Plugin[]> {
  return [(await import('prettier/plugins/babel')).default, (await import('prettier/plugins/estree')).default];
}

/** What was formatted before in this process: most files are the same in the next generation. */
const known = new Map<string, Promise<string>>();

/** The file as prettier writes it; kinds that prettier is not asked about come back as they are. */
export function format(path: string, contents: string): Promise<string> {
  const parser = path.endsWith('package.json') ? 'json-stringify' : PARSERS[path.slice(path.lastIndexOf('.') + 1)];
  if (parser === undefined) return Promise.resolve(contents);
  const key = `${parser}\n${contents}`;
  const found = known.get(key) ?? formatAs(parser, contents);
  known.set(key, found);
  return found;
}

async function formatAs(parser: Parser, contents: string): Promise<string> {
  const { format: prettier } = await import('prettier/standalone');
  return prettier(contents, { ...PRETTIER_OPTIONS, parser, plugins: await plugins[parser]() });
}
