import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatTime } from '../../../../devcluster/clock.ts';
import { beginRun, podStatus } from '../../../../devcluster/controllers/workloads/pod-run.ts';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../../../../devcluster/schema/json.ts';
import { environmentOf } from './environment.ts';
import { MissingError } from './pod-api.ts';
import { untilProbed } from './probe.ts';
import { Volumes } from './volumes.ts';
import type { PodLogs } from '../../../../devcluster/controllers/workloads/pod-logs.ts';
import type { ContainerRun, PodRun } from '../../../../devcluster/controllers/workloads/pod-run.ts';
import type { ApiObject } from '../../../../devcluster/store/object.ts';
import type { PodApi } from './pod-api.ts';

/** What an image holds: what is run of it, and where. The `command` and `args` of a container come before its own. */
export interface Program {
  readonly command: readonly string[];
  /** Default: the folder of the tests. */
  readonly folder?: string;
  /** Its own variables; the container's come before them. */
  readonly env?: Readonly<Record<string, string>>;
  /** The image's file system; default: the machine's. `folder` and `command` are in it. */
  readonly root?: string;
  /** `user:group`, by numbers, where it has a file system of its own. */
  readonly user?: string;
}

/** What a pod has of the node that it is played on. */
export interface Host {
  readonly api: PodApi;
  readonly logs: PodLogs;
  /** Undefined: nobody has such an image. */
  readonly images: (image: string) => Program | undefined;
  /** Address and port of the API server, as its pods see them. */
  readonly service: { readonly host: string; readonly port: string };
  readonly folder: string;
  /** Milliseconds before the second restart of a container; doubled with each one, up to 5 minutes. */
  readonly restartBackoff: number;
}

const LONGEST_BACKOFF = 300_000;
/** What is missing is looked for again after so long. */
const RETRY = 300;

const OWN_ADDRESS = fileURLToPath(new URL('own-address.ts', import.meta.url));
const MOUNT = fileURLToPath(new URL('mount.sh', import.meta.url));
const IMAGE_ROOT = fileURLToPath(new URL('image-root.sh', import.meta.url));
/** Where an image has what our Node options load: as a module, whatever its folders say. */
const OWN_ADDRESS_IN_IMAGE = '/own-address.mts';

/** A pod whose containers are processes of this machine. */
export class PlayedPod {
  readonly #host: Host;
  readonly #run: PodRun;
  readonly #address: string;
  readonly #ending = new AbortController();
  readonly #children = new Map<ContainerRun, ChildProcess>();
  readonly #over: Promise<void>;
  #pod: ApiObject;
  #volumes: Volumes | undefined;
  #published = Promise.resolve();

