import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestSettings, storedSettings } from '../../generators/stored-settings.ts';
import { deploymentOf, type Deployment } from '../../project/manifests/settings.ts';
import type { OpenProject } from './open-project.ts';

/** The settings that the project's manifests are made with: `.yo-rc.json` keeps what is not as by default. */
export async function deploymentSettings({ folder, project }: OpenProject): Promise<Deployment> {
  const text = await readFile(join(folder, '.yo-rc.json'), 'utf8').catch(() => '{}');
  return deploymentOf(project, manifestSettings(storedSettings(settingsIn(text))));
}

function settingsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    const settings: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'generator-autopilot') : {};
    return typeof settings === 'object' && settings !== null ? { ...settings } : {};
  } catch {
    return {};
  }
}
