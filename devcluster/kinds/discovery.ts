import { createHash } from 'node:crypto';
import { compareVersions } from './version-order.ts';
import type { KindRegistry } from './registry.ts';
import type { ServedKind, Subresource } from './served-kind.ts';

/** `/api` */
export function apiVersions(address: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `/apis` */
export function apiGroupList(kinds: KindRegistry): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups(kinds).map(groupEntry) };
}

/** `/apis/apps`; undefined where there is no such group. */
export function apiGroup(kinds: KindRegistry, name: string): object | undefined {
  const group = groups(kinds).find((entry) => entry.name === name);
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
}

/** `/apis/apps/v1`; undefined where there is no such version. */
export function apiResourceList(kinds: KindRegistry, group: string, version: string): object | undefined {
  const served = kinds.all().filter((kind) => kind.group === group && kind.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    // The core group's list has been without it since there were no others.
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: group ? `${group}/${version}` : version,
    resources: served.flatMap((kind) => {
      const below = kind.subresources.map((sub) => subresourceEntry(kind, sub));
      return [resourceEntry(kind)].concat(below);
    }),
  };
}

/** The aggregated form of `/api` (the core group) or `/apis` (all others). */
export function groupDiscoveryList(kinds: KindRegistry, core: boolean, apiVersion: string): object {
  const all = core ? [{ name: '', versions: ['v1'] }] : groups(kinds);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion,
    metadata: {},
    items: all.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map((version) => ({
        version,
        resources: kinds
          .all()
          .filter((kind) => kind.group === name && kind.version === version)
          .map(discoveredResource),
        freshness: 'Current',
      })),
    })),
  };
}

interface Group {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly string[];
}

/** All named groups: those that are built in as the real server orders them, then those of custom resources by name. */
function groups(kinds: KindRegistry): Group[] {
  const found = new Map<string, { versions: string[]; custom: boolean }>();
  for (const { group, version, custom } of kinds.all()) {
    if (group === '') continue;
    const entry = found.get(group) ?? { versions: [], custom };
    if (!entry.versions.includes(version)) entry.versions.push(version);
    found.set(group, entry);
  }
  const all = [...found].map(([name, { versions, custom }]) => ({
    name,
    custom,
    versions: custom ? versions.sort(compareVersions) : versions,
  }));
  return [
    ...all.filter(({ custom }) => !custom),
    ...all.filter(({ custom }) => custom).sort((a, b) => (a.name < b.name ? -1 : 1)),
  ];
}

function groupEntry({ name, versions }: Group): object {
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

function resourceEntry(kind: ServedKind): object {
  const { plural, singular, namespaced, shortNames, categories, verbs } = kind;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(kind.stored && { storageVersionHash: kind.storageVersionHash ?? versionHash(kind) }),
  };
}

/** Source: StorageVersionHash of k8s.io/apiserver/pkg/endpoints/discovery. */
function versionHash({ group, version, kind }: ServedKind): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

function subresourceEntry(kind: ServedKind, sub: Subresource): object {
  const elsewhere = sub.group !== kind.group || sub.version !== kind.version;
  return {
    name: `${kind.plural}/${sub.name}`,
    singularName: '',
    namespaced: kind.namespaced,
    ...(elsewhere && { ...(sub.group && { group: sub.group }), version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  };
}

function discoveredResource(kind: ServedKind): object {
  const { plural, singular, namespaced, shortNames, categories, verbs, subresources } = kind;
  return {
    resource: plural,
    responseKind: responseKind(kind, kind),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: responseKind(kind, sub),
        verbs: sub.verbs,
      })),
    }),
  };
}

/** Of built-in resources the real server leaves group and version empty where they are those of the resource. */
function responseKind(
  kind: ServedKind,
  of: { readonly group: string; readonly version: string; readonly kind: string },
): object {
  const same = !kind.custom && of.group === kind.group && of.version === kind.version;
  return same ? { group: '', version: '', kind: of.kind } : { group: of.group, version: of.version, kind: of.kind };
}
