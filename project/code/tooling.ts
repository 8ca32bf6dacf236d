import { BUILD_SCRIPT } from './build-script.ts';
import { PRETTIER_OPTIONS } from './format.ts';
import type { ScaffoldSettings } from './settings.ts';

const json = (value: unknown) => JSON.stringify(value);
const lines = (...text: readonly string[]) => `${text.join('\n')}\n`;

/** The configuration of compiler, linter, formatter, test runner, git and Docker, by path. All of it is for the user to change. */
export function toolingFiles(settings: ScaffoldSettings): Readonly<Record<string, string>> {
  return {
    'tsconfig.json': json({
      compilerOptions: {
        target: 'ES2024',
        lib: ['ES2024', 'ESNext.Collection', 'ESNext.Disposable'],
        module: 'NodeNext',
        types: ['node', 'mocha'],
        strict: true,
        noUncheckedIndexedAccess: true,
        noImplicitOverride: true,
        noImplicitReturns: true,
        noFallthroughCasesInSwitch: true,
        noUnusedLocals: true,
        noUnusedParameters: true,
        erasableSyntaxOnly: true,
        verbatimModuleSyntax: true,
        isolatedModules: true,
        allowImportingTsExtensions: true,
        resolveJsonModule: true,
        skipLibCheck: true,
        noEmit: true,
      },
      include: ['src', 'test'],
    }),
    '.oxlintrc.json': json({
      $schema: './node_modules/oxlint/configuration_schema.json',
      plugins: ['typescript', 'import', 'promise', 'unicorn', 'oxc'],
      categories: { correctness: 'error', suspicious: 'error' },
      rules: {
        'typescript/no-explicit-any': 'error',
        'typescript/no-floating-promises': 'error',
        'typescript/no-misused-promises': 'error',
        'typescript/switch-exhaustiveness-check': 'error',
        'typescript/consistent-type-imports': 'error',
        'typescript/only-throw-error': 'error',
        'eslint/eqeqeq': 'error',
        'eslint/no-await-in-loop': 'off',
        'unicorn/no-array-sort': 'off',
        'unicorn/consistent-function-scoping': 'off',
      },
      ignorePatterns: ['.autopilot/**', 'deploy/**', 'dist/**', 'vendor/**'],
    }),
    '.prettierrc.json': json(PRETTIER_OPTIONS),
    '.prettierignore': lines(
      '.autopilot/',
      '.work/',
      'deploy/',
      'dist/',
      'vendor/',
      '*.yaml',
      'package-lock.json',
      '.yo-rc.json',
    ),
    '.mocharc.json': json({ spec: 'test/**/*.test.ts', timeout: 20_000, 'forbid-only': true }),
    '.gitignore': lines(
      'node_modules/',
      'dist/',
      '.work/',
      '.autopilot/tx/',
      '.autopilot/dev/',
      ...(settings.packageManager === 'yarn' ? ['.yarn/'] : []),
    ),
    '.gitattributes': lines('vendor/*.tgz binary', '.autopilot/** linguist-generated'),
    '.dockerignore': lines(
      '*',
      '!package.json',
      `!${lockFile(settings)}`,
      ...extra(settings),
      '!tsconfig.json',
      '!vendor',
      '!src',
      '!scripts',
    ),
    'scripts/build.mjs': BUILD_SCRIPT,
    'scripts/check-node.mjs': CHECK_NODE,
    ...(settings.packageManager === 'yarn' ? { '.yarnrc.yml': lines('nodeLinker: node-modules') } : {}),
  };
}

export function lockFile({ packageManager }: Pick<ScaffoldSettings, 'packageManager'>): string {
  return { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml', yarn: 'yarn.lock' }[packageManager];
}

function extra({ packageManager }: ScaffoldSettings): string[] {
  return packageManager === 'yarn' ? ['!.yarnrc.yml'] : [];
}

const CHECK_NODE = `// The first thing of every script: on an older Node nothing else here would fail in a way that says why.
import { readFileSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
if (!(major === 22 && minor >= 19) && !(major === 24 && minor >= 11) && major <= 24) {
  console.error(\`This project needs Node \${engines.node}, and this is Node \${process.versions.node}.\`);
  process.exit(1);
}
`;
