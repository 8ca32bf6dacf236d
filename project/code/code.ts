import type { Phase, Project } from '../model.ts';
import { configFile, hasConfig } from './config.ts';
import { crdFiles } from './crds.ts';
import { dockerfile } from './dockerfile.ts';
import { finalizerFile } from './finalizer.ts';
import { format } from './format.ts';
import { ioFile } from './io.ts';
import { kindsFile, usedKinds } from './kinds.ts';
import { mainFile } from './main.ts';
import { metricsFile, usesMetrics } from './metrics.ts';
import { operatorFile } from './operator.ts';
import { packageJson } from './package-json.ts';
import { projectPaths } from './paths.ts';
import { readme } from './readme.ts';
import type { Owner, RenderedFile } from './rendered-file.ts';
import type { ScaffoldSettings } from './settings.ts';
import { specFile } from './spec.ts';
import { toolingFiles } from './tooling.ts';
import { typesFile } from './types.ts';
import { exampleFile, specTestFile } from './spec-test.ts';
import { finalizerTestFile, harnessFile, workerTestFile } from './worker-test.ts';
import { workerFile } from './worker.ts';

/**
 * Everything that follows from the two YAML files and the settings, but for `deploy/`, which needs the CRD. Formatted as the
 * project's own prettier wants it. The same project gives the same bytes.
 */
export async function codeFiles(project: Project, settings: ScaffoldSettings): Promise<RenderedFile[]> {
  return Promise.all(renderCode(project, settings).map((file) => formatted(file)));
}

/** The same before it is formatted. */
export function renderCode(project: Project, settings: ScaffoldSettings): RenderedFile[] {
  return [...scaffold(project, settings), ...apiFiles(project), ...operatorFiles(project)];
}

export async function formatted({ owner, path, contents, required }: RenderedFile): Promise<RenderedFile> {
  return { owner, path, required, contents: await format(path, contents) };
}

function file(owner: Owner, path: string, contents: string, required = owner === 'generated'): RenderedFile {
  return { owner, path, contents, required };
}

function scaffold(project: Project, settings: ScaffoldSettings): RenderedFile[] {
  return [
    file('scaffold', 'package.json', packageJson(project, settings), true),
    file('scaffold', 'README.md', readme(project, settings)),
    file('scaffold', 'Dockerfile', dockerfile(project, settings)),
    ...Object.entries(toolingFiles(settings)).map(([path, contents]) =>
      file('scaffold', path, contents, path.startsWith('tsconfig') || path.startsWith('scripts/')),
    ),
  ];
}

function apiFiles(project: Project): RenderedFile[] {
  const paths = projectPaths(project);
  return [
    file('yours', paths.spec, specFile(project), true),
    file('generated', paths.types, typesFile(project)),
    file('yours', paths.example, exampleFile(project)),
    file('yours', paths.specTest, specTestFile(project)),
  ];
}

/** What there is once there are phases: before the first one, an operator has nothing to do. */
function operatorFiles(project: Project): RenderedFile[] {
  const paths = projectPaths(project);
  if (project.phases.length === 0) return [];
  return [
    file('yours', paths.main, mainFile(), true),
    ...(hasConfig(project) ? [file('yours', paths.config, configFile(project), true)] : []),
    file('generated', paths.operator, operatorFile(project)),
    ...(usedKinds(project).length > 0 ? [file('generated', paths.kinds, kindsFile(project))] : []),
    ...crdFiles(project).map(({ path, contents }) => file('yours', path, contents)),
    ...(usesMetrics(project) ? [file('generated', paths.metrics, metricsFile(project))] : []),
    ...project.phases.flatMap((phase) => phaseFiles(project, phase)),
    ...(project.enableFinalizer
      ? [
          file('yours', paths.finalizer, finalizerFile(project), true),
          file('yours', paths.finalizerTest, finalizerTestFile(project)),
        ]
      : []),
    // The workers' tests, of later phases too, import it.
    file('yours', paths.harness, harnessFile(project), true),
  ];
}

/** A final phase is a rest: nobody works in it. */
function phaseFiles(project: Project, phase: Phase): RenderedFile[] {
  const paths = projectPaths(project);
  if (phase.final) return [];
  return [
    file('yours', paths.worker(phase.name), workerFile(project, phase), true),
    file('generated', paths.io(phase.name), ioFile(project, phase)),
    file('yours', paths.workerTest(phase.name), workerTestFile(project, phase)),
  ];
}
