import { PODS } from '../admission/pods.ts';
import { listAt, stringAt } from '../schema/json.ts';
import { changeMeta } from './change-meta.ts';
import { WorkLoop } from './work-loop.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Controller } from './controller.ts';

const CLAIMS = '/persistentvolumeclaims';
const VOLUMES = '/persistentvolumes';

/** The finalizers that new claims and volumes get, so that none goes while it is used. */
const PROTECTION: Readonly<Record<string, string>> = {
  [CLAIMS]: 'kubernetes.io/pvc-protection',
  [VOLUMES]: 'kubernetes.io/pv-protection',
};

/** Lets deleted volume claims go once no pod uses them, and deleted volumes once no claim is bound to them. */
export function startStorageProtection(api: Api, report: (error: unknown) => void): Controller {
  const loop = new WorkLoop<string>((collection) => {
    for (const object of api.store.collection(collection).list(undefined) ?? []) free(api, collection, object);
  }, report);
  const stop = api.store.subscribe((collection, { type, object }) => {
    const { name } = collection;
    if (name === PODS && type !== 'ADDED') loop.add(CLAIMS);
    if ((name === CLAIMS || name === VOLUMES) && object.metadata.deletionTimestamp) loop.add(name);
    if (name === CLAIMS && type === 'DELETED') loop.add(VOLUMES);
  });
  return {
    stop() {
      stop();
      loop.stop();
    },
  };
}

function free(api: Api, collection: string, object: ApiObject): void {
  const finalizer = PROTECTION[collection] ?? '';
  const { deletionTimestamp, finalizers } = object.metadata;
  const kind = api.kinds.findByCollection(collection);
  if (!kind || !deletionTimestamp || !finalizers?.includes(finalizer)) return;
  if (collection === CLAIMS ? usedByPod(api, object) : stringAt(object, 'status', 'phase') === 'Bound') return;
  changeMeta(api, kind, object, (metadata) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
  });
}

function usedByPod(api: Api, { metadata }: ApiObject): boolean {
  const pods = api.store.collection(PODS).list(metadata.namespace) ?? [];
  return pods.some(
    (pod) =>
      !['Failed', 'Succeeded'].includes(stringAt(pod, 'status', 'phase')) &&
      stringAt(pod, 'spec', 'nodeName') !== '' &&
      listAt(pod, 'spec', 'volumes').some(
        (volume) => stringAt(volume, 'persistentVolumeClaim', 'claimName') === metadata.name,
      ),
  );
}
