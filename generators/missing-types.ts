import { join } from 'node:path';
import { usedKinds } from '../project/code/kinds.ts';
import type { PackageManager } from '../project/code/settings.ts';
import type { Project } from '../project/model.ts';
import { readIfThere } from '../project/regeneration/commit.ts';

const ADD: Readonly<Record<PackageManager, string>> = {
  npm: 'npm install --save-dev',
  pnpm: 'pnpm add --save-dev',
  yarn: 'yarn add --dev',
};

/**
 * What to do about packages that `types` of custom parameters name and package.json lacks: their versions are the user's to
 * choose, so they are not added.
 */
export async function missingTypes(folder: string, project: Project, manager: PackageManager): Promise<string[]> {
  const named = usedKinds(project).flatMap(({ types }) =>
    types && !types.dependency && !types.module.startsWith('.') ? packageOf(types.module) : [],
  );
  if (named.length === 0) return [];
  const known = await dependencyNames(folder);
  const missing = [...new Set(named)].filter((name) => !known.has(name));
  if (missing.length === 0) return [];
  return [
    '\nThe code imports types from packages that package.json does not have. Add them in the versions that you want:\n',
    `  ${ADD[manager]} ${missing.join(' ')}`,
  ];
}

/** `@scope/name/v1` → `@scope/name`. */
function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}

async function dependencyNames(folder: string): Promise<ReadonlySet<string>> {
  const text = (await readIfThere(join(folder, 'package.json')))?.toString() ?? '';
  const manifest = new Map(entries(parsed(text)));
  return new Set(
    ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((part) =>
      entries(manifest.get(part)).map(([name]) => name),
    ),
  );
}

/** A package.json that is no JSON has no packages: npm says what is wrong with it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
