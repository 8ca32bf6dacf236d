import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import type { ConfigField, OperatorConfigKey } from '../../runtime/config/fields.ts';
import type { Question, Questions } from '../questions/question.ts';

export const WATCHES = ['cluster', 'namespaced'] as const;

/** What the manifests are asked about, in this order; each is an option, too. */
export const DEPLOY_QUESTIONS = {
  image: { type: 'text', message: 'Image of the operator', placeholder: 'image' },
  // `--namespace` is Yeoman's own.
  targetNamespace: { type: 'text', message: 'Namespace that the operator runs in', placeholder: 'name' },
  watch: {
    type: 'choice',
    message: 'What `kubectl apply -k deploy` lets it watch: all namespaces or its own',
    choices: WATCHES,
  },
  replicas: { type: 'text', message: 'Replicas', placeholder: 'number' },
  cpuRequest: { type: 'text', message: 'CPU to request', placeholder: 'quantity' },
  memoryRequest: { type: 'text', message: 'Memory to request', placeholder: 'quantity' },
  memoryLimit: { type: 'text', message: 'Memory limit', placeholder: 'quantity' },
  logLevel: configQuestion('logLevel', OPERATOR_CONFIG_FIELDS.logLevel),
  concurrency: configQuestion('concurrency', OPERATOR_CONFIG_FIELDS.concurrency),
} as const satisfies Questions;

const ASKED = new Set<string>(Object.keys(DEPLOY_QUESTIONS));

/** The other keys of `autopilot-operator.yaml`: options without a question. */
export const DEPLOY_OPTIONS: Questions = Object.fromEntries(
  configKeys().flatMap(([key, field]) => (ASKED.has(key) ? [] : [[key, configQuestion(key, field)]])),
);

/** The keys of `autopilot-operator.yaml` that have one value, as text. */
export function configKeys(): [OperatorConfigKey, Exclude<ConfigField, { type: 'object' }>][] {
  const fields: [string, ConfigField][] = Object.entries(OPERATOR_CONFIG_FIELDS);
  return fields.flatMap(([key, field]) => (field.type === 'object' || !isConfigKey(key) ? [] : [[key, field]]));
}

function isConfigKey(key: string): key is OperatorConfigKey {
  return Object.hasOwn(OPERATOR_CONFIG_FIELDS, key);
}

function configQuestion(key: string, field: ConfigField): Question {
  const message = `autopilot-operator.yaml, ${key}: ${field.description}`;
  if (field.type === 'boolean') return { type: 'flag', message };
  return field.type === 'enum'
    ? { type: 'choice', message, choices: field.values }
    : { type: 'text', message, placeholder: field.type };
}
