import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderKubeconfig } from '../auth/kubeconfig.ts';
import { MASTERS } from '../auth/user.ts';
import { DevclusterError } from '../errors.ts';
import { frontOf, handleRequest, respond } from '../http/handler.ts';
import { parsePath } from '../http/request-info.ts';
import { conditionStatus } from '../kinds/conditions.ts';
import { readCrdFolder } from './crd-folder.ts';
import { nameOf, Objects } from './objects.ts';
import { printLog } from './print-log.ts';
import { applyServiceAccount } from './service-account.ts';
import { untilObject, untilObjects } from './until.ts';
import type { Controller } from '../controllers/controller.ts';
import type { Faults } from '../faults/faults.ts';
import type { ApiRequest } from '../http/exchange.ts';
import type { Front, Handler, Outcome } from '../http/handler.ts';
import type { Listening } from '../http/server.ts';
import type { StoreEvent as ChangeEvent } from '../store/history.ts';
import type { StateFolder } from '../persistence/state-folder.ts';
import type { ApiObject } from '../store/object.ts';
import type { Requests } from '../requests/request-log.ts';
import type { Api } from '../verbs/api.ts';
import type { AnyObject, KindRef, ListRef, Live, ObjectLike, ObjectRef } from './objects.ts';
import type { ServiceAccountOptions } from './service-account.ts';
import type { PodRef } from './print-log.ts';
import type { Workloads } from '../controllers/workloads/workloads.ts';
import type { Predicate, UntilOptions } from './until.ts';

const ADMIN = 'admin';

/** An API server in this process. For development and tests. */
export class Cluster {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** What clients asked over the network. */
  readonly requests: Requests;
  readonly faults: Faults;
  readonly #parts: Parts;
  readonly #front: Front;
  readonly #objects: Objects;
  readonly #temporary: string[] = [];
  #stopped: Promise<void> | undefined;

