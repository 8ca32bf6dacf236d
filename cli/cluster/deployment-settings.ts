import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestSettings, storedSettings, type StoredSettings } from '../../generators/stored-settings.ts';
import { lockFile } from '../../project/code/tooling.ts';
import { deploymentOf, type Deployment } from '../../project/manifests/settings.ts';
import type { OpenProject } from './open-project.ts';

/** The settings that the project's manifests are made with: `.yo-rc.json` keeps what is not as by default. */
export async function deploymentSettings({ folder, project }: OpenProject): Promise<Deployment> {
  return deploymentOf(project, manifestSettings(await settingsOf(folder)));
}

/** The name of the file in which the project's package manager keeps the exact versions. */
export async function projectLockFile(folder: string): Promise<string> {
  const { packageManager = 'npm' } = await settingsOf(folder);
  return lockFile({ packageManager });
}

async function settingsOf(folder: string): Promise<Partial<StoredSettings>> {
  const text = await readFile(join(folder, '.yo-rc.json'), 'utf8').catch(() => '{}');
  return storedSettings(settingsIn(text));
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
