import type { Project } from '../model.ts';
import { NODE_ENGINES, dependencies, devDependencies } from './dependencies.ts';
import type { ScaffoldSettings } from './settings.ts';

const CHECK_NODE = 'node scripts/check-node.mjs';
const LINT = 'oxlint --type-aware --deny-warnings';
const FORMAT = 'prettier --check --log-level warn .';

/** `package.json`. Each script looks at Node's version first, so that an old one is told in a sentence. */
export function packageJson(project: Project, settings: ScaffoldSettings): string {
  const script = (command: string) => `${CHECK_NODE} && ${command}`;
  return JSON.stringify({
    name: project.operatorName,
    version: semver(project.operator.version),
    private: true,
    description: `The operator of ${project.plural}.${project.group}.`,
    type: 'module',
    engines: { node: NODE_ENGINES },
    scripts: {
      dev: script('autopilot-devcluster dev'),
      start: script('node src/main.ts'),
      test: script('mocha'),
      typecheck: script('tsc'),
      lint: script(LINT),
      format: script('prettier --write --log-level warn .'),
      check: script(['tsc', LINT, FORMAT, 'mocha'].join(' && ')),
      build: script('tsc && node scripts/build.mjs'),
    },
    dependencies: dependencies(settings),
    devDependencies: devDependencies(project, settings),
  });
}

/** The operator's version where npm takes it. */
function semver(version: string): string {
  return /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(version) ? version : '0.0.1';
}
