import { Authorizer } from '../auth/authorizer.ts';
import { createServingCertificate } from '../auth/certificate.ts';
import { Impersonation } from '../auth/impersonation.ts';
import { ServiceAccountTokens } from '../auth/service-account-tokens.ts';
import { Tokens } from '../auth/tokens.ts';
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
import { frontOf } from '../http/handler.ts';
import { listen } from '../http/server.ts';
import { Documents } from '../kinds/documents.ts';
import { DEFINITIONS } from '../kinds/definition.ts';
import { KindRegistry } from '../kinds/registry.ts';
import { StateFolder } from '../persistence/state-folder.ts';
import { RequestLog } from '../requests/request-log.ts';
import { Store } from '../store/store.ts';
import { createBaseObjects } from './base-objects.ts';
import { checkOptions, OWNER_PERMISSIONS } from './options.ts';
import { ADD_ONS, addOnDefinitions } from '../kinds/add-ons.ts';
import type { AddOn } from '../kinds/add-ons.ts';
import type { ServingCertificate } from '../auth/certificate.ts';
import type { Clock } from '../clock.ts';
import type { Handler } from '../http/handler.ts';
import type { Listening } from '../http/server.ts';
import type { SavedState } from '../persistence/saved-objects.ts';
import type { Api } from '../verbs/api.ts';
import type { WorkloadOptions } from '../controllers/workloads/workload-options.ts';
import type { Workloads } from '../controllers/workloads/workloads.ts';
import { Cluster } from './cluster.ts';

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

const WATCH_HISTORY = 10_000;
const BOOKMARK_INTERVAL = 60_000;
