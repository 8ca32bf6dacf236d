import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from 'js-yaml';
import type { OperatorDefinition } from 'autopilot-runtime';
import { renderCode } from '../../project/code/code.ts';
import { projectPaths } from '../../project/code/paths.ts';
import { project } from '../../project/manifests/projects.fixture.test.ts';
import type { Project } from '../../project/model.ts';
import { crdNames } from '../../project/spec/project-crd.ts';
import { crdOf, type CustomResourceDefinition } from '../../runtime/crd/crd.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(ROOT, 'examples');
const ANNOUNCEMENT = join(import.meta.dirname, 'announcement');

/** The operators whose rights are tried. */
export const KINDS = ['AutoRoute', 'Ownership', 'Announcement', 'RolloutGuard'] as const;
export type Kind = (typeof KINDS)[number];

/** Where each operator's project is, and the parts that are a user's own, by where they belong in it. */
const SOURCES: Readonly<Record<Kind, { readonly folder: string; readonly finalizer?: string }>> = {
  AutoRoute: { folder: join(EXAMPLES, 'autorouter') },
  // What others made is patched.
  Ownership: { folder: join(EXAMPLES, 'ownership') },
  // Outputs are in other namespaces; with a finalizer, that reads and writes kinds of its own.
  Announcement: { folder: ANNOUNCEMENT, finalizer: 'finalizer: { inputs: [services], outputs: [secrets] }' },
  // The mesh's metrics are asked.
  RolloutGuard: { folder: join(EXAMPLES, 'rolloutguard') },
};

/** An operator as the generators make it, with its user's own workers. */
export interface GeneratedOperator {
  readonly definition: OperatorDefinition;
  readonly crd: CustomResourceDefinition;
  /** The project's model by these settings of `autopilot-operator.yaml` (YAML). */
  readonly projectBy: (settings: string) => Project;
}

/** Generates operators into a folder of this repository, below which they find its packages. */
export class Workshop {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Workshop> {
    await mkdir(join(ROOT, '.work'), { recursive: true });
    return new Workshop(await mkdtemp(join(ROOT, '.work', 'rights-')));
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }

  async generate(kind: Kind, hasFinalizer: boolean): Promise<GeneratedOperator> {
    const { folder, finalizer = '' } = SOURCES[kind];
    const autopilot = await readFile(join(folder, 'autopilot.yaml'), 'utf8');
    const text = hasFinalizer ? `${autopilot}\nenableFinalizer: true\n${finalizer}\n` : autopilot;
    const projectBy = (settings: string): Project => project(text, settings);
    const model = projectBy('');
    const paths = projectPaths(model);
    const target = join(this.#folder, `${model.plural}${hasFinalizer ? '-finalized' : ''}`);
    for (const { path, contents } of renderCode(model, { packageManager: 'npm', runtime: '*', devcluster: '*' })) {
      if (!path.startsWith('src/')) continue;
      await mkdir(dirname(join(target, path)), { recursive: true });
      await writeFile(join(target, path), contents);
    }
    if (folder === ANNOUNCEMENT) {
      await cp(join(folder, 'spec.ts'), join(target, paths.spec));
      await cp(join(folder, 'worker.ts'), join(target, paths.worker('Spreading')));
      if (hasFinalizer) await cp(join(folder, 'finalizer.ts'), join(target, paths.finalizer));
    } else {
      await cp(join(folder, 'src', 'workers'), join(target, 'src', 'workers'), { recursive: true });
      await cp(join(folder, paths.spec), join(target, paths.spec));
    }
    const { operator } = await loaded<{ readonly operator: OperatorDefinition }>(join(target, paths.operator));
    assert.equal(operator.finalizer !== undefined, hasFinalizer, kind);
    const schemas = await loaded<{ readonly spec: unknown; readonly status: unknown }>(join(target, paths.spec));
    const crd = crdOf(crdNames(model), schemas);
    // What is committed with an example is what it is deployed with.
    if (folder !== ANNOUNCEMENT)
      assert.deepEqual(
        specOf(crd),
        specOf(load(await readFile(join(folder, 'deploy', 'base', 'crd.yaml'), 'utf8')) as typeof crd),
      );
    return { definition: operator, crd, projectBy };
  }
}

/** What `module` exports; nobody checks that it does. */
async function loaded<Exports>(module: string): Promise<Exports> {
  return (await import(pathToFileURL(module).href)) as Exports;
}

const specOf = ({ spec }: CustomResourceDefinition): unknown => JSON.parse(JSON.stringify(spec));
