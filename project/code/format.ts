import type { Options, Plugin } from 'prettier';

/** What the scaffold's own prettier is told, too: what is generated passes its check. */
export const PRETTIER_OPTIONS = { printWidth: 100, singleQuote: true } as const satisfies Options;

type Parser = 'typescript' | 'json' | 'markdown';

const PARSERS: Readonly<Record<string, Parser>> = { ts: 'typescript', mjs: 'typescript', json: 'json', md: 'markdown' };

/** The plugins of each parser, loaded at its first use: all of prettier's would take longer than a whole generation. */
const plugins: Readonly<Record<Parser, () => Promise<Plugin[]>>> = {
  typescript: async () => [
    (await import('prettier/plugins/typescript')).default,
    (await import('prettier/plugins/estree')).default,
  ],
  json: async () => [
    (await import('prettier/plugins/babel')).default,
    (await import('prettier/plugins/estree')).default,
  ],
  markdown: async () => [(await import('prettier/plugins/markdown')).default],
};

/** The file as prettier writes it; kinds that prettier is not asked about come back as they are. */
export async function format(path: string, contents: string): Promise<string> {
  const parser = PARSERS[path.slice(path.lastIndexOf('.') + 1)];
  if (parser === undefined) return contents;
  const { format: prettier } = await import('prettier/standalone');
  return prettier(contents, {
    ...PRETTIER_OPTIONS,
    parser: path.endsWith('package.json') ? 'json-stringify' : parser,
    plugins: await plugins[parser](),
  });
}
