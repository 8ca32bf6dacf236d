import { PODS } from '../../admission/pods.ts';
import { StatusError } from '../../http/status.ts';
import { isNamespaceTerminating } from '../../admission/namespaces.ts';
import { EventRecorder } from './event-recorder.ts';
import { DeploymentSync } from './deployment-sync.ts';
import { TimedQueue } from './timed-queue.ts';
import { CONTROLLER_MANAGER } from '../change-meta.ts';
import { controllerOf, DEPLOYMENTS, REPLICA_SETS, selects } from './views.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Api } from '../../verbs/api.ts';
import type { Controller } from '../controller.ts';

const SOURCE = { component: 'deployment-controller', manager: CONTROLLER_MANAGER };

/** Gives every Deployment its ReplicaSets. Source: pkg/controller/deployment of k8s.io/kubernetes. */
export function startDeployments(api: Api, report: (error: unknown) => void): Controller {
  const recorder = new EventRecorder(api, SOURCE, report);
  const deployments = api.store.collection(DEPLOYMENTS);
  const replicaSets = api.store.collection(REPLICA_SETS);
  const queue = new TimedQueue(
    api.clock,
    (key) => {
      const object = deployments.get(key);
      if (!object) return queue.forget(key);
      try {
        new DeploymentSync(api, recorder, key, (ms) => queue.addAfter(key, ms)).run();
        queue.succeeded(key);
      } catch (error) {
        if (isNamespaceTerminating(error)) return;
        queue.retry(key);
        // What the API refuses is told in the status and by an Event.
        if (!(error instanceof StatusError)) throw error;
      }
    },
    report,
  );
  const addOwner = (replicaSet: ApiObject): void => {
    const owner = controllerOf(replicaSet);
    const { namespace, labels } = replicaSet.metadata;
    if (owner) {
      if (owner.kind === 'Deployment') queue.add(`${namespace}/${owner.name}`);
      return;
    }
    // One without an owner may be adopted.
    for (const deployment of deployments.list(namespace) ?? [])
      if (selects(deployment)(labels)) queue.add(`${namespace}/${deployment.metadata.name}`);
  };
  const stops = [
    deployments.subscribe(({ key }) => queue.add(key)),
    replicaSets.subscribe(({ object, previous }) => {
      if (previous && controllerOf(previous)?.uid !== controllerOf(object)?.uid) addOwner(previous);
      addOwner(object);
    }),
    // Who replaces all pods at once waits for the old ones to be gone.
    api.store.collection(PODS).subscribe(({ type, object }) => {
      const owner = type === 'DELETED' ? controllerOf(object) : undefined;
      const replicaSet = owner && replicaSets.get(`${object.metadata.namespace}/${owner.name}`);
      if (replicaSet) addOwner(replicaSet);
    }),
  ];
  return {
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
  };
}
