import { isProtectedGroup } from '../config/names.ts';
import type { Project, ResourceParameter } from '../model.ts';
import { toYaml } from '../manifests/yaml.ts';
import { usedKinds } from './kinds.ts';
import { projectPaths } from './paths.ts';

/**
 * `crds/<plural>.<group>.yaml`: a definition for each kind that only its vendor's CRD or API server makes, so that the embedded
 * cluster serves it in development and tests. Anything goes in its objects, until the user puts the vendor's own there.
 */
export function crdFiles(project: Project): readonly { path: string; contents: string }[] {
  const versions = new Map<string, ResourceParameter[]>();
  for (const kind of usedKinds(project)) {
    const name = `${kind.plural}.${kind.group}`;
    if (kind.isCrd === undefined || name === `${project.plural}.${project.group}`) continue;
    versions.set(name, [...(versions.get(name) ?? []), kind]);
  }
  const { crds } = projectPaths(project);
  return [...versions].map(([name, kinds]) => ({ path: `${crds}/${name}.yaml`, contents: definition(name, kinds) }));
}

function definition(name: string, kinds: readonly ResourceParameter[]): string {
  const [first] = kinds;
  if (!first) return '';
  const { group, kind, plural, namespaced, isCrd } = first;
  return toYaml(
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name,
        // Without it, no API server takes a definition in these groups.
        ...(isProtectedGroup(group) && {
          annotations: { 'api-approved.kubernetes.io': 'unapproved, for development only' },
        }),
      },
      spec: {
        group,
        names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
        scope: namespaced ? 'Namespaced' : 'Cluster',
        versions: kinds.map(({ version }, index) => ({
          name: version,
          served: true,
          storage: index === 0,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          subresources: { status: {} },
        })),
      },
    },
    {
      header:
        `Gives the embedded cluster the kind ${kind}, in development and in tests; never deployed. Anything goes in it: ` +
        (isCrd
          ? 'put the\nCustomResourceDefinition of its vendor here, and its fields are checked.'
          : `write\na schema here, and its fields are checked. Elsewhere, an API server of its vendor's serves it (isCrd: false).`),
    },
  );
}
