import { PODS } from '../admission/pods.ts';
import { remove } from '../verbs/delete.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Controller } from './controller.ts';

/**
 * Ends the grace period of deleted pods that are on a node. There are no nodes that would do it: the containers of a pod are
 * taken to end as late as they may.
 */
export function startPodTermination(api: Api, report: (error: unknown) => void): Controller {
  const pods = api.store.collection(PODS);
  const waiting = new Map<string, () => void>();
  const forget = (uid: string): void => {
    waiting.get(uid)?.();
    waiting.delete(uid);
  };
  const end = ({ metadata }: ApiObject): void => {
    const kind = api.kinds.findByCollection(PODS);
    const { uid, namespace, name } = metadata;
    if (!kind || uid === undefined || pods.get(`${namespace}/${name}`)?.metadata.uid !== uid) return;
    try {
      remove(api, kind, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      report(error);
    }
  };
  const unsubscribe = pods.subscribe(({ type, object }) => {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
    if (uid === undefined || (type !== 'DELETED' && !deletionGracePeriodSeconds)) return;
    forget(uid);
    if (type === 'DELETED' || !deletionTimestamp) return;
    const left = Date.parse(deletionTimestamp) - api.clock.now().getTime();
    waiting.set(
      uid,
      api.clock.after(left, () => end(object)),
    );
  });
  return {
    stop() {
      unsubscribe();
      for (const cancel of waiting.values()) cancel();
    },
  };
}
