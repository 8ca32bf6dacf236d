import type { Input, Output, Phase, Project } from '../model.ts';
import { hasConfig } from './config.ts';
import { commented, generatedHeader, lineComment } from './comment.ts';
import { phaseSummary } from './diagram.ts';
import { createImports, specifier } from './imports.ts';
import type { Imports } from './imports.ts';
import { kindNames, phaseNames } from './names.ts';
import { patchesEntry } from './patches.ts';
import { projectPaths } from './paths.ts';

/** `src/operator.ts`: the wiring, which reads from top to bottom as the phase machine. */
export function operatorFile(project: Project): string {
  const paths = projectPaths(project);
  const from = (file: string) => specifier(paths.operator, file);
  const imports = createImports(['operator']);
  const define = imports.value('autopilot-runtime', 'defineOperator');
  const resource = imports.value(from(paths.types), kindNames(project.kind).resource);

  const phases = project.phases.map((phase) => phaseEntry(imports, project, phase));
  const finalizer = project.enableFinalizer ? imports.value(from(paths.finalizer), 'finalizer') : undefined;
  const configName = hasConfig(project) ? imports.value(from(paths.config), 'config') : '';
  const members = [
    `name: '${project.operatorName}',`,
    `resource: ${resource},`,
    commented('For the CRD: asked in development only.', `schema: () => import('${from(paths.spec)}'),`),
    hasConfig(project) ? `config${configName === 'config' ? '' : `: ${configName}`},` : '',
    `phases: {\n${phases.join('\n')}\n},`,
    finalizer
      ? `finalizer: {\n${[...uses(imports, project, project.finalizer), `worker: ${finalizer},`].join('\n')}\n},`
      : '',
    project.onSpecChange ? `onSpecChange: '${project.onSpecChange}',` : '',
    project.onOutputDrift ? `onOutputDrift: '${project.onOutputDrift}',` : '',
    project.transitions > 0 ? `transitions: ${project.transitions},` : '',
  ].filter(Boolean);

  return [
    `${generatedHeader()}\n${lineComment(['', ...phaseSummary(project)])}`,
    imports.render(),
    `export const operator = ${define}({\n${members.join('\n')}\n});`,
  ].join('\n\n');
}

function phaseEntry(imports: Imports, project: Project, phase: Phase): string {
  const paths = projectPaths(project);
  const from = (file: string) => specifier(paths.operator, file);
  const members = [
    phase.initial ? 'initial: true,' : '',
    phase.final ? 'final: true,' : '',
    ...uses(imports, project, phase),
    patchesEntry((key) => imports.value(from(paths.kinds), key), phase),
    phase.next ? `next: ${JSON.stringify(phase.next)},` : '',
    phase.interval ? `interval: '${phase.interval}',` : '',
    phase.timeout ? `timeout: '${phase.timeout}',` : '',
    phase.ready === undefined ? '' : `ready: ${phase.ready},`,
    phase.adopt ? 'adopt: true,' : '',
    phase.rollback ? 'rollback: true,' : '',
    phase.renamedFrom.length > 0 ? `renamedFrom: ${JSON.stringify(phase.renamedFrom)},` : '',
    phase.final
      ? ''
      : `worker: ${imports.value(from(paths.worker(phase.name)), 'worker', phaseNames(phase.name).workerVariable)},`,
  ].filter(Boolean);
  return commented(phase.description, `${phase.name}: {\n${members.join('\n')}\n},`);
}

/** The kinds that a phase, or the finalizer, reads and writes. */
function uses(imports: Imports, project: Project, { inputs, outputs }: Pick<Phase, 'inputs' | 'outputs'>): string[] {
  const paths = projectPaths(project);
  const from = (file: string) => specifier(paths.operator, file);
  const kind = (key: string) => imports.value(from(paths.kinds), key);
  const read = inputs.map((input) => `${input.parameter.key}: ${inputEntry(imports, from, kind, input)},`);
  const made = outputs.map((output) => `${output.parameter.key}: ${outputEntry(project, kind, output)},`);
  return [
    read.length > 0 ? `inputs: {\n${read.join('\n')}\n},` : '',
    made.length > 0 ? `outputs: {\n${made.join('\n')}\n},` : '',
  ];
}

function outputEntry(
  { scope }: Project,
  kind: (key: string) => string,
  { parameter, namespace, replace }: Output,
): string {
  const isBeyond = scope === 'Namespaced' && parameter.namespaced && namespace === 'any';
  const options = `${isBeyond ? `, namespace: 'any'` : ''}${replace ? ', replace: true' : ''}`;
  return `{ type: ${kind(parameter.key)}${options} }`;
}

function inputEntry(
  imports: Imports,
  from: (file: string) => string,
  kind: (key: string) => string,
  { parameter, selector, namespace, metadataOnly }: Input,
): string {
  if (parameter.type === 'metrics') return `{ queries: ${imports.value(from('src/metrics.ts'), 'queries')} }`;
  const members = [
    `type: ${kind(parameter.key)}`,
    selector ? `selector: ${JSON.stringify(selector)}` : '',
    // Cluster-wide kinds, and resources of cluster scope, have no namespace of their own to stay in.
    namespace === 'any' ? `namespace: 'any'` : '',
    metadataOnly ? 'metadataOnly: true' : '',
  ].filter(Boolean);
  return `{ ${members.join(', ')} }`;
}
