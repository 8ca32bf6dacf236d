import { createServingCertificate } from '../auth/certificate.ts';
import { DevclusterError } from '../errors.ts';
import { DEFINITIONS } from '../kinds/definition.ts';
import { checkNames } from './fault-arguments.ts';
import type { ServingCertificate } from '../auth/certificate.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Fault } from './faults.ts';

/** All objects of a cluster as they were at one version; to be handed back to the cluster that it was taken of. */
export interface Snapshot {
  /** The resource version of the latest change in it. */
  readonly resourceVersion: string;
}

/** Faults of the server as a whole. */
export interface ServerFaults {
  /** All that there is now, for {@link restore}. */
  snapshot(): Snapshot;
  /**
   * The cluster goes back to a snapshot, as etcd does that was restored from a backup: all connections are cut, objects and resource
   * versions are those of then, later ones will be given out again, and the past is forgotten. Users, tokens and certificate stay.
   * With `bumpRevision` new versions begin so much later, as with etcdutl's option of that name.
   */
  restore(snapshot: Snapshot, options?: { readonly bumpRevision?: number }): void;
  /**
   * New connections are shown a certificate of a new authority, which is returned (PEM), and which `cluster.ca` and kubeconfigs that are
   * made from now on have; so have `kube-root-ca.crt` of each namespace and the Secrets of service accounts. Open connections go on.
   */
  rotateCertificate(): string;
  /**
   * No token that this user has been given is good any more: 401. A service account is named as Kubernetes does,
   * `system:serviceaccount:<namespace>:<name>`. `addUser` and `addServiceAccount` issue new ones.
   */
  revokeTokens(user: string): void;
  /**
   * The API of a kind is not served for a while: its watches end, and whatever is asked of it is answered 404. Its objects stay, and are
   * served again once the fault is removed.
   */
  removeApi(kind: { readonly apiVersion: string; readonly kind: string }): Fault;
}

/** The server that suffers them. */
export interface ScriptedServer extends ServerFaults {
  /** The resource version of the latest change. */
  readonly version: number;
  /** Serves again what was removed. */
  clear(): void;
}

/** What such faults work on. */
export interface ServerParts {
  readonly api: Api;
  readonly tokens: Tokens;
  /** Cuts all connections. */
  readonly cut: () => void;
  readonly useCertificate: (certificate: ServingCertificate) => void;
  /** Called after all objects were put back. */
  readonly restored: () => void;
}

interface Kept {
  readonly version: number;
  readonly objects: readonly (readonly [collection: string, object: ApiObject])[];
}

export class ServerFaultScript implements ScriptedServer {
  readonly #parts: ServerParts;
  readonly #snapshots = new WeakMap<Snapshot, Kept>();
  readonly #removed = new Set<() => void>();

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** The resource version of the latest change. */
  get version(): number {
    return this.#parts.api.store.version;
  }

  snapshot(): Snapshot {
    const { store } = this.#parts.api;
    // Kinds before their objects.
    const collections = [...store.collections()].sort((a) => (a.name === DEFINITIONS ? -1 : 0));
    const objects = collections.flatMap((collection) =>
      Array.from(collection.values(), (object) => [collection.name, object] as const),
    );
    const snapshot: Snapshot = Object.freeze({ resourceVersion: String(store.version) });
    this.#snapshots.set(snapshot, { version: store.version, objects });
    return snapshot;
  }

  restore(snapshot: Snapshot, options: { readonly bumpRevision?: number } = {}): void {
    checkNames(options, ['bumpRevision']);
    const { bumpRevision = 0 } = options;
    if (!Number.isInteger(bumpRevision) || bumpRevision < 0)
      refuse(`bumpRevision is ${String(bumpRevision)}; it has to be an integer of 0 or more.`);
    const kept = this.#snapshots.get(snapshot);
    if (!kept)
      refuse('What is to be restored is no snapshot of this cluster: give what its faults.snapshot() returned.');
    this.#parts.cut();
    this.#parts.api.store.rewind(kept.version, kept.objects, bumpRevision);
    this.#parts.restored();
  }

  rotateCertificate(): string {
    const certificate = createServingCertificate(new Date());
    this.#parts.useCertificate(certificate);
    return certificate.ca;
  }

  revokeTokens(user: string): void {
    if (!this.#parts.tokens.revoke(user)) refuse(`There is no user ${JSON.stringify(user)} that was given a token.`);
  }

  removeApi({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): Fault {
    const { kinds } = this.#parts.api;
    const served = kinds.findByKind(apiVersion, kind);
    if (!served) refuse(`${kind} of ${apiVersion} is not served.`);
    const show = kinds.hide(served);
    const removed = this.#removed;
    const remove = (): void => {
      if (removed.delete(remove)) show();
    };
    removed.add(remove);
    return {
      hits: 1,
      get remaining() {
        return removed.has(remove) ? Infinity : 0;
      },
      remove,
    };
  }

  /** Serves again what was removed. */
  clear(): void {
    for (const remove of Array.from(this.#removed)) remove();
  }
}

function refuse(message: string): never {
  throw new DevclusterError('ERR_AP_CLUSTER_FAULT', message);
}