  /** Made by `startCluster` only. */
  constructor(parts: Parts) {
    this.#parts = parts;
    const { listening, handler } = parts;
    this.url = `https://127.0.0.1:${listening.port}`;
    this.requests = handler.requests;
    this.faults = handler.faults;
    this.#front = frontOf(handler);
    const admin = { name: ADMIN, groups: [MASTERS, 'system:authenticated'] };
    this.#objects = new Objects(handler.served.api.kinds, (request) =>
      respond(handler, request, parsePath(request.path), admin),
    );
  }

  /** The certificate of the authority that signed the server's, PEM. */
  get ca(): string {
    return this.#parts.listening.certificate.ca;
  }

  /** YAML; the user `admin`, who may do everything. */
  get kubeconfig(): string {
    const { tokens } = this.#parts.handler;
    return this.#kubeconfigOf(ADMIN, tokens.tokenOf(ADMIN) ?? tokens.issue(ADMIN, [MASTERS]));
  }

  /**
   * A kubeconfig (YAML) for a user of that name and those groups. As on any cluster, such a user may do what roles allow it, which
   * is little more than to look what is served; one of the group `system:masters` may do everything.
   */
  addUser(name: string, groups: readonly string[] = []): string {
    return this.#kubeconfigOf(name, this.#parts.handler.tokens.issue(name, groups));
  }

  /**
   * Makes a service account and resolves to a kubeconfig (YAML) with a token of it, which is good for a day;
   * the account's namespace is the one that it is about. It may do what the
   * roles allow and nothing else: an operator that is started with it is refused what its role forgot.
   */
  async addServiceAccount(name: string, options: ServiceAccountOptions = {}): Promise<string> {
    const objects = this.#open();
    const namespace = await applyServiceAccount(objects, name, options);
    const account = await objects.get({ apiVersion: 'v1', kind: 'ServiceAccount', name, namespace });
    const { accounts } = this.#parts.handler.tokens;
    const token = accounts.issue(account, { audiences: accounts.audiences, expirationSeconds: A_DAY });
    return this.#kubeconfigOf(`${namespace}/${name}`, token, namespace);
  }

  /**
   * Writes a kubeconfig that only the current user can read, the admin's unless another is given, and returns its path. Without
   * a path it is a temporary file, which goes with the cluster.
   */
  async writeKubeconfig(path?: string, kubeconfig: string = this.kubeconfig): Promise<string> {
    const file = path ?? join(await this.#temporaryFolder(), 'kubeconfig');
    try {
      await writeFile(file, kubeconfig, { mode: 0o600 });
      // The mode is for new files only.
      await chmod(file, 0o600);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `The kubeconfig cannot be written to ${file}: ${why}. Give the path of a file in a folder that exists and can be written to.`;
      throw new DevclusterError('ERR_AP_KUBECONFIG_WRITE', message, { cause: error });
    }
    return file;
  }

  /** Server-side apply; see {@link Objects.apply}. */
  apply: Objects['apply'] = (...parameters) => this.#open().apply(...parameters);
  create: Objects['create'] = (...parameters) => this.#open().create(...parameters);
  update: Objects['update'] = (...parameters) => this.#open().update(...parameters);
  get: Objects['get'] = (...parameters) => this.#open().get(...parameters);
  find: Objects['find'] = (...parameters) => this.#open().find(...parameters);
  list: Objects['list'] = (...parameters) => this.#open().list(...parameters);
  patch: Objects['patch'] = (...parameters) => this.#open().patch(...parameters);
  delete: Objects['delete'] = (...parameters) => this.#open().delete(...parameters);

  /**
   * Waits until an object (undefined: there is none) is as the predicate wants it, and resolves to it. Rejects with
   * `ERR_AP_UNTIL_TIMEOUT`, which tells how the object looked last.
   */
  until<T extends ObjectLike = AnyObject>(
    ref: ObjectRef,
    predicate: Predicate<Live<T> | undefined>,
    options?: UntilOptions,
  ): Promise<Live<T> | undefined>;
  /** The same for all objects of a selection. */
  until<T extends ObjectLike = AnyObject>(
    ref: ListRef,
    predicate: Predicate<readonly Live<T>[]>,
    options?: UntilOptions,
  ): Promise<readonly Live<T>[]>;
  async until<T extends ObjectLike>(
    ref: ListRef & { readonly name?: string },
    predicate: Predicate<Live<T> | undefined> & Predicate<readonly Live<T>[]>,
    options: UntilOptions = {},
  ): Promise<Live<T> | undefined | readonly Live<T>[]> {
    const kind = this.#open().kind(ref);
    const { api } = this.#parts;
    if (ref.name === undefined) return untilObjects<T>(api, kind, ref, predicate, options);
    const namespace = kind.namespaced ? ref.namespace || 'default' : undefined;
    return untilObject<T>(api, kind, namespace, nameOf(ref), predicate, options);
  }

  /**
   * Calls for every change of a kind's objects from now on, at once; the kind need not be installed yet. Returns how to stop it.
   * The listener must not change anything; what it throws is told to `onError`.
   */
  onChange({ apiVersion, kind }: KindRef, listener: (event: ChangeEvent) => void): () => void {
    const { api, handler } = this.#parts;
    return api.store.subscribe((collection, event) => {
      if (api.kinds.findByKind(apiVersion, kind)?.collection !== collection.name) return;
      try {
        listener(event);
      } catch (error) {
        // The change is made: whoever made it must not be told that it failed.
        handler.report(error);
      }
    });
  }

  /** All objects, of whatever kind, that meet a condition. */
  select(meets: (object: ApiObject) => boolean): readonly ApiObject[] {
    this.#open();
    return [...this.#parts.api.store.collections()].flatMap((collection) => [...collection.values()].filter(meets));
  }

  /**
   * Answers a request as if it had come over the network, with its record and its faults, and without a socket: for simulations.
   * 'cut' is a connection that ends without an answer; `cut` is called where that of a watch does so later.
   */
  exchange(request: ApiRequest, cut: () => void): Promise<Outcome> {
    this.#open();
    return handleRequest(this.#front, request, cut);
  }

  /**
   * Has a container print lines into its log, as if it ran; needs the option `workloads`. Rejects nothing that cannot be printed: it
   * throws `ERR_AP_CLUSTER_LOG` where there is no such pod, or its container does not run. `container`: absent, the pod's first.
   */
  print(pod: PodRef, text: string): void {
    this.#open();
    const { api, workloads } = this.#parts;
    printLog(api, workloads?.logs, pod, text);
  }

  /** Installs a CustomResourceDefinition, or changes the one that is there; resolves once its objects can be made. */
  async installCrd<T extends ObjectLike>(crd: T): Promise<Live<T>> {
    const applied = await this.apply(crd);
    const { name } = applied.metadata;
    const kind = this.#open().kind(applied);
    await untilObject(
      this.#parts.api,
      kind,
      undefined,
      name,
      (seen) => conditionStatus(seen, 'Established') === 'True',
      {},
    );
    return applied;
  }

  /** Installs the CustomResourceDefinitions in the YAML files of a folder; nothing where there is no such folder. */
  async installCrdFolder(folder: string): Promise<void> {
    for (const crd of await readCrdFolder(folder)) await this.installCrd(crd);
  }

  /** Forgets the past: watches and pages from before are answered 410 from now on. */
  compact(): void {
    this.#parts.api.store.compact();
  }

  /** Ends all connections, timers and controllers, and frees the port. All objects go, unless a folder keeps them. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #kubeconfigOf(user: string, token: string, namespace?: string): string {
    return renderKubeconfig({ server: this.url, ca: this.ca, user, token, namespace });
  }

  #open(): Objects {
    if (!this.#stopped) return this.#objects;
    throw new DevclusterError(
      'ERR_AP_CLUSTER_STOPPED',
      'The cluster has been stopped. Start another one: startCluster().',
    );
  }

  async #temporaryFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'autopilot-devcluster-'));
    this.#temporary.push(folder);
    return folder;
  }

  async #end(): Promise<void> {
    const { controllers, listening, kept } = this.#parts;
    for (const controller of controllers) controller.stop();
    await listening.close();
    kept?.close();
    for (const folder of this.#temporary) await rm(folder, { recursive: true, force: true });
  }
}

/** What a cluster is made of. */
export interface Parts {
  readonly api: Api;
  readonly handler: Handler;
  readonly listening: Listening;
  readonly controllers: readonly Controller[];
  readonly kept: StateFolder | undefined;
  readonly workloads: Workloads | undefined;
}

const A_DAY = 24 * 60 * 60;
