import { randomBytes } from 'node:crypto';
import { PODS } from '../../admission/pods.ts';
import { formatTime } from '../../clock.ts';
import { deepEqual, objectAt, stringAt, valueAt } from '../../schema/json.ts';
import { remove } from '../../verbs/delete.ts';
import { changeObject } from '../change-meta.ts';
import { missingVariable, missingVolume } from './missing-references.ts';
import { HOST_IP } from './node.ts';
import { beginRun, isInitialized, isRunning, isWaiting, podStatus, terminatedOf } from './pod-run.ts';
import { fateOfImage } from './workload-options.ts';
import { numberAt } from './views.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Api } from '../../verbs/api.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { PodLogs } from './pod-logs.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';
import type { ContainerStart, WorkloadOptions } from './workload-options.ts';

/** What a pod's worker has of its node. */
export interface Node {
  readonly api: Api;
  readonly recorder: EventRecorder;
  readonly options: Required<WorkloadOptions>;
  readonly logs: PodLogs;
  readonly report: (error: unknown) => void;
  readonly freeAddress: () => string;
}

/** kubelet's: a failed container or pull is tried again after 10 s, then twice as late each time, up to 5 minutes. */
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 300_000;
/** One that has run so long is not taken to be failing again and again. */
const GOOD_RUN = 2 * LONGEST_BACKOFF;
/** Volumes whose source is missing: from half a second up to two minutes and two seconds. */
const FIRST_MOUNT_RETRY = 500;
const LONGEST_MOUNT_RETRY = 122_000;
const CONFIG_RETRY = 10_000;

/** Sees one pod through its life on the node: what kubelet, the container runtime and the containers would do with it. */
export class PodWorker {
  readonly #node: Node;
  readonly #run: PodRun;
  readonly #timers = new Set<() => void>();
  #pod: ApiObject;
  #ending = false;
  #stopEnd: (() => void) | undefined;

  constructor(node: Node, pod: ApiObject) {
    this.#node = node;
    this.#pod = pod;
    this.#run = beginRun(pod, formatTime(node.api.clock.now()));
  }

  get ip(): string {
    return this.#run.ip;
  }

  start(): void {
    const known = this.#run.containers.some(({ containerID }) => containerID !== '');
    this.#publish();
    if (this.#pod.metadata.deletionTimestamp) return this.changed(this.#pod);
    if (known) this.#takeOver();
    else this.#later(this.#node.options.startDelay, () => this.#mount(FIRST_MOUNT_RETRY));
  }

  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#stopEnd?.();
  }

