import { SERVER } from '../../auth/user.ts';
import { formatTime } from '../../clock.ts';
import { PODS } from '../../admission/pods.ts';
import { deepCopy, deepEqual, listAt, objectAt } from '../../schema/json.ts';
import { ownWrite } from '../../verbs/api.ts';
import { create } from '../../verbs/create.ts';
import { remove } from '../../verbs/delete.ts';
import { changeObject, CONTROLLER_MANAGER } from '../change-meta.ts';
import { StatusError } from '../../http/status.ts';
import { claim, controllerReference } from './claim.ts';
import { podsToDelete } from './pods-to-delete.ts';
import { isNamespaceTerminating } from '../../admission/namespaces.ts';
import {
  controllerOf,
  isActive,
  isControlledBy,
  isTerminal,
  readReplicaSet,
  readySince,
  REPLICA_SETS,
  selects,
} from './views.ts';
import type { ServedKind } from '../../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../../store/object.ts';
import type { Api } from '../../verbs/api.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { ReplicaSet, ReplicaSetStatus, TimedCondition } from './views.ts';

/** As many pods are made or deleted in one turn. */
const BURST = 500;

/** One turn of one ReplicaSet: as many pods as it wants, and its status. */
export class ReplicaSetSync {
  readonly #api: Api;
  readonly #recorder: EventRecorder;
  readonly #key: string;
  readonly #comeBack: (ms: number) => void;
  readonly #kinds: { readonly replicaSet: ServedKind; readonly pod: ServedKind };

  constructor(api: Api, recorder: EventRecorder, key: string, comeBack: (ms: number) => void) {
    const replicaSet = api.kinds.findByKind('apps/v1', 'ReplicaSet');
    const pod = api.kinds.findByKind('v1', 'Pod');
    if (!replicaSet || !pod) throw new Error('ReplicaSets are not served');
    this.#api = api;
    this.#recorder = recorder;
    this.#key = key;
    this.#comeBack = comeBack;
    this.#kinds = { replicaSet, pod };
  }

  /** Throws what the API refuses, once the status tells of it. */
  run(): void {
    const replicaSet = this.#replicaSet();
    const active = claim(this.#api, replicaSet.object, this.#kinds.pod, this.#pods().filter(isActive));
    const missing = replicaSet.replicas - active.length;
    let refused: StatusError | undefined;
    if (!replicaSet.object.metadata.deletionTimestamp) {
      if (missing > 0) refused = this.#make(replicaSet, Math.min(missing, BURST));
      else if (missing < 0) this.#delete(replicaSet, active, Math.min(-missing, BURST));
    }
    this.#report(refused, missing);
    if (refused) throw refused;
  }

  #replicaSet(): ReplicaSet {
    const object = this.#api.store.collection(REPLICA_SETS).get(this.#key);
    if (!object) throw new Error(`ReplicaSet ${this.#key} has gone`);
    return readReplicaSet(object);
  }

