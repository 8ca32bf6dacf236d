import { PODS } from '../../admission/pods.ts';
import { StatusError } from '../../http/status.ts';
import { CONTROLLER_MANAGER } from '../change-meta.ts';
import { EventRecorder } from './event-recorder.ts';
import { ReplicaSetSync } from './replica-set-sync.ts';
import { TimedQueue } from './timed-queue.ts';
import { controllerOf, REPLICA_SETS, selects } from './views.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Api } from '../../verbs/api.ts';
import type { Controller } from '../controller.ts';

const SOURCE = { component: 'replicaset-controller', manager: CONTROLLER_MANAGER };

/** Gives every ReplicaSet its pods. Source: pkg/controller/replicaset of k8s.io/kubernetes. */
export function startReplicaSets(api: Api, report: (error: unknown) => void): Controller {
  const recorder = new EventRecorder(api, SOURCE, report);
  const replicaSets = api.store.collection(REPLICA_SETS);
  const queue = new TimedQueue(
    api.clock,
    (key) => {
      if (!replicaSets.get(key)) return queue.forget(key);
      try {
        new ReplicaSetSync(api, recorder, key, (ms) => queue.addAfter(key, ms)).run();
        queue.succeeded(key);
      } catch (error) {
        queue.retry(key);
        // What the API refuses is told in the status and by an Event.
        if (!(error instanceof StatusError)) throw error;
      }
    },
    report,
  );
  const addOwner = (pod: ApiObject): void => {
    const owner = controllerOf(pod);
    const { namespace, labels } = pod.metadata;
    if (owner) {
      if (owner.kind === 'ReplicaSet') queue.add(`${namespace}/${owner.name}`);
      return;
    }
    // One without an owner may be adopted.
    for (const replicaSet of replicaSets.list(namespace) ?? [])
      if (selects(replicaSet)(labels)) queue.add(`${namespace}/${replicaSet.metadata.name}`);
  };
  const stops = [
    replicaSets.subscribe(({ key }) => queue.add(key)),
    api.store.collection(PODS).subscribe(({ object, previous }) => {
      if (previous && controllerOf(previous)?.uid !== controllerOf(object)?.uid) addOwner(previous);
      addOwner(object);
    }),
  ];
  return {
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
  };
}