  constructor(host: Host, pod: ApiObject, address: string) {
    this.#host = host;
    this.#pod = pod;
    this.#address = address;
    this.#run = beginRun(pod, formatTime(new Date()));
    this.#over = this.#live().catch((error: unknown) => {
      if (!this.#ending.signal.aborted) throw error;
    });
  }

  /** As its node sees it now. */
  get pod(): ApiObject {
    return { ...this.#pod, status: podStatus(this.#pod, this.#run, new Date(), this.#ending.signal.aborted) };
  }

  get address(): string {
    return this.#address;
  }

  /** The processes of its containers, by their names. */
  processOf(container: string): ChildProcess | undefined {
    return [...this.#children].find(([{ name }]) => name === container)?.[1];
  }

  /** The pod as the API has it now: volumes follow what they are made of, and a deletion begins its end. */
  async changed(pod: ApiObject): Promise<void> {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp === undefined) {
      if (this.#run.ip !== '') await this.#volumes?.write().catch(ignoreMissing);
      return;
    }
    if (this.#ending.signal.aborted) return;
    const left = Date.parse(pod.metadata.deletionTimestamp) - Date.now();
    await this.end(Math.max(0, left));
    await this.#host.api.remove(this.#pod);
  }

  /** Asks its processes to end, and ends them after so many milliseconds. Resolves once they have, and its status says so. */
  async end(graceMs: number): Promise<void> {
    this.#ending.abort();
    for (const [{ name }, child] of this.#children) {
      child.kill('SIGTERM');
      await this.#host.api.tell(this.#pod, 'Normal', 'Killing', `Stopping container ${name}`, name);
    }
    const enough = new AbortController();
    void sleep(graceMs, undefined, { signal: enough.signal }).then(
      () => this.#kill(),
      () => undefined,
    );
    await this.#over;
    enough.abort();
    await this.#publish();
  }

  #kill(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }

  async #live(): Promise<void> {
    await this.#publish();
    const folder = await mkdtemp(join(this.#host.folder, 'pod-'));
    this.#volumes = new Volumes(this.#host.api, this.#pod, folder);
    await this.#retry('FailedMount', () => this.#volumes?.write() ?? Promise.resolve());
    this.#run.ip = this.#address;
    await this.#publish();
    for (const run of this.#run.containers.filter(({ init }) => init)) await this.#see(run, folder);
    await Promise.all(this.#run.containers.filter(({ init }) => !init).map((run) => this.#see(run, folder)));
  }

  /** Tries until nothing is missing any more; tells of it once. */
  async #retry<Value>(reason: string, attempt: () => Promise<Value>, run?: ContainerRun): Promise<Value> {
    for (let told = false; ; told = true) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof MissingError)) throw error;
        if (run) run.state = { waiting: { reason: 'CreateContainerConfigError', message: error.message } };
        const text = run ? `Error: ${error.message}` : error.message;
        if (!told) await this.#host.api.tell(this.#pod, 'Warning', reason, text, run?.name);
        await this.#publish();
        await this.#pause(RETRY);
      }
    }
  }

  /** Starts a container, again and again if it has to be, until it is not to be started any more. */
  async #see(run: ContainerRun, folder: string): Promise<void> {
    const policy = stringAt(this.#pod, 'spec', 'restartPolicy');
    for (let wait = 0; ; wait = wait === 0 ? this.#host.restartBackoff : Math.min(LONGEST_BACKOFF, wait * 2)) {
      const program = this.#host.images(run.image);
      if (!program) {
        await this.#failPull(run);
        continue;
      }
      const env = await this.#retry('Failed', () => environmentOf(this.#host.api, this.pod, run.container), run);
      const code = await this.#execute(run, program, env, folder);
      if (this.#ending.signal.aborted || policy === 'Never') return;
      if (code === 0 && (run.init || policy === 'OnFailure')) return;
      if (wait > 0) await this.#backOff(run, wait);
      run.last = 'terminated' in run.state ? run.state.terminated : run.last;
      run.restartCount++;
    }
  }

  async #failPull(run: ContainerRun): Promise<void> {
    const { api } = this.#host;
    const error = `failed to resolve reference "${run.image}": not found`;
    await api.tell(this.#pod, 'Warning', 'Failed', `Failed to pull image "${run.image}": ${error}`, run.name);
    await api.tell(this.#pod, 'Warning', 'Failed', 'Error: ErrImagePull', run.name);
    run.state = { waiting: { reason: 'ErrImagePull', message: error } };
    await this.#publish();
    await this.#pause(RETRY);
    await api.tell(this.#pod, 'Normal', 'BackOff', `Back-off pulling image "${run.image}"`, run.name);
    const message = `Back-off pulling image "${run.image}": ErrImagePull: ${error}`;
    run.state = { waiting: { reason: 'ImagePullBackOff', message } };
    await this.#publish();
    await this.#pause(this.#host.restartBackoff);
  }

  async #backOff(run: ContainerRun, wait: number): Promise<void> {
    const { name, namespace, uid } = this.#pod.metadata;
    const pod = `${name}_${namespace}(${uid})`;
    const message = `back-off ${wait / 1000}s restarting failed container=${run.name} pod=${pod}`;
    run.last = 'terminated' in run.state ? run.state.terminated : run.last;
    run.state = { waiting: { reason: 'CrashLoopBackOff', message } };
    const told = `Back-off restarting failed container ${run.name} in pod ${pod}`;
    await this.#host.api.tell(this.#pod, 'Warning', 'BackOff', told, run.name);
    await this.#publish();
    await this.#pause(wait);
  }

  /** Runs the program to its end; resolves to its exit code, 128 more than the signal that ended it. */
  async #execute(run: ContainerRun, program: Program, env: Record<string, string>, folder: string): Promise<number> {
    const { logs, api } = this.#host;
    const { uid = '' } = this.#pod.metadata;
    const child = await this.#spawn(run, program, env, folder);
    // The pod may have been deleted by now: nobody else would end it.
    if (this.#ending.signal.aborted) child.kill('SIGKILL');
    const startedAt = formatTime(new Date());
    this.#children.set(run, child);
    run.containerID = `process://${child.pid}`;
    run.state = { running: { startedAt } };
    logs.begin(uid, run.name, []);
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface(stream).on('line', (text) => logs.append(uid, run.name, [text]));
    const closed = once(child, 'close');
    const probe = objectAt(run.container, 'readinessProbe');
    run.ready = !probe;
    for (const [reason, message] of [
      ['Created', 'Container created'],
      ['Started', 'Container started'],
    ] as const)
      await api.tell(this.#pod, 'Normal', reason, message, run.name);
    await this.#publish();
    if (probe) void this.#probe(run, child);
    await closed;
    this.#children.delete(run);
    const exitCode = child.exitCode ?? 128 + constants.signals[child.signalCode ?? 'SIGKILL'];
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const finishedAt = formatTime(new Date());
    run.ready = false;
    run.state = { terminated: { exitCode, reason, startedAt, finishedAt, containerID: run.containerID } };
    logs.end(uid, run.name);
    await this.#publish();
    return exitCode;
  }

  /** In a mount namespace of its own, in which the volumes are where the container has them. */
  async #spawn(
    run: ContainerRun,
    program: Program,
    env: Record<string, string>,
    folder: string,
  ): Promise<ChildProcess> {
    const scratch = await mkdtemp(join(folder, 'scratch-'));
    const mounts = listAt(run.container, 'volumeMounts').filter(isObject);
    const pairs = mounts.flatMap((mount) => [
      join(this.#volumes?.folderOf(stringAt(mount, 'name')) ?? '', stringAt(mount, 'subPath')),
      stringAt(mount, 'mountPath'),
    ]);
    const texts = (field: string): string[] => listAt(run.container, field).filter((each) => typeof each === 'string');
    const command = texts('command').length > 0 ? texts('command') : program.command;
    await mkdir(folder, { recursive: true });
    const { root, user = '0:0', folder: workingFolder = '/' } = program;
    const mounted =
      root === undefined
        ? [MOUNT, scratch, ...pairs]
        : [IMAGE_ROOT, scratch, root, workingFolder, ...user.split(':'), OWN_ADDRESS, OWN_ADDRESS_IN_IMAGE, ...pairs];
    return spawn(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', ...mounted, '--', ...command, ...texts('args')],
      {
        cwd: root === undefined ? program.folder : '/',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'] ?? '',
          HOSTNAME: this.#pod.metadata.name,
          KUBERNETES_SERVICE_HOST: this.#host.service.host,
          KUBERNETES_SERVICE_PORT: this.#host.service.port,
          POD_ADDRESS: this.#address,
          NODE_OPTIONS: `--import=${root === undefined ? OWN_ADDRESS : OWN_ADDRESS_IN_IMAGE}`,
          ...program.env,
          ...env,
        },
      },
    );
  }

  async #probe(run: ContainerRun, child: ChildProcess): Promise<void> {
    const get = objectAt(run.container, 'readinessProbe', 'httpGet');
    if (!get) throw new Error(`the readiness probe of container ${run.name} is of a kind that is not played here`);
    const port = portOf(run, valueAt(get, 'port'));
    const url = `${stringAt(get, 'scheme').toLowerCase() || 'http'}://${this.#address}:${port}${stringAt(get, 'path')}`;
    const isOver = (): boolean => this.#children.get(run) !== child;
    while (!isOver()) {
      if ((await untilProbed(url, !run.ready, isOver)) === 'over') return;
      run.ready = !run.ready;
      await this.#publish();
    }
  }

  /** One after the other, so that the latest is what stays. */
  #publish(): Promise<void> {
    this.#published = this.#published.then(() =>
      this.#host.api.setStatus(this.#pod, objectAt(this.pod, 'status') ?? {}),
    );
    return this.#published;
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#ending.signal });
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof MissingError)) throw error;
}

function portOf({ container }: ContainerRun, port: unknown): number {
  if (typeof port === 'number') return port;
  const named = listAt(container, 'ports').find((each) => stringAt(each, 'name') === port);
  return Number(valueAt(named, 'containerPort'));
}
