export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn'] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** What a scaffold needs to know and the two YAML files do not say. */
export interface ScaffoldSettings {
  readonly packageManager: PackageManager;
  /** What package.json asks for as `autopilot-runtime`: `file:vendor/autopilot-runtime-….tgz`, or another npm specifier. */
  readonly runtime: string;
  /** Likewise `autopilot-devcluster`. */
  readonly devcluster: string;
}

/** Whether a package comes out of the project's own `vendor/`. */
export function vendored(settings: ScaffoldSettings): boolean {
  return [settings.runtime, settings.devcluster].some((specifier) => specifier.startsWith('file:vendor/'));
}