  /** The pod has changed. */
  changed(pod: ApiObject): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp) this.#end(pod.metadata.deletionTimestamp);
    else this.#publish();
  }

  /** After the cluster's restart: what ran goes on to run, the rest begins again. */
  #takeOver(): void {
    const { uid = '' } = this.#pod.metadata;
    for (const run of this.#run.containers) {
      if (!isRunning(run)) continue;
      this.#node.logs.begin(uid, run.name, []);
      this.#goOn(run);
    }
    this.#advance();
  }

  /** Nothing starts before the volumes are there. */
  #mount(retry: number): void {
    const missing = missingVolume(this.#node.api.store, this.#pod);
    if (missing) {
      const message = `MountVolume.SetUp failed for volume ${JSON.stringify(missing.volume)} : ${missing.why}`;
      this.#tell('Warning', 'FailedMount', message);
      this.#later(retry, () => this.#mount(Math.min(LONGEST_MOUNT_RETRY, retry * 2)));
      return;
    }
    const host = valueAt(this.#pod, 'spec', 'hostNetwork') === true;
    this.#run.ip = host ? HOST_IP : this.#node.freeAddress();
    this.#publish();
    this.#advance();
  }

  /** Starts what may start: one initial container after the other, then all others. */
  #advance(): void {
    const { containers } = this.#run;
    const init = containers.find((run) => run.init && !isInitialized(run));
    const next = init ? [init] : containers.filter(({ init: isInit }) => !isInit);
    for (const run of next) if (!run.busy && isWaiting(run)) this.#begin(run);
  }

  #begin(run: ContainerRun): void {
    run.busy = true;
    const missing = missingVariable(this.#node.api.store, this.#pod, run.container);
    if (missing !== undefined) {
      run.state = { waiting: { reason: 'CreateContainerConfigError', message: missing } };
      this.#tell('Warning', 'Failed', `Error: ${missing}`, run);
      this.#publish();
      this.#later(CONFIG_RETRY, () => this.#begin(run));
    } else if (this.#fateOf(run) === 'unpullable') this.#failPull(run);
    else this.#execute(run);
  }

  #failPull(run: ContainerRun): void {
    const { image } = run;
    const error = pullError(image);
    this.#tell('Normal', 'Pulling', `Pulling image ${JSON.stringify(image)}`, run);
    this.#tell('Warning', 'Failed', `Failed to pull image ${JSON.stringify(image)}: ${error}`, run);
    this.#tell('Warning', 'Failed', 'Error: ErrImagePull', run);
    run.state = { waiting: { reason: 'ErrImagePull', message: error } };
    this.#publish();
    run.backoff = nextBackoff(run.backoff);
    const { startDelay } = this.#node.options;
    this.#later(startDelay, () => {
      const why = `Back-off pulling image ${JSON.stringify(image)}`;
      this.#tell('Normal', 'BackOff', why, run);
      this.#tell('Warning', 'Failed', 'Error: ImagePullBackOff', run);
      run.state = { waiting: { reason: 'ImagePullBackOff', message: `${why}: ErrImagePull: ${error}` } };
      this.#publish();
    });
    this.#later(startDelay + run.backoff, () => this.#begin(run));
  }

  #execute(run: ContainerRun): void {
    const { image } = run;
    this.#tell(
      'Normal',
      'Pulled',
      `Container image ${JSON.stringify(image)} already present on machine and can be accessed by the pod`,
      run,
    );
    this.#tell('Normal', 'Created', 'Container created', run);
    this.#tell('Normal', 'Started', 'Container started', run);
    const start = this.#startOf(run);
    run.containerID = `autopilot://${randomBytes(32).toString('hex')}`;
    run.state = { running: { startedAt: formatTime(this.#node.api.clock.now()) } };
    this.#node.logs.begin(this.#pod.metadata.uid ?? '', run.name, this.#node.options.output(start));
    this.#goOn(run);
    this.#publish();
    if (run.restartable) this.#advance();
  }

  /** What becomes of a container that runs. */
  #goOn(run: ContainerRun): void {
    run.busy = true;
    const fate = this.#fateOf(run);
    const { startDelay } = this.#node.options;
    if (fate === 'crashes' || fate === 'exits')
      this.#later(startDelay, () => this.#exited(run, fate === 'exits' ? 0 : 1));
    else if (run.init && !run.restartable) this.#later(startDelay, () => this.#exited(run, 0));
    else if (fate === 'unready') this.#tellUnready(run);
    else this.#becomeReady(run);
  }

  #becomeReady(run: ContainerRun): void {
    const probe = objectAt(run.container, 'readinessProbe');
    run.ready ||= !probe;
    if (run.ready) return;
    const wait = numberAt(probe, 'initialDelaySeconds') * 1000 + this.#node.options.startDelay;
    this.#later(wait, () => {
      run.ready = true;
      this.#publish();
    });
  }

  #tellUnready(run: ContainerRun): void {
    const probe = objectAt(run.container, 'readinessProbe');
    if (!probe) return;
    const wait = numberAt(probe, 'initialDelaySeconds') * 1000 + this.#node.options.startDelay;
    this.#later(wait, () => {
      this.#tell('Warning', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 500', run);
    });
  }

  #exited(run: ContainerRun, exitCode: number): void {
    const ran = this.#terminate(run, exitCode);
    const policy = run.restartable ? 'Always' : stringAt(this.#pod, 'spec', 'restartPolicy');
    const isDone = run.init && !run.restartable && exitCode === 0;
    if (isDone || policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) {
      run.busy = false;
      this.#publish();
      this.#advance();
      return;
    }
    this.#publish();
    if (ran >= GOOD_RUN) run.backoff = 0;
    const wait = run.backoff;
    run.backoff = nextBackoff(wait);
    // The first time it is started again at once.
    this.#later(this.#node.options.startDelay, () => (wait === 0 ? this.#restart(run) : this.#wait(run, wait)));
  }

  #wait(run: ContainerRun, wait: number): void {
    const pod = this.#podText();
    const seconds = wait / 1000;
    const span = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
    this.#tell('Warning', 'BackOff', `Back-off restarting failed container ${run.name} in pod ${pod}`, run);
    const message = `back-off ${span} restarting failed container=${run.name} pod=${pod}`;
    run.last = terminatedOf(run) ?? run.last;
    run.state = { waiting: { reason: 'CrashLoopBackOff', message } };
    this.#publish();
    this.#later(wait, () => this.#restart(run));
  }

  #restart(run: ContainerRun): void {
    run.last = terminatedOf(run) ?? run.last;
    run.restartCount++;
    this.#begin(run);
  }

  /** Returns how many milliseconds it ran. */
  #terminate(run: ContainerRun, exitCode: number): number {
    const { api, logs } = this.#node;
    const startedAt = 'running' in run.state ? run.state.running.startedAt : '';
    const now = api.clock.now();
    run.ready = false;
    const { containerID } = run;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    run.state = { terminated: { exitCode, reason, startedAt, finishedAt: formatTime(now), containerID } };
    logs.end(this.#pod.metadata.uid ?? '', run.name);
    return now.getTime() - Date.parse(startedAt);
  }

  /** Containers are asked to end; once they have, or at `deadline`, the pod goes. Another deletion may bring that forward. */
  #end(deadline: string): void {
    const { api, options } = this.#node;
    if (!this.#ending) {
      this.#ending = true;
      this.stop();
      for (const run of this.#run.containers.filter(isRunning))
        this.#tell('Normal', 'Killing', `Stopping container ${run.name}`, run);
    }
    this.#stopEnd?.();
    const left = Date.parse(deadline) - api.clock.now().getTime();
    const wait = Math.max(0, Math.min(options.stopDelay, left));
    this.#stopEnd = api.clock.after(wait, () => this.#guarded(() => this.#gone()));
  }

  #gone(): void {
    for (const run of this.#run.containers.filter(isRunning)) this.#terminate(run, 0);
    this.#publish();
    const { api } = this.#node;
    const kind = api.kinds.findByCollection(PODS);
    const { uid, namespace, name } = this.#pod.metadata;
    if (kind && uid !== undefined && this.#isThere())
      remove(api, kind, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
  }

  #publish(): void {
    const { api } = this.#node;
    const kind = api.kinds.findByCollection(PODS);
    if (!kind || !this.#isThere()) return;
    const { namespace, name } = this.#pod.metadata;
    const status = podStatus(this.#pod, this.#run, api.clock.now(), this.#ending);
    if (deepEqual(status, this.#pod['status'])) return;
    changeObject(api, kind, namespace, name, 'status', (draft) => void (draft['status'] = status), 'kubelet');
    this.#isThere();
  }

  /** Whether the very pod is still there; then `#pod` is what it is now. */
  #isThere(): boolean {
    const { uid, namespace, name } = this.#pod.metadata;
    const pod = this.#node.api.store.collection(PODS).get(`${namespace}/${name}`);
    if (!pod || pod.metadata.uid !== uid) return false;
    this.#pod = pod;
    return true;
  }

  #fateOf(run: ContainerRun) {
    return this.#node.options.fate(this.#startOf(run)) ?? fateOfImage(run.image);
  }

  #startOf({ name, image, restartCount }: ContainerRun): ContainerStart {
    return { pod: this.#pod, container: name, image, restartCount };
  }

  #podText(): string {
    const { name, namespace, uid } = this.#pod.metadata;
    return `${name}_${namespace}(${uid})`;
  }

  #tell(type: 'Normal' | 'Warning', reason: string, message: string, run?: ContainerRun): void {
    const fieldPath = run && `spec.${run.init ? 'initContainers' : 'containers'}{${run.name}}`;
    this.#node.recorder.record(this.#pod, { type, reason, message, ...(fieldPath !== undefined && { fieldPath }) });
  }

  #later(ms: number, callback: () => void): void {
    const cancel = this.#node.api.clock.after(ms, () => {
      this.#timers.delete(cancel);
      this.#guarded(callback);
    });
    this.#timers.add(cancel);
  }

  #guarded(callback: () => void): void {
    try {
      if (this.#isThere()) callback();
    } catch (error) {
      this.#node.report(error);
    }
  }
}

function nextBackoff(before: number): number {
  return before === 0 ? FIRST_BACKOFF : Math.min(LONGEST_BACKOFF, before * 2);
}

/** What containerd says to an image of a host that no name server knows. */
function pullError(image: string): string {
  const [host = '', ...path] = image.split('/');
  const [name = '', tag = 'latest'] = path.join('/').split(/:(?=[^/]*$)/);
  const reference = path.join('/').includes(':') ? image : `${image}:${tag}`;
  const url = `https://${host}/v2/${name}/manifests/${tag}`;
  return (
    `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ` +
    `failed to do request: Head "${url}": dial tcp: lookup ${host.split(':')[0]}: no such host`
  );
}
