// `npm run build`: compiles the three packages into their dist/, copies what the compiler leaves behind, and packs runtime and
// devcluster into dist/vendor/, from where scaffolds get them; then the operator of the benchmark, as its image would have it.
// Also what `npm pack` runs first.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BUNDLED_PACKAGES, bundledFileName } from '../project/regeneration/bundle.ts';

const root = join(import.meta.dirname, '..');
const PACKAGES = ['.', 'runtime', 'devcluster'] as const;

/** Files that are read at run time and are no TypeScript, by package. */
const DATA: Readonly<Record<(typeof PACKAGES)[number], readonly string[]>> = {
  '.': ['generators/*/USAGE'],
  runtime: [],
  devcluster: ['**/*.json', '**/*.json.gz', '**/*.html', '**/*.yaml'],
};
const NO_DATA =
  /(^|\/)(node_modules|dist|conformance|package\.json|tsconfig[^/]*\.json)(\/|$)|\.fixture\.|\/fixtures?\//;

function run(command: string, args: readonly string[], cwd: string, env = process.env): void {
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
}

/** Everything anew: `tsc -b` would leave the output of files that are gone. */
function compile(): void {
  for (const name of PACKAGES) rmSync(join(root, name, 'dist'), { recursive: true, force: true });
  const projects = PACKAGES.map((name) => join(root, name, 'tsconfig.build.json'));
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...projects], root);
}

function copyData(): void {
  for (const name of PACKAGES) {
    const folder = join(root, name);
    for (const path of DATA[name].flatMap((pattern) => globSync(pattern, { cwd: folder }))) {
      if (NO_DATA.test(path)) continue;
      mkdirSync(dirname(join(folder, 'dist', path)), { recursive: true });
      cpSync(join(folder, path), join(folder, 'dist', path));
    }
  }
}

function pack(): void {
  const vendor = join(root, 'dist/vendor');
  mkdirSync(vendor, { recursive: true });
  for (const name of BUNDLED_PACKAGES) {
    const folder = join(root, name.replace('autopilot-', ''));
    const output = mkdtempSync(join(tmpdir(), 'autopilot-pack-'));
    npm(['pack', '--pack-destination', output, '--ignore-scripts', '--silent'], folder);
    const [file = ''] = readdirSync(output);
    const contents = readFileSync(join(output, file));
    writeFileSync(join(vendor, bundledFileName(name, versionOf(folder), contents)), contents);
    rmSync(output, { recursive: true });
  }
}

/** npm, without the settings of an outer npm: `npm pack --dry-run` would make this one write nothing. */
function npm(args: readonly string[], cwd: string): void {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)_/i.test(name)),
  );
  const own = process.env['npm_execpath'];
  if (own) run(process.execPath, [own, ...args], cwd, env);
  else run('npm', args, cwd, env);
}

function versionOf(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const version: unknown =
    typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : undefined;
  if (typeof version !== 'string') throw new Error(`${folder}/package.json has no version`);
  return version;
}

/** What `bench/flow-operator/run` starts. A package that was packed has no benchmark. */
function buildBenchmark(): void {
  const folder = join(root, 'bench/flow-operator');
  if (!existsSync(folder)) return;
  run(process.execPath, ['scripts/build.mjs'], folder);
  // As its image does, by the same flags.
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  const ahead: unknown = JSON.parse(/^RUN (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]');
  const [, ...args] = Array.isArray(ahead) ? ahead.map(String) : [];
  run(process.execPath, args, folder, { ...process.env, NODE_COMPILE_CACHE: join(folder, 'dist/cache') });
}

compile();
copyData();
pack();
buildBenchmark();
