import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authorizer } from '../auth/authorizer.ts';
import { createServingCertificate } from '../auth/certificate.ts';
import { renderKubeconfig } from '../auth/kubeconfig.ts';
import { Impersonation } from '../auth/impersonation.ts';
import { ServiceAccountTokens } from '../auth/service-account-tokens.ts';
import { Tokens } from '../auth/tokens.ts';
import { MASTERS } from '../auth/user.ts';
import { systemClock } from '../clock.ts';
import { startDefinitions } from '../controllers/definitions.ts';
import { startGarbageCollection } from '../controllers/garbage-collection.ts';
import { startNamespaceDefaults } from '../controllers/namespace-defaults.ts';
import { startNamespaces } from '../controllers/namespaces.ts';
import { startPodTermination } from '../controllers/pod-termination.ts';
import { startRoleAggregation } from '../controllers/role-aggregation.ts';
import { startStorageProtection } from '../controllers/storage-protection.ts';
import { startTokenSecrets } from '../controllers/token-secrets.ts';
import { DevclusterError } from '../errors.ts';
import { EventGate } from '../faults/event-gate.ts';
import { FaultScript } from '../faults/faults.ts';
import { ServerFaultScript } from '../faults/server-faults.ts';
import { frontOf, handleRequest, respond } from '../http/handler.ts';
import { parsePath } from '../http/request-info.ts';
import { listen } from '../http/server.ts';
import { conditionStatus } from '../kinds/conditions.ts';
import { Documents } from '../kinds/documents.ts';
import { DEFINITIONS } from '../kinds/definition.ts';
import { KindRegistry } from '../kinds/registry.ts';
import { StateFolder } from '../persistence/state-folder.ts';
import { RequestLog } from '../requests/request-log.ts';
import { Store } from '../store/store.ts';
import { createBaseObjects } from './base-objects.ts';
import { readCrdFolder } from './crd-folder.ts';
import { nameOf, Objects } from './objects.ts';
import { checkOptions, OWNER_PERMISSIONS } from './options.ts';
import { printLog } from './print-log.ts';
import { applyServiceAccount } from './service-account.ts';
import { untilObject, untilObjects } from './until.ts';
import { ADD_ONS, addOnDefinitions } from '../kinds/add-ons.ts';
import type { AddOn } from '../kinds/add-ons.ts';
import type { ServingCertificate } from '../auth/certificate.ts';
import type { Clock } from '../clock.ts';
import type { Controller } from '../controllers/controller.ts';
import type { Faults } from '../faults/faults.ts';
import type { ApiRequest } from '../http/exchange.ts';
import type { Front, Handler, Outcome } from '../http/handler.ts';
import type { Listening } from '../http/server.ts';
import type { StoreEvent as ChangeEvent } from '../store/history.ts';
import type { SavedState } from '../persistence/saved-objects.ts';
import type { ApiObject } from '../store/object.ts';
import type { Requests } from '../requests/request-log.ts';
import type { Api } from '../verbs/api.ts';
import type { AnyObject, KindRef, ListRef, Live, ObjectLike, ObjectRef } from './objects.ts';
import type { ServiceAccountOptions } from './service-account.ts';
import type { PodRef } from './print-log.ts';
import type { WorkloadOptions } from '../controllers/workloads/workload-options.ts';
import type { Workloads } from '../controllers/workloads/workloads.ts';
import type { Predicate, UntilOptions } from './until.ts';

/** Settings of an embedded cluster. */
export interface ClusterOptions {
  /** TCP port on loopback; 0 (default) takes the one that `folder` remembers, else a free one. */
  readonly port?: number;
  /**
   * A folder, made where there is none, that keeps the state: a cluster that is started with it again goes on where the last one ended,
   * even if that was killed, with the same objects, versions, certificate and tokens. What it does not keep is the past: watches and
   * pages from before are answered 410. Default: all is in memory only.
   */
  readonly folder?: string;
  /** CustomResourceDefinitions that are installed at the start. Default `['istio', 'gateway-api']`: all that there are. */
  readonly crds?: readonly AddOn[];
  /** How many changes of each kind can be watched again; older resource versions are answered 410. Default 10,000. */
  readonly watchHistory?: number;
  /** Milliseconds between two bookmarks of a watch that asked for them. Default a minute. */
  readonly bookmarkInterval?: number;
  /**
   * What a real server has to be asked for by `--enable-admission-plugins`: OwnerReferencesPermissionEnforcement, without which
   * whoever may write an object may give it any owner. Default: none.
   */
  readonly admissionPlugins?: readonly (typeof OWNER_PERMISSIONS)[];
  /**
   * Whether Deployments and ReplicaSets get pods, and pods a node, on which they seem to run: for what waits for rollouts, scales, and
   * reads logs. Default false: pods stay Pending, as on a cluster without nodes, and Deployments are stored only.
   */
  readonly workloads?: boolean | WorkloadOptions;
  /** The time; default the system's. */
  readonly clock?: Clock;
  /** Told of faults of the cluster itself; default: written to standard error. */
  readonly onError?: (error: unknown) => void;
}

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

