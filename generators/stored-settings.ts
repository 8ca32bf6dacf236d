import { PACKAGE_MANAGERS } from '../project/code/settings.ts';
import type { PackageManager } from '../project/code/settings.ts';
import type { ManifestSettings } from '../project/manifests/settings.ts';

export const MESHES = ['none', 'istio', 'gateway-api'] as const;
export type Mesh = (typeof MESHES)[number];

/** What `.yo-rc.json` keeps: what the two YAML files cannot say. Absent where nobody said anything. */
export interface StoredSettings {
  readonly packageManager: PackageManager;
  readonly mesh: Mesh;
  /** npm specifiers of the packages, where they are not the bundled ones. */
  readonly runtime: string;
  readonly devcluster: string;
  /** Of `deploy-manifests`. */
  readonly image: string;
  readonly targetNamespace: string;
  readonly watch: 'cluster' | 'namespaced';
  readonly replicas: number;
  readonly cpuRequest: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
}

/** What is known of them, from what `.yo-rc.json` holds; values that make no sense are not taken over. */
export function storedSettings(stored: Readonly<Record<string, unknown>>): Partial<StoredSettings> {
  const text = (key: string) => {
    const value = stored[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return defined({
    packageManager: PACKAGE_MANAGERS.find((known) => known === stored['packageManager']),
    mesh: MESHES.find((known) => known === stored['mesh']),
    runtime: text('runtime'),
    devcluster: text('devcluster'),
    image: text('image'),
    targetNamespace: text('targetNamespace'),
    watch: (['cluster', 'namespaced'] as const).find((known) => known === stored['watch']),
    replicas: typeof stored['replicas'] === 'number' ? stored['replicas'] : undefined,
    cpuRequest: text('cpuRequest'),
    memoryRequest: text('memoryRequest'),
    memoryLimit: text('memoryLimit'),
  });
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

export function defined<T extends object>(values: T): Defined<T> {
  const kept: Defined<T> = {};
  let key: keyof T;
  for (key in values) {
    const value = values[key];
    if (isDefined(value)) kept[key] = value;
  }
  return kept;
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}

/** The settings that `deploy/` is made with. */
export function manifestSettings(settings: Partial<StoredSettings>): ManifestSettings {
  const { image, targetNamespace: namespace, watch, replicas, cpuRequest, memoryRequest, memoryLimit } = settings;
  return defined({ image, namespace, watch, replicas, cpuRequest, memoryRequest, memoryLimit });
}
