/** Files of one volume that are in each other's way. Source: warningsForOverlappingVirtualPaths of k8s.io/kubernetes/pkg/api/pod. */
import { quote } from '../../schema/go-text.ts';
import { isArray, isObject, listAt, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { objectsAt } from '../rules/checks.ts';

interface PathOf {
  readonly path: string;
  /** What has it; '' where the volume has one source only. */
  readonly source: string;
}

export function pathWarnings(volumes: readonly JsonObject[]): string[] {
  return volumes.flatMap((volume) => {
    const name = quote(stringAt(volume, 'name'));
    const { configMap, secret, downwardAPI, projected } = volume;
    return [
      ...overlaps(itemsOf(configMap), name, `ConfigMap ${quote(stringAt(configMap, 'name'))}`),
      ...overlaps(itemsOf(secret), name, `Secret ${quote(stringAt(secret, 'secretName'))}`),
      ...overlaps(itemsOf(downwardAPI), name, 'DownwardAPI'),
      ...(isObject(projected) ? projectedWarnings(projected, name) : []),
    ];
  });
}

function projectedWarnings(projected: JsonObject, volume: string): string[] {
  const warnings: string[] = [];
  const earlier: PathOf[] = [];
  for (const source of objectsAt(projected, 'sources')) {
    if (Object.keys(source).length === 0) warnings.push(`volume ${volume} (Projected) has no sources provided`);
    warnings.push(...overlaps(sourcePaths(source), volume, 'Projected', earlier));
  }
  return warnings;
}

/** @param earlier the paths so far; those of `paths` are added. */
function overlaps(paths: readonly PathOf[], volume: string, what: string, earlier: PathOf[] = []): string[] {
  const warnings: string[] = [];
  for (const { path, source } of paths) {
    const own = { path: path.replace(/\/+$/, ''), source };
    for (const other of earlier) {
      if (!isInTheWay(own.path, other.path)) continue;
      warnings.push(`volume ${volume} (${what}): overlapping paths: ${textOf(own)} with ${textOf(other)}`);
    }
    earlier.push(own);
  }
  return warnings;
}

function isInTheWay(one: string, other: string): boolean {
  if (one === '' || other === '') return false;
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

function textOf({ path, source }: PathOf): string {
  return source === '' ? quote(path) : `${quote(path)} (${source})`;
}

function itemsOf(of: unknown, source = ''): PathOf[] {
  return objectsAt(of, 'items').map((item) => ({ path: stringAt(item, 'path'), source }));
}

/** The first source that is there counts; one that names no files may have any. */
function sourcePaths(projection: JsonObject): PathOf[] {
  const { configMap, secret, downwardAPI } = projection;
  if (isArray(objectAt(configMap)?.['items']))
    return itemsOf(configMap, `ConfigMap ${quote(stringAt(configMap, 'name'))}`);
  if (isArray(objectAt(secret)?.['items'])) return itemsOf(secret, `Secret ${quote(stringAt(secret, 'name'))}`);
  if (listAt(downwardAPI, 'items').length > 0) return itemsOf(downwardAPI, 'DownwardAPI');
  const token = objectAt(projection, 'serviceAccountToken');
  if (token) return [{ path: stringAt(token, 'path'), source: 'ServiceAccountToken' }];
  const bundle = objectAt(projection, 'clusterTrustBundle');
  if (bundle) {
    const name = stringAt(bundle, 'name') || stringAt(bundle, 'signerName');
    return [{ path: stringAt(bundle, 'path'), source: `ClusterTrustBundle ${quote(name)}` }];
  }
  const certificate = objectAt(projection, 'podCertificate');
  const files = [
    { path: stringAt(certificate, 'certificateChainPath'), source: 'PodCertificate chain' },
    { path: stringAt(certificate, 'keyPath'), source: 'PodCertificate key' },
    { path: stringAt(certificate, 'credentialBundlePath'), source: 'PodCertificate credential bundle' },
  ];
  return files.filter(({ path }) => path !== '');
}
