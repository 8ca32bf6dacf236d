import { SERVER } from '../../auth/user.ts';
import { PODS } from '../../admission/pods.ts';
import { StatusError } from '../../http/status.ts';
import { isNamespaceTerminating } from '../../admission/namespaces.ts';
import { deepCopy, deepEqual, objectAt } from '../../schema/json.ts';
import { ownWrite } from '../../verbs/api.ts';
import { create } from '../../verbs/create.ts';
import { remove } from '../../verbs/delete.ts';
import { changeObject, CONTROLLER_MANAGER } from '../change-meta.ts';
import { claim, controllerReference } from './claim.ts';
import {
  conditionOf,
  countedStatus,
  deploymentStatusJson,
  isComplete,
  newCondition,
  rolloutStatus,
  timeLeft,
  withCondition,
} from './deployment-status.ts';
import { currentAnnotations, REVISION, revisionOf, sizeAnnotations } from './replica-set-annotations.ts';
import { byAge, DESIRED, scale, shrinkOld, sizeOfNew, sum } from './rollout.ts';
import { sameTemplate, templateHash } from './template-hash.ts';
import {
  DEPLOYMENTS,
  HASH_LABEL,
  isControlledBy,
  isTerminal,
  readDeployment,
  readReplicaSet,
  REPLICA_SETS,
} from './views.ts';
import type { ServedKind } from '../../kinds/served-kind.ts';
import type { Api } from '../../verbs/api.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Outlook } from './deployment-status.ts';
import type { Deployment, DeploymentStatus, ReplicaSet, TimedCondition } from './views.ts';

/** A name of a ReplicaSet is at most so long. */
const LONGEST_NAME = 253;

/** One turn of one Deployment. What it writes brings the next turn, until there is nothing left to write. */
export class DeploymentSync {
  readonly #api: Api;
  readonly #recorder: EventRecorder;
  readonly #key: string;
  readonly #comeBack: (ms: number) => void;
  readonly #kinds: { readonly deployment: ServedKind; readonly replicaSet: ServedKind };

  /** `comeBack` asks for another turn in so many milliseconds. */
  constructor(api: Api, recorder: EventRecorder, key: string, comeBack: (ms: number) => void) {
    const deployment = api.kinds.findByKind('apps/v1', 'Deployment');
    const replicaSet = api.kinds.findByKind('apps/v1', 'ReplicaSet');
    if (!deployment || !replicaSet) throw new Error('apps/v1 is not served');
    this.#api = api;
    this.#recorder = recorder;
    this.#key = key;
    this.#comeBack = comeBack;
    this.#kinds = { deployment, replicaSet };
  }

  run(): void {
    const { object } = this.#deployment();
    if (Object.keys(objectAt(object, 'spec', 'selector') ?? {}).length === 0) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      this.#recorder.record(object, { type: 'Warning', reason: 'SelectingAll', message });
      return;
    }
    if (object.metadata.deletionTimestamp) return this.#count();
    this.#notePause();
    if (this.#deployment().paused || this.#isScaled()) this.#scale();
    else if (this.#deployment().rolling) this.#roll();
    else this.#recreate();
  }

  #deployment(): Deployment {
    const object = this.#api.store.collection(DEPLOYMENTS).get(this.#key);
    if (!object) throw new Error(`Deployment ${this.#key} has gone`);
    return readDeployment(object);
  }

  /** Its ReplicaSets, the oldest first. */
  #replicaSets(deployment: Deployment): { current: ReplicaSet | undefined; old: ReplicaSet[] } {
    const { object, template } = deployment;
    const candidates = this.#api.store.collection(REPLICA_SETS).list(object.metadata.namespace) ?? [];
    const all = claim(this.#api, object, this.#kinds.replicaSet, candidates).map(readReplicaSet).sort(byAge);
    const current = all.find((replicaSet) => sameTemplate(replicaSet.template, template));
    return { current, old: all.filter((replicaSet) => replicaSet !== current) };
  }

  #outlook(): Outlook {
    const deployment = this.#deployment();
    return { deployment, ...this.#replicaSets(deployment), now: this.#api.clock.now() };
  }

