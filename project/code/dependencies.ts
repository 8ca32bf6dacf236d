import type { Project } from '../model.ts';
import { usedKinds } from './kinds.ts';
import type { ScaffoldSettings } from './settings.ts';

/** The Node versions that run a generated project: types are stripped, and the runtime's own requirement is met. */
export const NODE_ENGINES = '^22.19.0 || >=24.11.0';

/** What every scaffold uses beside the bundled packages. Ranges are those that this repository is tested with. */
const TOOLS = {
  '@types/mocha': '^10.0.10',
  '@types/node': '^24.19.2',
  mocha: '^12.0.3',
  oxlint: '^1.94.0',
  'oxlint-tsgolint': '^7.0.2007',
  'pino-pretty': '^13.2.0',
  prettier: '^3.10.1',
  rolldown: '^1.3.2',
  typescript: '^7.0.2',
} as const;

const SCHEMAS = { zod: '^4.6.7' } as const;

type Ranges = Readonly<Record<string, string>>;

/** What the operator needs in production. */
export function dependencies(settings: ScaffoldSettings): Ranges {
  return sorted({ 'autopilot-runtime': settings.runtime, ...SCHEMAS });
}

/** What writing and testing it needs; types of kinds among them, since nothing of those packages is imported at run time. */
export function devDependencies(project: Project, settings: ScaffoldSettings): Ranges {
  const types = usedKinds(project).flatMap(({ types: from }) =>
    from?.dependency ? [[from.dependency.name, from.dependency.range] as const] : [],
  );
  return sorted({ 'autopilot-devcluster': settings.devcluster, ...TOOLS, ...Object.fromEntries(types) });
}

function sorted(ranges: Ranges): Ranges {
  return Object.fromEntries(Object.entries(ranges).sort(([left], [right]) => (left < right ? -1 : 1)));
}
