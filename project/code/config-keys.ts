import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import type { ConfigField, OperatorConfigKey } from '../../runtime/config/fields.ts';

/** A key of `autopilot-operator.yaml` that has one value, as text. */
export interface ConfigKey {
  readonly key: OperatorConfigKey;
  readonly field: Exclude<ConfigField, { type: 'object' }>;
}

/** Those keys, in the order in which the file has them. */
export function configKeys(): ConfigKey[] {
  const fields: [string, ConfigField][] = Object.entries(OPERATOR_CONFIG_FIELDS);
  return fields.flatMap(([key, field]) => (field.type === 'object' || !isConfigKey(key) ? [] : [{ key, field }]));
}

function isConfigKey(key: string): key is OperatorConfigKey {
  return Object.hasOwn(OPERATOR_CONFIG_FIELDS, key);
}
