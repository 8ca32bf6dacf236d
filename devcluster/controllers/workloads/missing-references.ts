import { isObject, listAt, objectAt, stringAt, valueAt } from '../../schema/json.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';

export interface MissingVolume {
  readonly volume: string;
  /** In kubelet's words. */
  readonly why: string;
}

/** The first volume of a pod whose ConfigMap or Secret is not there. */
export function missingVolume(store: Store, pod: ApiObject): MissingVolume | undefined {
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    const sources = [volume, ...listAt(volume, 'projected', 'sources')];
    for (const source of sources) {
      const why = missing(store, pod, objectAt(source, 'configMap'), objectAt(source, 'secret'));
      if (why !== undefined) return { volume: stringAt(volume, 'name'), why };
    }
  }
  return undefined;
}

/** Why a container's environment cannot be made; undefined: it can. */
export function missingVariable(store: Store, pod: ApiObject, container: unknown): string | undefined {
  for (const source of listAt(container, 'envFrom')) {
    const why = missing(store, pod, objectAt(source, 'configMapRef'), objectAt(source, 'secretRef'));
    if (why !== undefined) return why;
  }
  for (const variable of listAt(container, 'env')) {
    const from = valueAt(variable, 'valueFrom');
    const [configMap, secret] = [objectAt(from, 'configMapKeyRef'), objectAt(from, 'secretKeyRef')];
    const why = missing(store, pod, configMap, secret) ?? missingKey(store, pod, configMap, secret);
    if (why !== undefined) return why;
  }
  return undefined;
}

type Reference = Readonly<Record<string, unknown>> | undefined;

function missing(store: Store, pod: ApiObject, configMap: Reference, secret: Reference): string | undefined {
  const { namespace } = pod.metadata;
  for (const [reference, plural] of [
    [configMap, 'configmap'],
    [secret, 'secret'],
  ] as const) {
    if (!reference || reference['optional'] === true) continue;
    const name = stringAt(reference, 'name') || stringAt(reference, 'secretName');
    if (!store.collection(`/${plural}s`).get(`${namespace}/${name}`))
      return `${plural} ${JSON.stringify(name)} not found`;
  }
  return undefined;
}

function missingKey(store: Store, pod: ApiObject, configMap: Reference, secret: Reference): string | undefined {
  const { namespace } = pod.metadata;
  for (const [reference, kind] of [
    [configMap, 'ConfigMap'],
    [secret, 'Secret'],
  ] as const) {
    if (!reference || reference['optional'] === true) continue;
    const [name, key] = [stringAt(reference, 'name'), stringAt(reference, 'key')];
    const object = store.collection(`/${kind.toLowerCase()}s`).get(`${namespace}/${name}`);
    const data = [valueAt(object, 'data'), valueAt(object, 'binaryData')];
    if (!data.some((each) => isObject(each) && Object.hasOwn(each, key)))
      return `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
  }
  return undefined;
}
