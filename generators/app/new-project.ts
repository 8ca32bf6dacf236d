import { loadProject } from '../../project/config/load.ts';
import type { LoadedProject, TextFile } from '../../project/config/load.ts';
import { AUTOPILOT_FILE, OPERATOR_FILE } from '../../project/config/files.ts';
import { freshAutopilotYaml, freshOperatorYaml } from '../../project/config/write.ts';
import type { FreshPhase, FreshProject } from '../../project/config/write.ts';
import type { Problem, Project } from '../../project/model.ts';
import type { Answers } from '../questions/answers.ts';
import type { Answer, Questions } from '../questions/question.ts';
import { MESHES } from '../stored-settings.ts';
import type { Mesh } from '../stored-settings.ts';
import type { Work } from '../wanted-files.ts';
import { APP_QUESTIONS, SCOPES } from './questions.ts';

/** What the first phases make: routes of the mesh; without one, what any cluster has. */
const FIRST_OUTPUTS: Readonly<Record<Mesh, string>> = {
  none: 'configmaps',
  istio: 'virtualservices',
  'gateway-api': 'httproutes',
};

/** The original's three phases: with Istio as it had them. The Gateway API says nothing of metrics. */
export function defaultPhases(mesh: Mesh): FreshPhase[] {
  const outputs = [FIRST_OUTPUTS[mesh]];
  return [
    {
      name: 'Initializing',
      description: 'Makes what has to be there first.',
      initial: true,
      outputs,
      next: ['Processing'],
    },
    {
      name: 'Processing',
      description: 'Does the work.',
      ...(mesh === 'istio' ? { inputs: ['metrics'] } : {}),
      outputs,
      next: ['Finished'],
    },
    { name: 'Finished', description: 'Nothing is left to be done.', final: true },
  ];
}

/** What is taken where nothing is said. */
export function defaultAnswer(name: string, given: Answers): Answer | undefined {
  if (name === 'operatorName') return `${(given.text('kind') ?? APP_QUESTIONS.kind.preset).toLowerCase()}-operator`;
  const questions: Questions = APP_QUESTIONS;
  return questions[name]?.preset;
}

export interface NewProject {
  readonly texts: Work['texts'];
  readonly project?: Project;
  readonly problems: readonly Problem[];
}

/**
 * The project that the answers describe; what is not answered yet is as by default. Problems name options.
 *
 * @param operator The `autopilot-operator.yaml` that is there already: it is the user's, and stays.
 */
export function newProject(given: Answers, operator?: TextFile): NewProject {
  const text = (name: string) => given.text(name) ?? String(defaultAnswer(name, given) ?? '');
  const isEmpty = text('phases') === 'none';
  const [onSpecChange, onOutputDrift] = [text('onSpecChange'), text('onOutputDrift')];
  const fresh: FreshProject = {
    kind: text('kind'),
    apiVersion: `${text('group')}/${text('version')}`,
    operatorName: text('operatorName'),
    scope: given.choice('scope', SCOPES) ?? 'Namespaced',
    phases: isEmpty ? [] : defaultPhases(given.choice('mesh', MESHES) ?? 'none'),
    enableFinalizer: given.flag('finalizer') ?? false,
    ...(onSpecChange === '' ? {} : { onSpecChange }),
    ...(onOutputDrift === '' ? {} : { onOutputDrift }),
  };
  const texts = {
    [AUTOPILOT_FILE]: { text: freshAutopilotYaml(fresh), from: null },
    [OPERATOR_FILE]: { text: operator?.text ?? freshOperatorYaml(), from: operator?.text ?? null },
  };
  const loadFresh = (wanted: FreshProject) => (isEmpty ? loadEmpty(wanted, operator) : load(wanted, operator));
  const { project, problems } = loadFresh(fresh);
  // Group and version are one field of the file, of which one problem is reported; they are two options.
  const hidden = problems.some(({ path }) => path === 'apiVersion')
    ? loadFresh({ ...fresh, apiVersion: `examples.io/${text('version')}` }).problems.filter(isAboutVersion)
    : [];
  const all = [...problems.filter((problem) => !isAboutVersion(problem)), ...hidden];
  return { texts, ...(project && { project }), problems: all.map(aboutOption) };
}

function isAboutVersion({ code }: Problem): boolean {
  return code === 'ERR_AP_VERSION';
}

function load(fresh: FreshProject, operator: TextFile | undefined): LoadedProject {
  return loadProject({ autopilot: { file: AUTOPILOT_FILE, text: freshAutopilotYaml(fresh) }, operator });
}

/** A project without phases is not complete, but all else about it can be judged. */
function loadEmpty(fresh: FreshProject, operator: TextFile | undefined): LoadedProject {
  const phases = [{ name: 'Initializing', initial: true }];
  const { project, problems } = load({ ...fresh, phases }, operator);
  return project ? { project: { ...project, phases: [] }, problems } : { problems };
}

const OPTIONS: Readonly<Record<string, string>> = {
  kind: '--kind',
  operatorName: '--operator-name',
  scope: '--scope',
  enableFinalizer: '--finalizer',
  onSpecChange: '--on-spec-change',
  onOutputDrift: '--on-output-drift',
};

/** The user has typed options, and never seen the file that a problem is about. */
function aboutOption(found: Problem): Problem {
  if (found.file !== AUTOPILOT_FILE) return found;
  const { file: _file, line: _line, column: _column, ...problem } = found;
  const path = problem.path ?? '';
  if (path === 'apiVersion') return { ...problem, path: isAboutVersion(problem) ? '--version' : '--group' };
  return { ...problem, path: OPTIONS[path] ?? '--kind' };
}