/** Starts a cluster: it answers when this resolves, and its namespaces and CustomResourceDefinitions are there. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  checkOptions(options);
  const {
    port: wanted = 0,
    folder,
    clock = systemClock,
    watchHistory = WATCH_HISTORY,
    bookmarkInterval = BOOKMARK_INTERVAL,
    onError = report,
    crds = ADD_ONS,
    admissionPlugins = [],
    workloads: wantedWorkloads = false,
  } = options;
  checkSets(crds);
  const store = new Store(watchHistory);
  const authorizer = new Authorizer(store);
  const ownerPermissions = admissionPlugins.includes(OWNER_PERMISSIONS);
  const api: Api = { store, kinds: new KindRegistry(), clock, authorizer, ownerPermissions, bookmarkInterval };
  const kept = folder === undefined ? undefined : await StateFolder.open(folder);
  const certificate = kept?.identity?.certificate ?? createServingCertificate(new Date());
  const accounts = new ServiceAccountTokens(store, clock, kept?.identity?.signingKey);
  const tokens = new Tokens(accounts, kept?.identity?.tokens);
  let listening: Listening | undefined;
  const ca = (): string => (listening?.certificate ?? certificate).ca;
  const serverFaults = new ServerFaultScript({
    api,
    tokens,
    cut: () => listening?.cut(),
    useCertificate(next) {
      listening?.useCertificate(next);
      tokens.onIssued?.();
      for (const controller of [namespaceDefaults, tokenSecrets]) controller.refresh();
    },
    restored: () => kept?.keepAll(store),
  });
  const workloads = await workloadsOf(api, wantedWorkloads, onError);
  const handler: Handler = {
    served: {
      api,
      logs: workloads?.logs,
      documents: new Documents(api.kinds),
      tokens,
      address: () => `127.0.0.1:${listening?.port ?? 0}`,
    },
    tokens,
    impersonation: new Impersonation(authorizer),
    requests: new RequestLog(clock, onError),
    faults: new FaultScript(new EventGate(clock), serverFaults, onError),
    report: onError,
  };
  if (!kept?.state) createBaseObjects(api);
  const namespaceDefaults = startNamespaceDefaults(api, ca, onError);
  const tokenSecrets = startTokenSecrets(api, accounts, ca, onError);
  const controllers = [
    startDefinitions(api, onError),
    startNamespaces(api, onError),
    namespaceDefaults,
    startGarbageCollection(api, onError),
    startPodTermination(api, onError),
    startStorageProtection(api, onError),
    startRoleAggregation(api, onError),
    tokenSecrets,
    ...(workloads ? [workloads] : []),
  ];
  try {
    if (kept?.state) {
      // The controllers learn of what there is as they do of what is made.
      restore(api, kept.state);
      createBaseObjects(api);
    }
    workloads?.createNode();
    listening = await listenWhere(handler, certificate, wanted, kept);
    const cluster = new Cluster({ api, handler, listening, controllers, kept, workloads });
    try {
      if (kept) keep(kept, { api, tokens, listening, onError });
      for (const addOn of crds) await installAddOn(cluster, addOn);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  } catch (error) {
    for (const controller of controllers) controller.stop();
    throw error;
  }
}

/** Loaded only where they are wanted. */
async function workloadsOf(
  api: Api,
  wanted: boolean | WorkloadOptions,
  onError: (error: unknown) => void,
): Promise<Workloads | undefined> {
  if (wanted === false) return undefined;
  const { startWorkloads } = await import('../controllers/workloads/workloads.ts');
  return startWorkloads(api, wanted === true ? {} : wanted, onError);
}

/** Kinds before their objects; the rest in the order in which it was last changed. */
function restore(api: Api, { version, objects }: SavedState): void {
  const order = ({ collection, object }: SavedState['objects'][number]): number =>
    collection === DEFINITIONS ? 0 : Number(object.metadata.resourceVersion);
  const sorted = [...objects].sort((a, b) => order(a) - order(b));
  api.store.restore(
    version,
    sorted.map(({ collection, object }) => [collection, object] as const),
  );
}

/** On the port that the folder remembers, so that kubeconfigs go on to work, unless somebody else has it by now. */
async function listenWhere(
  handler: Handler,
  certificate: ServingCertificate,
  wanted: number,
  kept: StateFolder | undefined,
): Promise<Listening> {
  const remembered = wanted === 0 ? kept?.identity?.port : undefined;
  const front = frontOf(handler);
  if (remembered === undefined) return listen(front, certificate, wanted);
  return listen(front, certificate, remembered).catch(() => listen(front, certificate, 0));
}

interface Keeping {
  readonly api: Api;
  readonly tokens: Tokens;
  readonly listening: Listening;
  readonly onError: (error: unknown) => void;
}

/** From now on the folder has all that happens. */
function keep(kept: StateFolder, { api, tokens, listening, onError }: Keeping): void {
  const { signingKey } = tokens.accounts;
  const save = (): void => {
    const { port, certificate } = listening;
    kept.saveIdentity({ port, certificate, signingKey, tokens: tokens.all() });
  };
  save();
  tokens.onIssued = save;
  kept.follow(api.store, onError);
}

async function installAddOn(cluster: Cluster, addOn: AddOn): Promise<void> {
  for (const crd of addOnDefinitions(addOn)) await cluster.installCrd(crd);
}

function checkSets(sets: readonly string[]): void {
  const known: readonly string[] = ADD_ONS;
  const unknown = sets.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `There is no set of CustomResourceDefinitions named ${JSON.stringify(unknown)}; there are: ${known.join(', ')}.`;
  throw new DevclusterError('ERR_AP_CLUSTER_CRDS', message);
}

function report(error: unknown): void {
  console.error('autopilot-devcluster: internal error:', error);
}

interface Parts {
  readonly api: Api;
  readonly handler: Handler;
  readonly listening: Listening;
  readonly controllers: readonly Controller[];
  readonly kept: StateFolder | undefined;
  readonly workloads: Workloads | undefined;
}

const A_DAY = 24 * 60 * 60;
const WATCH_HISTORY = 10_000;
const BOOKMARK_INTERVAL = 60_000;