  #pods(): readonly ApiObject[] {
    return this.#api.store.collection(PODS).list(this.#key.split('/')[0]) ?? [];
  }

  /** Ends at the first that is refused: the others would be, too. */
  #make(replicaSet: ReplicaSet, count: number): StatusError | undefined {
    const { object } = replicaSet;
    const { pod } = this.#kinds;
    for (let made = 0; made < count; made++) {
      try {
        const draft = podFor(replicaSet);
        pod.strategy.applyDefaults(draft);
        const { metadata } = create(this.#api, pod, object.metadata.namespace, draft, OWN);
        this.#recorder.record(object, {
          type: 'Normal',
          reason: 'SuccessfulCreate',
          message: `Created pod: ${metadata.name}`,
        });
      } catch (error) {
        if (isNamespaceTerminating(error)) return undefined;
        if (!(error instanceof StatusError)) throw error;
        this.#recorder.record(object, {
          type: 'Warning',
          reason: 'FailedCreate',
          message: `Error creating: ${error.message}`,
        });
        return error;
      }
    }
    return undefined;
  }

  #delete({ object }: ReplicaSet, active: readonly ApiObject[], count: number): void {
    const now = this.#api.clock.now().getTime();
    for (const { metadata } of podsToDelete(active, this.#related(object), count, now)) {
      remove(this.#api, this.#kinds.pod, metadata.namespace, metadata.name, {});
      const message = `Deleted pod: ${metadata.name}`;
      this.#recorder.record(object, { type: 'Normal', reason: 'SuccessfulDelete', message });
    }
  }

  /** The pods of all ReplicaSets with the same owner. */
  #related(object: ApiObject): readonly ApiObject[] {
    const owner = controllerOf(object)?.uid;
    const sets = this.#api.store.collection(REPLICA_SETS).list(object.metadata.namespace) ?? [];
    const matching = sets.filter((set) => set === object || (owner && controllerOf(set)?.uid === owner)).map(selects);
    return this.#pods().filter((pod) => matching.some((matches) => matches(pod.metadata.labels)));
  }

  #report(refused: StatusError | undefined, missing: number): void {
    const replicaSet = this.#replicaSet();
    const { object, minReadySeconds } = replicaSet;
    const matches = selects(object);
    const own = this.#pods().filter((pod) => isControlledBy(pod, object) && matches(pod.metadata.labels));
    const active = own.filter(isActive);
    const now = this.#api.clock.now().getTime();
    const ages = active.flatMap((pod) => {
      const since = readySince(pod);
      return since === undefined ? [] : [now - since];
    });
    const available = ages.filter((age) => age >= minReadySeconds * 1000);
    this.#writeStatus(replicaSet, {
      observedGeneration: object.metadata.generation ?? 0,
      replicas: active.length,
      fullyLabeledReplicas: active.filter((pod) => hasLabels(pod, objectAt(replicaSet.template, 'metadata', 'labels')))
        .length,
      readyReplicas: ages.length,
      availableReplicas: available.length,
      terminatingReplicas: own.filter((pod) => pod.metadata.deletionTimestamp && !isTerminal(pod)).length,
      conditions: this.#conditions(replicaSet, refused, missing),
    });
    const youngest = ages.filter((age) => age < minReadySeconds * 1000);
    if (youngest.length > 0) this.#comeBack(minReadySeconds * 1000 - Math.max(...youngest));
  }

  #conditions({ status }: ReplicaSet, refused: StatusError | undefined, missing: number): readonly TimedCondition[] {
    const failed = status.conditions.some(({ type }) => type === 'ReplicaFailure');
    if (!refused) return status.conditions.filter(({ type }) => type !== 'ReplicaFailure');
    if (failed) return status.conditions;
    const condition = {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: formatTime(this.#api.clock.now()),
      reason: missing > 0 ? 'FailedCreate' : 'FailedDelete',
      message: refused.message,
    };
    return [...status.conditions, condition];
  }

  #writeStatus({ object }: ReplicaSet, status: ReplicaSetStatus): void {
    const wanted = replicaSetStatusJson(status);
    if (deepEqual(wanted, object['status'])) return;
    const { namespace, name } = object.metadata;
    changeObject(this.#api, this.#kinds.replicaSet, namespace, name, 'status', (draft) => {
      draft['status'] = wanted;
    });
  }
}

const OWN = ownWrite(SERVER, CONTROLLER_MANAGER);

/** Only `replicas` is written where it is 0. */
function replicaSetStatusJson(status: ReplicaSetStatus): object {
  const { replicas, terminatingReplicas, conditions } = status;
  const counts = Object.entries({
    fullyLabeledReplicas: status.fullyLabeledReplicas,
    readyReplicas: status.readyReplicas,
    availableReplicas: status.availableReplicas,
    observedGeneration: status.observedGeneration,
  }).filter(([, count]) => count !== 0);
  return { replicas, ...Object.fromEntries(counts), terminatingReplicas, ...(conditions.length > 0 && { conditions }) };
}

function hasLabels({ metadata }: ApiObject, wanted: Readonly<Record<string, unknown>> | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => metadata.labels?.[key] === value);
}

function podFor({ object, template, name }: ReplicaSet): Draft {
  const { labels, annotations, finalizers } = readMeta(template);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(object.metadata.namespace !== undefined && { namespace: object.metadata.namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers.length > 0 && { finalizers }),
      ownerReferences: [controllerReference(object)],
    },
    spec: deepCopy(objectAt(template, 'spec') ?? {}),
  };
}

function readMeta(template: unknown) {
  return {
    labels: texts(objectAt(template, 'metadata', 'labels')),
    annotations: texts(objectAt(template, 'metadata', 'annotations')),
    finalizers: listAt(template, 'metadata', 'finalizers').filter((each) => typeof each === 'string'),
  };
}

export function texts(map: Readonly<Record<string, unknown>> | undefined): Record<string, string> | undefined {
  if (!map) return undefined;
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}
