import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import type { ConfigField, OperatorConfigKey } from '../../runtime/config/fields.ts';
import { FAULTS } from '../errors.ts';
import type { OperatorSettings } from '../model.ts';
import { anyObject, object } from './collections.ts';
import type { Field } from './field.ts';
import { NAMESPACE_RULES } from './names.ts';
import { choice, duration, flag, text, wholeNumber } from './scalars.ts';
import type { TextRule } from './scalars.ts';

/** The keys of `autopilot-operator.yaml`, from the table by which the runtime reads the same file. */

const ADDRESS =
  /^(?:(?:[^:\s[\]]*|\[[0-9A-Fa-f:.]+\]):(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]))?$/;

const ADDRESS_RULES: readonly TextRule[] = [{ pattern: ADDRESS, fault: (value) => FAULTS.address({ value }) }];

/** The port of an address, undefined where nothing is served. */
export function portOf(address: string): number | undefined {
  const [, port] = /:(\d+)$/.exec(address) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** Rules for keys that the table calls plain text. */
const TEXT_RULES: Readonly<Record<string, readonly TextRule[]>> = {
  controlPlaneNs: NAMESPACE_RULES,
  watchNamespace: NAMESPACE_RULES,
  leaderElectionNamespace: NAMESPACE_RULES,
};

type OperatorValue = string | number | boolean | Readonly<Record<string, unknown>>;

function fieldOf(key: string, field: ConfigField): Field<OperatorValue> {
  const { description } = field;
  switch (field.type) {
    case 'string':
      return text({ description, mayBeEmpty: field.default === '', rules: TEXT_RULES[key] ?? [] });
    case 'address':
      return text({
        description,
        mayBeEmpty: true,
        examples: [field.default || '127.0.0.1:6060'],
        rules: ADDRESS_RULES,
      });
    case 'boolean':
      return flag({ description });
    case 'integer':
      return wholeNumber({ description, minimum: field.minimum });
    case 'duration':
      return duration({ description });
    case 'enum':
      return choice(field.values, { description, numbered: field.numbered });
    case 'object':
      return anyObject({ description });
  }
}

type OperatorValues = Readonly<Record<string, OperatorValue>>;

export const OPERATOR: Field<Partial<OperatorValues>> = object<OperatorValues>(
  Object.fromEntries(
    Object.entries(OPERATOR_CONFIG_FIELDS).map(([key, field]) => {
      const read = fieldOf(key, field);
      return [key, { ...read, schema: { ...read.schema, default: field.default } }];
    }),
  ),
  { description: "The operator's configuration at run time." },
);

/** The settings, with the table's defaults for what the file does not say. */
export function settingsOf(values: Partial<OperatorValues>): OperatorSettings {
  const valueOf = (key: OperatorConfigKey) => values[key] ?? OPERATOR_CONFIG_FIELDS[key].default;
  const textOf = (key: OperatorConfigKey) => {
    const value = valueOf(key);
    return typeof value === 'string' ? value : '';
  };
  const numberOf = (key: OperatorConfigKey) => Number(valueOf(key));
  const workInterval = textOf('workInterval');
  const logFormat = textOf('logFormat');
  return {
    version: textOf('version'),
    meshProvider: textOf('meshProvider') === 'Custom' ? 'Custom' : 'Istio',
    controlPlaneNs: textOf('controlPlaneNs'),
    ...(workInterval !== '' && { workInterval }),
    metricsAddr: textOf('metricsAddr'),
    metricsSecure: valueOf('metricsSecure') === true,
    metricsCertDir: textOf('metricsCertDir'),
    healthAddr: textOf('healthAddr'),
    profilingAddr: textOf('profilingAddr'),
    enableLeaderElection: valueOf('enableLeaderElection') === true,
    leaderElectionNamespace: textOf('leaderElectionNamespace'),
    watchNamespace: textOf('watchNamespace'),
    logLevel: textOf('logLevel'),
    ...((logFormat === 'json' || logFormat === 'pretty') && { logFormat }),
    concurrency: numberOf('concurrency'),
    ...(typeof values['config'] === 'object' && { config: values['config'] }),
  };
}
