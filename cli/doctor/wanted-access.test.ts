import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { load } from 'js-yaml';
import { manifestFiles, type ManifestFile } from '../../project/manifests/manifests.ts';
import { AUTOROUTE, crdFor, LABELS, project, SURVEY, TENANT } from '../../project/manifests/projects.fixture.test.ts';
import { deploymentOf } from '../../project/manifests/settings.ts';
import type { PolicyRule, Project } from '../../project/model.ts';
import type { Access } from '../../runtime/kube/access-review.ts';
import { deployAccess, operatorAccess, peoplesAccess, type Installed } from './wanted-access.ts';

const HOME = 'home';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly PolicyRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly object[];
}

/** What the kustomization of a folder names, patches aside. */
function builtFrom(files: readonly ManifestFile[], folder: string): readonly Manifest[] {
  const read = (path: string): unknown => load(files.find((file) => file.path === path)?.contents ?? assert.fail(path));
  const { resources } = read(`${folder}/kustomization.yaml`) as { readonly resources: readonly string[] };
  return resources.flatMap((resource) => {
    const path = posix.join(folder, resource);
    return path.endsWith('.yaml') ? [read(path) as Manifest] : builtFrom(files, path);
  });
}

function manifestsOf(of: Project, watch: Installed['watch'], isProduction: boolean): readonly Manifest[] {
  const files = manifestFiles(of, { namespace: HOME, watch }, crdFor(of));
  return builtFrom(files, `deploy/overlays/${isProduction ? 'production' : watch}`);
}

const at = (namespace: string | undefined): string => namespace ?? 'the cluster';

function linesOf(rules: readonly PolicyRule[], namespace: string | undefined): readonly string[] {
  return rules.flatMap(({ apiGroups = [], resources = [], resourceNames = [''], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb) => `${verb} ${group}/${resource} ${name} in ${at(namespace)}`),
        ),
      ),
    ),
  );
}

const lineOf = ({ group, resource, subresource, verb, namespace, name = '' }: Access): string =>
  `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`} ${name} in ${at(namespace)}`;

/** What the roles grant that are bound to the operator's account. */
function granted(manifests: readonly Manifest[]): readonly string[] {
  return manifests.flatMap(({ roleRef, subjects = [], metadata: { namespace } }) => {
    if (!roleRef || !JSON.stringify(subjects).includes('ServiceAccount')) return [];
    const role = manifests.find(
      ({ kind, metadata }) =>
        kind === roleRef.kind && metadata.name === roleRef.name && metadata.namespace === namespace,
    );
    return linesOf(role?.rules ?? assert.fail(roleRef.name), namespace);
  });
}

const unique = (lines: readonly string[]): readonly string[] => [...new Set(lines)].toSorted();

const PROJECTS = { AUTOROUTE, TENANT, SURVEY, LABELS };
const OPERATORS = [
  '',
  'enableLeaderElection: false',
  'leaderElectionNamespace: leases',
  'watchNamespace: elsewhere',
  `watchNamespace: ${HOME}`,
  'metricsSecure: true',
  'metricsAddr: ""\nhealthAddr: ""',
  'metricsAddr: localhost:9091',
];

describe('what ap doctor looks for', () => {
  for (const [name, text] of Object.entries(PROJECTS))
    for (const watch of ['namespaced', 'cluster'] as const)
      for (const isProduction of [false, true]) {
        if (name === 'TENANT' && watch === 'namespaced') continue;
        const settings = OPERATORS.filter((each) => name !== 'TENANT' || !each.startsWith('watchNamespace'));
        const how = `${name}, ${watch}${isProduction ? ', in production' : ''}`;

        it(`is what the generated roles grant the operator, and people: ${how}`, () => {
          for (const operator of settings) {
            const of = project(text, operator);
            const manifests = manifestsOf(of, watch, isProduction);
            const installed = { ...deploymentOf(of, { namespace: HOME, watch }), isProduction };
            assert.deepEqual(unique(operatorAccess(of, installed).map(lineOf)), unique(granted(manifests)), operator);
            const people = manifests.filter(({ metadata }) => /-(?:viewer|editor|admin)$/.test(metadata.name));
            assert.equal(people.length, 3);
            assert.deepEqual(
              unique(peoplesAccess(of).map(lineOf)),
              unique(people.flatMap(({ rules = [] }) => linesOf(rules, undefined))),
            );
          }
        });

        it(`is to apply each kind that is deployed, where it is: ${how}`, () => {
          for (const operator of settings) {
            const of = project(text, operator);
            const deployed = manifestsOf(of, watch, isProduction).map(({ apiVersion, kind, metadata }) => {
              const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
              return `create ${group}/${kind.toLowerCase()}s  in ${at(metadata.namespace)}`;
            });
            const installed = { ...deploymentOf(of, { namespace: HOME, watch }), isProduction };
            const asked = deployAccess(of, installed).filter(({ verb }) => verb === 'create');
            assert.deepEqual(unique(asked.map(lineOf)), unique(deployed), operator);
          }
        });
      }
});
