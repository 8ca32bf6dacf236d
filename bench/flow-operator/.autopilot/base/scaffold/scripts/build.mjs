// Makes dist/, which is all that the image holds: main.mjs is your code, with a source map by which stack traces name your files
// and lines; packages.mjs is what it uses of node_modules; licenses.txt says whose that is. What your code imports with
// `import()` is in files of its own.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

// Packages that stay out: with parts that are no JavaScript, or of use only where they are installed. Where the operator needs
// one, the Dockerfile has to copy its folder of node_modules into the image, and those of what it needs.
const EXTERNAL = ['@kubernetes/client-node', 'pino-pretty'];
// What the runtime uses where an SDK of OpenTelemetry brings it: the bundle has one copy of it, or none.
const TRACING = '@opentelemetry/api';

const ROOT = dirname(import.meta.dirname);
const DIST = join(ROOT, 'dist');
const MAIN = join(ROOT, 'src', 'main.ts');
const isYours = (id) => id.startsWith(ROOT + sep) && !id.includes(`${sep}node_modules${sep}`);

// An `import` of a module of Node's own reads all that it exports, and so loads fetch, Web Crypto and more that nobody asked for:
// 20 ms and some MiB. `require` does not.
const nodeByRequire = {
  name: 'node-by-require',
  resolveId: {
    filter: { id: /^node:/ },
    handler: (id, importer, { kind }) =>
      kind === 'import-statement' && importer !== undefined && !importer.startsWith('\0')
        ? { id: `\0${id}`, moduleSideEffects: false }
        : undefined,
  },
  load: {
    filter: { id: /^\0node:/ },
    handler: (id) => `module.exports = require(${JSON.stringify(id.slice(1))});`,
  },
};

/** Whether a module is loaded at the start, and not by an `import()` later. */
let atStart;
function isAtStart(id, moduleInfo) {
  if (atStart === undefined) {
    atStart = new Set([MAIN]);
    for (const each of atStart)
      for (const next of moduleInfo(each)?.importedIds ?? []) atStart.add(next);
  }
  return atStart.has(id) || id.startsWith('\0');
}

/** Names, versions and licences of the packages that these modules are of. */
function licenses(modules) {
  const folders = new Set();
  for (const id of modules.filter((each) => !isYours(each) && existsSync(each))) {
    let folder = dirname(id);
    while (!existsSync(join(folder, 'package.json')) || packageOf(folder).name === undefined)
      folder = dirname(folder);
    folders.add(folder);
  }
  const texts = [...folders].map((folder) => {
    const { name, version, license } = packageOf(folder);
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    return [
      `${name} ${version} (${license})`,
      ...files.map((file) => readFileSync(join(folder, file), 'utf8').trim()),
    ];
  });
  const line = '-'.repeat(80);
  return texts
    .map((parts) => `${parts.join('\n\n')}\n`)
    .sort()
    .join(`\n${line}\n\n`);
}

function packageOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * The same code with characters beyond Latin-1 as escapes. V8 keeps a text that has one such character in two bytes each: the operator
 * would hold 1 MiB more.
 */
function latin1(code) {
  const places = [];
  if (/[^\0-\xff]/.test(code)) addTexts(parseAst(code), places);
  let text = '';
  let from = 0;
  for (const { start, end } of places.sort((one, other) => one.start - other.start)) {
    const escaped = code.slice(start, end).replace(/\\[^]|[^\0-\xff]/g, (found) => escapeOf(found));
    text += code.slice(from, start) + escaped;
    from = end;
  }
  return text + code.slice(from);
}

/** `found`: a character beyond Latin-1, or any that has a backslash before it. */
function escapeOf(found) {
  const unit = found.charCodeAt(found.length - 1);
  // A backslash before the end of a line takes it away.
  const isToStay = unit <= 0xff || (found.length > 1 && (unit === 0x2028 || unit === 0x2029));
  return isToStay ? found : `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** Where texts stand that mean the same with escapes in them; those that a function is told as they are written, do not. */
function addTexts(node, places) {
  if (typeof node !== 'object' || node === null) return;
  if (node.type === 'Literal' || node.type === 'TemplateElement') places.push(node);
  for (const [name, child] of Object.entries(node))
    if (node.type !== 'TaggedTemplateExpression' || name !== 'quasi') addTexts(child, places);
    else addTexts(child.expressions, places);
}

const bundle = await rolldown({
  input: { main: MAIN },
  cwd: ROOT,
  platform: 'node',
  external: TRACING in (packageOf(ROOT).dependencies ?? {}) ? EXTERNAL : [...EXTERNAL, TRACING],
  plugins: [nodeByRequire],
});
const { output } = await bundle.generate({
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name].mjs',
  // The map of all packages would cost the operator 20 MiB and 60 ms as soon as anything asks for a stack trace.
  sourcemap: 'hidden',
  comments: false,
  // Names stay: logs and stack traces have them.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  codeSplitting: {
    groups: [
      {
        debugName: 'packages',
        name: (id, chunking) =>
          !isYours(id) && isAtStart(id, (each) => chunking.getModuleInfo(each)) ? 'packages' : null,
      },
    ],
  },
});
await bundle.close();

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
const chunks = output.filter(({ type }) => type === 'chunk');
for (const { fileName, code, map, moduleIds } of chunks) {
  const hasMap = map && moduleIds.some(isYours);
  writeFileSync(
    join(DIST, fileName),
    hasMap ? `${code}\n//# sourceMappingURL=${fileName}.map\n` : latin1(code),
  );
  if (hasMap) writeFileSync(join(DIST, `${fileName}.map`), map.toString());
}
writeFileSync(join(DIST, 'licenses.txt'), licenses(chunks.flatMap(({ moduleIds }) => moduleIds)));
