import { load } from 'js-yaml';
import { errors, messageOf } from '../errors.ts';
import { parseDuration } from './duration.ts';
import { OPERATOR_CONFIG_FIELDS, type ConfigField, type OperatorConfigKey } from './fields.ts';

/** `autopilot-operator.yaml` as the runtime uses it. `runtime/config/fields.ts` says what each key means. */
export interface OperatorConfig {
  readonly version: string;
  readonly meshProvider: string;
  readonly controlPlaneNs: string;
  /** Milliseconds. */
  readonly workInterval: number | undefined;
  readonly metricsAddr: string;
  readonly metricsSecure: boolean;
  readonly metricsCertDir: string;
  readonly healthAddr: string;
  readonly profilingAddr: string;
  readonly enableLeaderElection: boolean;
  readonly leaderElectionNamespace: string;
  readonly watchNamespace: string;
  readonly logLevel: string;
  readonly logFormat: 'json' | 'pretty' | undefined;
  readonly concurrency: number;
  /** The user's own settings, as they are written. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Environment variables that beat the file: those of 2019, and `AUTOPILOT_<KEY>` for the rest (`AUTOPILOT_LOG_LEVEL`).
 */
export function environmentName(key: OperatorConfigKey): string {
  return key === 'watchNamespace' ? 'WATCH_NAMESPACE' : `AUTOPILOT_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** Variables that `run` itself reads. */
const OTHER_VARIABLES = ['AUTOPILOT_CONFIG', 'AUTOPILOT_DEV'];
/** What Kubernetes puts into pods for a Service whose name begins with `autopilot`. */
const SERVICE_VARIABLE = /_SERVICE_HOST$|_SERVICE_PORT(?:_|$)|_PORT(?:_|$)/;

/** What is wrong with variables that look like ours and are none: a misspelt one would be ignored in silence. */
export function unknownVariables(env: NodeJS.ProcessEnv): readonly string[] {
  const fields: [string, ConfigField][] = Object.entries(OPERATOR_CONFIG_FIELDS);
  const known = new Set([
    ...fields.filter(([, { type }]) => type !== 'object').map(([key]) => environmentName(key as OperatorConfigKey)),
    ...OTHER_VARIABLES,
  ]);
  return Object.keys(env)
    .filter((name) => name.startsWith('AUTOPILOT_') && !known.has(name) && !SERVICE_VARIABLE.test(name))
    .map((name) => `$${name} is ignored: there is no such variable. There are: ${[...known].join(', ')}.`);
}

/**
 * Reads a configuration: the file's text (undefined: no file, all defaults), over which the environment goes. Throws ERR_AP_CONFIG with
 * all problems at once; `file` names the file in them.
 */
export function loadConfig(text: string | undefined, file: string, env: NodeJS.ProcessEnv): OperatorConfig {
  const problems: string[] = [];
  const given = parse(text ?? '', file);
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(OPERATOR_CONFIG_FIELDS, key))
      problems.push(`${key}: there is no such key. There are: ${Object.keys(OPERATOR_CONFIG_FIELDS).join(', ')}.`);
  }
  const value = (key: OperatorConfigKey): unknown => {
    const field: ConfigField = OPERATOR_CONFIG_FIELDS[key];
    const name = environmentName(key);
    const overriding = env[name];
    const source = overriding === undefined ? key : `${key} ($${name})`;
    const raw = overriding === undefined ? given[key] : field.type === 'object' ? given[key] : overriding;
    if (raw === undefined || raw === null) return field.type === 'duration' ? undefined : field.default;
    return read(field, raw, overriding !== undefined, (problem) => problems.push(`${source}: ${problem}`));
  };
  const config = Object.fromEntries(
    (Object.keys(OPERATOR_CONFIG_FIELDS) as OperatorConfigKey[]).map((key) => [key, value(key)]),
  );
  if (problems.length > 0) throw errors.config(file, problems);
  return config as unknown as OperatorConfig;
}

function parse(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : load(text);
  } catch (error) {
    throw errors.config(file, [`it is no YAML: ${messageOf(error)}`]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw errors.config(file, ['it is no mapping of keys to values.']);
  return value as Readonly<Record<string, unknown>>;
}

/** A DNS label. */
const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

function read(field: ConfigField, raw: unknown, fromEnvironment: boolean, wrong: (problem: string) => void): unknown {
  const shown = JSON.stringify(raw);
  switch (field.type) {
    case 'string':
      if (typeof raw !== 'string') wrong(`${shown} is no text.`);
      else if (field.names === 'namespace' && raw !== field.default && !NAMESPACE.test(raw))
        wrong(`${shown} is no name of a namespace, and one is all that can be given.`);
      return raw;
    case 'address':
      if (typeof raw !== 'string') wrong(`${shown} is no text.`);
      return raw;
    case 'boolean': {
      const value = fromEnvironment ? { true: true, false: false }[String(raw)] : raw;
      if (typeof value !== 'boolean') wrong(`${shown} is neither true nor false.`);
      return value;
    }
    case 'integer': {
      const value = fromEnvironment && raw !== '' ? Number(raw) : raw;
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < field.minimum)
        wrong(`${shown} is no whole number of at least ${field.minimum}.`);
      return value;
    }
    case 'duration': {
      const value = typeof raw === 'string' ? parseDuration(raw) : undefined;
      if (!value) wrong(`${shown} is no positive duration such as "5s" or "1m30s".`);
      return value;
    }
    case 'enum':
      return readEnum(field, raw, wrong);
    case 'object':
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
        wrong(`${shown} is no mapping of keys to values.`);
      return raw;
  }
}

function readEnum(
  field: Extract<ConfigField, { type: 'enum' }>,
  raw: unknown,
  wrong: (problem: string) => void,
): string | undefined {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw : '';
  const byNumber = field.numbered && /^\d+$/.test(text) ? field.values[Number(text)] : undefined;
  const found = byNumber ?? field.values.find((value) => value.toLowerCase() === text.toLowerCase());
  if (found === undefined)
    wrong(
      `${JSON.stringify(raw)} is none of ${field.values.join(', ')}${field.numbered ? ' (or their numbers from 0)' : ''}.`,
    );
  return found;
}
