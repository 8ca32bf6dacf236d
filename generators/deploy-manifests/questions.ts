import { configKeys } from '../../project/code/config-keys.ts';
import type { ConfigKey } from '../../project/code/config-keys.ts';
import type { Question, Questions } from '../questions/question.ts';

export const WATCHES = ['cluster', 'namespaced'] as const;

/** The keys of `autopilot-operator.yaml` that are asked about. */
const ASKED: ReadonlySet<string> = new Set(['logLevel', 'concurrency']);

/** What the manifests are asked about, in this order; each is an option, too. */
export const DEPLOY_QUESTIONS = {
  image: { type: 'text', message: 'Image of the operator', placeholder: 'image' },
  // `--namespace` is Yeoman's own.
  targetNamespace: { type: 'text', message: 'Namespace that the operator runs in', placeholder: 'name' },
  watch: {
    type: 'choice',
    message: 'Overlay of `kubectl apply -k deploy`, to watch all namespaces or its own',
    choices: WATCHES,
  },
  replicas: { type: 'text', message: 'Replicas', placeholder: 'number' },
  cpuRequest: { type: 'text', message: 'CPU to request', placeholder: 'quantity' },
  memoryRequest: { type: 'text', message: 'Memory to request', placeholder: 'quantity' },
  memoryLimit: { type: 'text', message: 'Memory limit', placeholder: 'quantity' },
  ...configQuestions((key) => ASKED.has(key)),
} satisfies Questions;

/** The other keys of `autopilot-operator.yaml`: options without a question. */
export const DEPLOY_OPTIONS: Questions = configQuestions((key) => !ASKED.has(key));

function configQuestions(isWanted: (key: string) => boolean): Questions {
  const keys = configKeys().filter(({ key }) => isWanted(key));
  return Object.fromEntries(keys.map((each) => [each.key, configQuestion(each)]));
}

function configQuestion({ field }: ConfigKey): Question {
  const message = `${field.description.replace(/\.$/, '')} (autopilot-operator.yaml)`;
  if (field.type === 'boolean') return { type: 'flag', message };
  return field.type === 'enum'
    ? { type: 'choice', message, choices: field.values }
    : { type: 'text', message, placeholder: field.type };
}
