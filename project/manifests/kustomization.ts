import { toYaml } from './yaml.ts';

/** A file of `deploy/`. */
export interface ManifestFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly contents: string;
  /** As in `project/code`: the tool's; the tool's start that users edit; the user's. */
  readonly owner: 'generated' | 'scaffold' | 'yours';
}

/** What a folder is made of. */
export interface Folder {
  /** Kustomizations that it builds upon, relative to it. */
  readonly bases?: readonly string[];
  /** Contents by file name; what is undefined is not needed by this project. */
  readonly files: Files;
  /** Patches of what else is there, by file name. */
  readonly patches?: Files;
  /** Files that stand in a ConfigMap as they are, by file name. */
  readonly configMap?: ConfigMapOfFiles;
  readonly header?: string;
}

export type Files = Readonly<Record<string, string | undefined>>;

interface ConfigMapOfFiles {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** The files of a folder, and the kustomization that names them. */
export function folder(
  path: string,
  { bases = [], files, patches = {}, configMap, header }: Folder,
): readonly ManifestFile[] {
  const [objects, changes] = [present(files), present(patches)];
  const generated = Object.entries(configMap?.files ?? {});
  const contents = toYaml(
    {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [...bases, ...objects.map(([name]) => name)],
      ...(configMap && { configMapGenerator: [generatorOf(configMap)] }),
      ...(changes.length > 0 && { patches: changes.map(([name]) => ({ path: name })) }),
    },
    header === undefined ? {} : { header },
  );
  return [
    { path: `${path}/kustomization.yaml`, contents, owner: 'scaffold' },
    ...[...objects, ...generated, ...changes].map(([name, text]) => ({
      path: `${path}/${name}`,
      contents: text,
      owner: 'generated' as const,
    })),
  ];
}

function present(files: Files): readonly [name: string, contents: string][] {
  return Object.entries(files).flatMap(([name, contents]) => (contents === undefined ? [] : [[name, contents]]));
}

function generatorOf({ name, namespace, labels, files }: ConfigMapOfFiles) {
  return { name, namespace, files: Object.keys(files), options: { disableNameSuffixHash: true, labels } };
}
