import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * Which part of the repository may import which. A file belongs to the longest prefix here that it lies under; what its rule does not
 * list it may not import, other than from its own part. `*` at a rule's end stands for all parts below.
 */
export const DIRECTIONS: Readonly<Record<string, readonly string[]>> = {
  generators: ['cli', 'project'],
  // Of these the published `ap` carries compiled copies.
  cli: [
    'devcluster/terminal',
    'generators',
    'project',
    'runtime/clock.ts',
    'runtime/config/duration.ts',
    'runtime/crd',
    'runtime/errors.ts',
    'runtime/kube',
  ],
  project: [
    'devcluster/journal',
    'runtime/crd',
    'runtime/config/duration.ts',
    'runtime/config/fields.ts',
    'runtime/queries/template.ts',
  ],
  devcluster: ['devcluster/*'],
  'devcluster/journal': [],
  'devcluster/terminal': [],

  runtime: ['runtime/*'],
  'runtime/clock.ts': [],
  'runtime/errors.ts': [],
  'runtime/kube': ['runtime/clock.ts', 'runtime/errors.ts'],
  'runtime/observe': ['runtime/clock.ts', 'runtime/errors.ts', 'runtime/kube'],
  'runtime/observe/secure': [
    'runtime/clock.ts',
    'runtime/config',
    'runtime/errors.ts',
    'runtime/kube',
    'runtime/observe',
  ],
  'runtime/queue': ['runtime/clock.ts'],
  'runtime/cache': ['runtime/clock.ts', 'runtime/errors.ts', 'runtime/kube', 'runtime/observe'],
  'runtime/controller': ['runtime/clock.ts', 'runtime/errors.ts', 'runtime/observe', 'runtime/queue'],
  'runtime/leaderelection': [
    'runtime/cache',
    'runtime/clock.ts',
    'runtime/errors.ts',
    'runtime/kube',
    'runtime/observe',
  ],
  'runtime/config': ['runtime/clock.ts', 'runtime/config/*', 'runtime/errors.ts'],
  'runtime/config/duration.ts': [],
  'runtime/config/fields.ts': ['runtime/config/duration.ts'],
  'runtime/config/settings.ts': ['runtime/errors.ts'],
  'runtime/crd': ['runtime/kube'],
  'runtime/operator.ts': [
    'runtime/config/duration.ts',
    'runtime/config/settings.ts',
    'runtime/controller',
    'runtime/kube',
  ],
  'runtime/worker.ts': ['runtime/config/duration.ts', 'runtime/kube', 'runtime/observe'],
  'runtime/queries': ['runtime/clock.ts', 'runtime/errors.ts', 'runtime/kube', 'runtime/queries/*'],
  'runtime/queries/template.ts': [],
  'runtime/plan.ts': [
    'runtime/config/duration.ts',
    'runtime/errors.ts',
    'runtime/kube',
    'runtime/operator.ts',
    'runtime/queries',
  ],
  'runtime/reads': ['runtime/cache', 'runtime/errors.ts', 'runtime/kube', 'runtime/plan.ts', 'runtime/worker.ts'],
  'runtime/reconciler.ts': ['runtime/controller', 'runtime/observe', 'runtime/worker.ts'],
  'runtime/reconcilers': [
    'runtime/cache',
    'runtime/clock.ts',
    'runtime/controller',
    'runtime/errors.ts',
    'runtime/kube',
    'runtime/observe',
    'runtime/plan.ts',
    'runtime/reads',
    'runtime/reconciler.ts',
  ],
  'runtime/played.ts': ['runtime/operator.ts'],
  'runtime/rights.ts': ['runtime/errors.ts', 'runtime/kube', 'runtime/plan.ts'],
  'runtime/turns.ts': [],
  'runtime/scheduler': [
    'runtime/cache',
    'runtime/clock.ts',
    'runtime/config/duration.ts',
    'runtime/controller',
    'runtime/errors.ts',
    'runtime/kube',
    'runtime/observe',
    'runtime/operator.ts',
    'runtime/plan.ts',
    'runtime/queries',
    'runtime/queue',
    'runtime/reads',
    'runtime/worker.ts',
  ],
  'runtime/assembly.ts': ['runtime/*'],
  'runtime/diff': ['runtime/*'],
  'runtime/manager-options.ts': ['runtime/*'],
  'runtime/idle-collection.ts': ['runtime/clock.ts'],
  'runtime/manager.ts': ['runtime/*'],
};

/** Packages of this repository, which parts import by name. */
const PACKAGES: Readonly<Record<string, string>> = {
  'autopilot-runtime': 'runtime',
  'autopilot-devcluster': 'devcluster',
};

/** Every import in production code that goes against {@link DIRECTIONS}, as `file:line: …`. Tests may import what they like. */
export function forbiddenImports(root: string): readonly string[] {
  const files = globSync('{generators,cli,project,devcluster,runtime}/**/*.ts', {
    cwd: root,
    exclude: (path) => /node_modules|(^|\/)(dist|templates)$/.test(path),
  });
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/\.test\.ts$|^runtime\/testing\//.test(file))
    .flatMap((file) =>
      importsOf(file, readFileSync(join(root, file), 'utf8')).flatMap(({ line, target }) =>
        verdict(file, line, target),
      ),
    );
}

interface Import {
  readonly line: number;
  readonly target: string;
}

/** Imports of types count too: they are dependencies of the published declarations. */
function importsOf(file: string, source: string): readonly Import[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(file, source).module;
  const reexports = staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest ?? []));
  const fixed = [...staticImports.map(({ moduleRequest }) => moduleRequest), ...reexports];
  const dynamic = dynamicImports.map(({ moduleRequest: { start, end } }) => ({
    start,
    value: source.slice(start + 1, end - 1),
  }));
  return [...fixed, ...dynamic].map(({ start, value }) => ({
    line: source.slice(0, start).split('\n').length,
    target: value,
  }));
}

function verdict(file: string, line: number, target: string): readonly string[] {
  const path = resolve(file, target);
  if (path === undefined) return [];
  const from = partOf(file);
  const to = partOf(path);
  const allowed = DIRECTIONS[from] ?? [];
  const fine =
    from === to || allowed.some((rule) => rule === to || (rule.endsWith('/*') && to.startsWith(rule.slice(0, -1))));
  // The phase machine is put together in one place only.
  const wired = to === 'runtime/scheduler' && from !== to && from !== 'runtime/assembly.ts';
  return fine && !wired ? [] : [`${file}:${line}: ${from} may not import ${target} (${to})`];
}

/** The imported file's path in the repository; undefined for what is not of it. */
function resolve(file: string, target: string): string | undefined {
  if (target.startsWith('.')) return relative('.', join(dirname(file), target)).replaceAll('\\', '/');
  const name = Object.keys(PACKAGES).find((each) => target === each || target.startsWith(`${each}/`));
  return name === undefined ? undefined : `${PACKAGES[name]}/(${target})`;
}

function partOf(path: string): string {
  const parts = Object.keys(DIRECTIONS).filter((part) => path === part || path.startsWith(`${part}/`));
  return parts.toSorted((a, b) => b.length - a.length)[0] ?? path;
}