  /** The same once the current ReplicaSet has its revision, and, where that is asked for, is there. */
  #prepared(make: boolean): Outlook {
    const { deployment, current, old } = this.#outlook();
    const revision = Math.max(0, ...old.map(({ object }) => revisionOf(object))) + 1;
    if (current) this.#adjust(deployment, current, revision);
    else if (make) this.#make(deployment, old, revision);
    return this.#outlook();
  }

  #isScaled(): boolean {
    const { deployment, current, old } = this.#prepared(false);
    return [...old, ...(current ? [current] : [])].some(({ object, replicas }) => {
      const desired = object.metadata.annotations?.[DESIRED];
      return replicas > 0 && desired !== undefined && Number(desired) !== deployment.replicas;
    });
  }

  /** A change of the wished number, or a Deployment that rests. */
  #scale(): void {
    const outlook = this.#prepared(false);
    const { resizes, annotate } = scale(outlook.deployment, outlook.current, outlook.old);
    for (const { replicaSet, size } of resizes) this.#resize(replicaSet, size, annotate);
    if (outlook.deployment.paused) this.#cleanUp(outlook);
    this.#count();
  }

  #roll(): void {
    const { deployment, current, old } = this.#prepared(true);
    // Its name was taken: the next turn has another one.
    if (!current) return;
    const grown = this.#resize(current, sizeOfNew(deployment, old, current.replicas));
    if (grown) return this.#report();
    const resizes = shrinkOld(deployment, old, current);
    for (const { replicaSet, size } of resizes) this.#resize(replicaSet, size);
    if (resizes.length === 0 && isComplete(deployment, deployment.status)) this.#cleanUp(this.#outlook());
    this.#report();
  }

  /** All old pods go before the first new one comes. */
  #recreate(): void {
    const { old, current } = this.#prepared(false);
    const active = old.filter(({ replicas }) => replicas > 0);
    for (const replicaSet of active) this.#resize(replicaSet, 0);
    if (active.length > 0 || this.#oldPodsRun(old)) return this.#report();
    const { deployment } = this.#prepared(true);
    const next = current ?? this.#outlook().current;
    if (next) this.#resize(next, deployment.replicas);
    if (isComplete(deployment, deployment.status)) this.#cleanUp(this.#outlook());
    this.#report();
  }

  #oldPodsRun(old: readonly ReplicaSet[]): boolean {
    if (sum(old, ({ status }) => status.replicas) > 0) return true;
    const [namespace] = this.#key.split('/');
    const pods = this.#api.store.collection(PODS).list(namespace) ?? [];
    return pods.some((pod) => !isTerminal(pod) && old.some(({ object }) => isControlledBy(pod, object)));
  }

  #adjust(
    { object, minReadySeconds, status, progressDeadlineSeconds }: Deployment,
    current: ReplicaSet,
    revision: number,
  ): void {
    const { metadata } = current.object;
    const annotations = currentAnnotations(object, metadata.annotations ?? {}, revision);
    if (!deepEqual(annotations, metadata.annotations ?? {}) || current.minReadySeconds !== minReadySeconds) {
      const { replicaSet } = this.#kinds;
      changeObject(this.#api, replicaSet, metadata.namespace, metadata.name, '', (draft) => {
        draft.metadata.annotations = annotations;
        const { minReadySeconds: _, ...spec } = objectAt(draft, 'spec') ?? {};
        draft['spec'] = minReadySeconds === 0 ? spec : { ...spec, minReadySeconds };
      });
      return;
    }
    const found = newCondition(
      'Progressing',
      'True',
      'FoundNewReplicaSet',
      `Found new replica set ${JSON.stringify(metadata.name)}`,
      this.#api.clock.now(),
    );
    const isNews = progressDeadlineSeconds !== undefined && !conditionOf(status, 'Progressing');
    this.#note(annotations[REVISION], isNews ? found : undefined);
  }

  /** Makes the ReplicaSet for the template as it is now. Throws what the API refuses, once the status tells of it. */
  #make(deployment: Deployment, old: readonly ReplicaSet[], revision: number): void {
    const { object, template, progressDeadlineSeconds } = deployment;
    const hash = templateHash(template, deployment.status.collisionCount);
    const draft = replicaSetFor(deployment, old, hash, revision);
    const { name } = draft.metadata;
    const { replicas } = draft.spec;
    const { replicaSet } = this.#kinds;
    try {
      replicaSet.strategy.applyDefaults(draft);
      create(this.#api, replicaSet, object.metadata.namespace, draft, ownWrite(SERVER, CONTROLLER_MANAGER));
    } catch (error) {
      if (!(error instanceof StatusError) || isNamespaceTerminating(error)) throw error;
      // Another template has the same hash, or somebody else took the name: the next turn has another hash.
      if (error.status.reason === 'AlreadyExists') {
        const count = (deployment.status.collisionCount ?? 0) + 1;
        this.#writeStatus({ ...deployment.status, collisionCount: count });
        return;
      }
      const message = `Failed to create new replica set ${JSON.stringify(name)}: ${error.message}`;
      const refused = newCondition('Progressing', 'False', 'ReplicaSetCreateError', message, this.#api.clock.now());
      if (progressDeadlineSeconds !== undefined) this.#note(undefined, refused);
      this.#recorder.record(object, { type: 'Warning', reason: 'ReplicaSetCreateError', message });
      throw error;
    }
    if (replicas > 0) this.#tellSize(deployment, 'up', name, 0, replicas);
    const made = newCondition(
      'Progressing',
      'True',
      'NewReplicaSetCreated',
      `Created new replica set ${JSON.stringify(name)}`,
      this.#api.clock.now(),
    );
    this.#note(String(revision), progressDeadlineSeconds === undefined ? undefined : made);
  }

  #resize(replicaSet: ReplicaSet, size: number, annotate = false): boolean {
    const deployment = this.#deployment();
    const { metadata } = replicaSet.object;
    const sizes = sizeAnnotations(deployment);
    const told = Object.entries(sizes).every(([name, value]) => metadata.annotations?.[name] === value);
    const current = this.#api.store.collection(REPLICA_SETS).get(`${metadata.namespace}/${metadata.name}`);
    const before = current ? readReplicaSet(current).replicas : replicaSet.replicas;
    if (before === size && (!annotate || told)) return false;
    changeObject(this.#api, this.#kinds.replicaSet, metadata.namespace, metadata.name, '', (draft) => {
      draft['spec'] = { ...objectAt(draft, 'spec'), replicas: size };
      draft.metadata.annotations = { ...draft.metadata.annotations, ...sizes };
    });
    if (before === size) return false;
    this.#tellSize(deployment, before < size ? 'up' : 'down', metadata.name, before, size);
    return true;
  }

  #tellSize({ object }: Deployment, way: 'up' | 'down', name: string, from: number, to: number): void {
    const message = `Scaled ${way} replica set ${name} from ${from} to ${to}`;
    this.#recorder.record(object, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }

  /** Old ReplicaSets without pods go, but for the latest: those can be gone back to. */
  #cleanUp({ deployment, old }: Outlook): void {
    const limit = deployment.revisionHistoryLimit;
    const alive = old.filter(({ object }) => !object.metadata.deletionTimestamp);
    if (limit === undefined || alive.length <= limit) return;
    const sorted = [...alive].sort((a, b) => revisionOf(a.object) - revisionOf(b.object) || byAge(a, b));
    for (const { object, name, replicas, status } of sorted.slice(0, alive.length - limit)) {
      const seen = status.observedGeneration >= (object.metadata.generation ?? 0);
      if (replicas === 0 && status.replicas === 0 && seen)
        remove(this.#api, this.#kinds.replicaSet, object.metadata.namespace, name, {});
    }
  }

  /** What rests makes no progress, and is not late. */
  #notePause(): void {
    const { paused, status, progressDeadlineSeconds } = this.#deployment();
    const before = conditionOf(status, 'Progressing');
    if (progressDeadlineSeconds === undefined || before?.reason === 'ProgressDeadlineExceeded') return;
    if (paused === (before?.reason === 'DeploymentPaused')) return;
    const [reason, message] = paused
      ? ['DeploymentPaused', 'Deployment is paused']
      : ['DeploymentResumed', 'Deployment is resumed'];
    this.#note(undefined, newCondition('Progressing', 'Unknown', reason, message, this.#api.clock.now()));
  }

  #note(revision: string | undefined, condition: TimedCondition | undefined): void {
    const { status } = this.#deployment();
    const conditions = condition ? withCondition(status.conditions, condition) : status.conditions;
    this.#writeStatus({ ...status, conditions }, revision);
  }

  #count(): void {
    this.#writeStatus(countedStatus(this.#outlook()));
  }

  /** The status of a rollout; while that shows no progress, another turn when it is late. */
  #report(): void {
    const outlook = this.#outlook();
    const status = rolloutStatus(outlook);
    this.#writeStatus(status);
    const left = timeLeft(outlook.deployment, conditionOf(status, 'Progressing'), outlook.now);
    // Times are whole seconds: one more, and it is late.
    if (left !== undefined) this.#comeBack(Math.max(0, left) + 1000);
  }

  #writeStatus(status: DeploymentStatus, revision?: string): void {
    const { object } = this.#deployment();
    const wanted = deploymentStatusJson(status);
    const { annotations } = object.metadata;
    const revised = revision !== undefined && annotations?.[REVISION] !== revision;
    if (!revised && deepEqual(wanted, object['status'] ?? {})) return;
    const { namespace, name } = object.metadata;
    changeObject(this.#api, this.#kinds.deployment, namespace, name, 'status', (draft) => {
      draft['status'] = wanted;
      if (revised) draft.metadata.annotations = { ...annotations, [REVISION]: revision };
    });
  }
}

function replicaSetFor(deployment: Deployment, old: readonly ReplicaSet[], hash: string, revision: number) {
  const { object, minReadySeconds } = deployment;
  const { name, namespace } = object.metadata;
  const template = deepCopy(deployment.template);
  const metadata = objectAt(template, 'metadata') ?? {};
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectAt(metadata, 'labels') ?? {})) labels[key] = String(value);
  labels[HASH_LABEL] = hash;
  const selector = objectAt(object, 'spec', 'selector') ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name.slice(0, LONGEST_NAME - 1 - hash.length)}-${hash}`,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels },
      annotations: { ...currentAnnotations(object, {}, revision), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(object)],
    },
    spec: {
      replicas: sizeOfNew(deployment, old, 0),
      ...(minReadySeconds !== 0 && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}
