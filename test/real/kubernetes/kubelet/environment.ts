import { isObject, listAt, objectAt, stringAt } from '../../../../devcluster/schema/json.ts';
import { MissingError } from './pod-api.ts';
import { fieldOf } from './volumes.ts';
import type { PodApi } from './pod-api.ts';
import type { ApiObject } from '../../../../devcluster/store/object.ts';
import type { JsonObject } from '../../../../devcluster/schema/json.ts';

/**
 * The environment that a container's specification gives it. Throws a MissingError where a ConfigMap, a Secret, or a key of one is not
 * there. `pod` has the addresses in its status.
 */
export async function environmentOf(
  api: PodApi,
  pod: ApiObject,
  container: JsonObject,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  const { namespace } = pod.metadata;
  const dataOf = async (source: JsonObject | undefined, plural: 'configmaps' | 'secrets') => {
    if (!source) return undefined;
    const name = stringAt(source, 'name');
    const data = await api.data(plural, namespace, name);
    if (!data && source['optional'] !== true) throw new MissingError(`${plural.slice(0, -1)} "${name}" not found`);
    return data;
  };
  for (const source of listAt(container, 'envFrom')) {
    const prefix = stringAt(source, 'prefix');
    const maps = [
      await dataOf(objectAt(source, 'configMapRef'), 'configmaps'),
      await dataOf(objectAt(source, 'secretRef'), 'secrets'),
    ];
    for (const map of maps) for (const [key, value] of map ?? []) env[prefix + key] = value.toString();
  }
  for (const variable of listAt(container, 'env').filter(isObject)) {
    const name = stringAt(variable, 'name');
    const from = objectAt(variable, 'valueFrom');
    if (!from) env[name] = expanded(stringAt(variable, 'value'), env);
    else if (objectAt(from, 'fieldRef')) env[name] = fieldOf(pod, stringAt(from, 'fieldRef', 'fieldPath'));
    else {
      const [configMap, secret] = [objectAt(from, 'configMapKeyRef'), objectAt(from, 'secretKeyRef')];
      const reference = configMap ?? secret;
      if (!reference) throw new Error(`variable ${name} is of a kind that is not played here`);
      const data = await dataOf(reference, configMap ? 'configmaps' : 'secrets');
      const value = data?.get(stringAt(reference, 'key'));
      if (value) env[name] = value.toString();
      else if (reference['optional'] !== true) {
        const kind = configMap ? 'ConfigMap' : 'Secret';
        throw new MissingError(
          `couldn't find key ${stringAt(reference, 'key')} in ${kind} ${namespace}/${stringAt(reference, 'name')}`,
        );
      }
    }
  }
  return env;
}

/** `$(NAME)` of what came before. */
function expanded(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string) => env[name] ?? whole);
}
