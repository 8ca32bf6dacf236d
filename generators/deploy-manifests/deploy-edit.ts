import { configKeys } from '../../project/code/config-keys.ts';
import type { ConfigKey } from '../../project/code/config-keys.ts';
import { setOperatorKey } from '../../project/config/edit.ts';
import { loadProject } from '../../project/config/load.ts';
import type { TextFile } from '../../project/config/load.ts';
import { freshOperatorYaml } from '../../project/config/write.ts';
import { ProjectError } from '../../project/errors.ts';
import { checkSettings, deploymentOf } from '../../project/manifests/settings.ts';
import type { Problem, Project } from '../../project/model.ts';
import type { Answers } from '../questions/answers.ts';
import { optionName } from '../questions/question.ts';
import type { Answer } from '../questions/question.ts';
import { defined, manifestSettings } from '../stored-settings.ts';
import type { StoredSettings } from '../stored-settings.ts';
import { WATCHES } from './questions.ts';

export interface DeployContext {
  readonly project: Project;
  readonly autopilot: TextFile;
  readonly operator: TextFile;
  readonly stored: Partial<StoredSettings>;
}

/** As it is: what was stored, or the default. */
export function defaultAnswer(name: string, { project, stored }: DeployContext): Answer | undefined {
  const { namespace, replicas, ...deployment } = deploymentOf(project, manifestSettings(stored));
  const settings: Readonly<Record<string, Answer>> = {
    ...deployment,
    targetNamespace: namespace,
    replicas: String(replicas),
  };
  return settings[name] ?? configText(project, name);
}

function configText({ operator }: Project, name: string): string | undefined {
  const value = new Map<string, unknown>(Object.entries(operator)).get(name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** What is answered of what `.yo-rc.json` keeps. */
function answered(given: Answers): Partial<StoredSettings> {
  const replicas = given.text('replicas');
  return defined({
    image: given.text('image'),
    targetNamespace: given.text('targetNamespace'),
    cpuRequest: given.text('cpuRequest'),
    memoryRequest: given.text('memoryRequest'),
    memoryLimit: given.text('memoryLimit'),
    watch: given.choice('watch', WATCHES),
    replicas: replicas === undefined ? undefined : Number(replicas),
  });
}

/** The settings for `.yo-rc.json`: what was stored and what is answered; what is as by default is not stored. */
export function settingsOf(given: Answers, { stored, project }: DeployContext): Partial<StoredSettings> {
  const plain = deploymentOf(project, {});
  const presets = new Map<string, unknown>(Object.entries({ ...plain, targetNamespace: plain.namespace }));
  const changed = Object.entries(answered(given)).filter(
    ([name, value]) => Object.hasOwn(stored, name) || value !== presets.get(name),
  );
  return { ...stored, ...Object.fromEntries(changed) };
}

export interface ConfigEdit {
  readonly text: string;
  readonly project?: Project;
  readonly problems: readonly Problem[];
  /** The keys that were set. */
  readonly set: readonly string[];
}

/** `autopilot-operator.yaml` with the keys that are answered, where they are not so already. */
export function configEdit(given: Answers, { project, autopilot, operator }: DeployContext): ConfigEdit {
  let { text } = operator;
  const set: string[] = [];
  for (const { key, field } of configKeys()) {
    const value = configValue({ key, field }, given);
    if (value === undefined || String(value) === configText(project, key)) continue;
    text = setOperatorKey(text, key, value);
    set.push(`${key} is ${value === '' ? 'empty' : value}`);
  }
  const loaded = loadProject({ autopilot, operator: { ...operator, text } });
  return { text, set, ...loaded };
}

/** As its field has it: a number where that is what it takes. */
function configValue({ key, field }: ConfigKey, given: Answers): string | number | boolean | undefined {
  if (field.type === 'boolean') return given.flag(key);
  const text = given.text(key);
  return field.type === 'integer' && text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}

const OPTIONS: Readonly<Record<string, string>> = { namespace: 'target-namespace' };

/** All that is wrong with the answers; problems name options. */
export function problemsOf(given: Answers, context: DeployContext): Problem[] {
  const { project, stored } = context;
  const enableLeaderElection = given.flag('enableLeaderElection') ?? project.operator.enableLeaderElection;
  // Replicas that were asked for before have to go together with what is answered now.
  const settings = {
    ...manifestSettings(defined({ replicas: stored.replicas })),
    ...manifestSettings(answered(given)),
  };
  const wrong = checkSettings({ ...project, operator: { enableLeaderElection } }, settings).map((problem) => {
    const name = problem.path ?? '';
    return Object.assign({}, problem, { path: `--${OPTIONS[name] ?? optionName(name)}` });
  });
  return [...wrong, ...configProblems(given, context)];
}

function configProblems(given: Answers, context: DeployContext): Problem[] {
  try {
    return configEdit(given, context).problems.map(({ file: _file, line: _line, column: _column, ...problem }) =>
      Object.assign({}, problem, { path: `--${optionName(problem.path ?? '')}` }),
    );
  } catch (error) {
    if (error instanceof ProjectError) return [...error.problems];
    throw error;
  }
}

/** The text of `autopilot-operator.yaml` of a project that has none. */
export function operatorText(operator: TextFile | undefined): string {
  return operator?.text ?? freshOperatorYaml();
}
