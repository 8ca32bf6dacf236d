import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServingCertificate } from '../../../devcluster/auth/certificate.ts';
import { renderKubeconfig } from '../../../devcluster/auth/kubeconfig.ts';
import { ANONYMOUS, AUTHENTICATED, MASTERS, type User } from '../../../devcluster/auth/user.ts';
import { systemClock } from '../../../devcluster/clock.ts';
import { nameOf, Objects, type Address } from '../../../devcluster/cluster/objects.ts';
import { applyServiceAccount } from '../../../devcluster/cluster/service-account.ts';
import { EventGate } from '../../../devcluster/faults/event-gate.ts';
import { FaultScript } from '../../../devcluster/faults/faults.ts';
import { isStream, type ApiRequest, type ApiResponse } from '../../../devcluster/http/exchange.ts';
import { listen, type Listening } from '../../../devcluster/http/server.ts';
import { unauthorized } from '../../../devcluster/http/status.ts';
import { conditionStatus } from '../../../devcluster/kinds/conditions.ts';
import { RequestLog } from '../../../devcluster/requests/request-log.ts';
import { stringAt } from '../../../devcluster/schema/json.ts';
import { keyOf, observe, untilSeen, type Change } from './observed.ts';
import type { ServingCertificate } from '../../../devcluster/auth/certificate.ts';
import type { AnyObject, ListRef, Live, ObjectLike, ObjectRef } from '../../../devcluster/cluster/objects.ts';
import type { Predicate, UntilOptions } from '../../../devcluster/cluster/until.ts';
import type { Identity } from '../../../devcluster/http/handler.ts';
import type { TestCluster } from '../../operator/testbed.ts';
import type { DiscoveredKinds } from './discovered-kinds.ts';
import type { Upstream } from './upstream.ts';

/** Real servers take longer than the embedded one, and are shared with what else the machine does. */
const PATIENCE = 3;

export interface RealServer {
  readonly upstream: Upstream;
  readonly kinds: DiscoveredKinds;
  /** Has it forget its past. */
  compact(): Promise<void>;
}

/**
 * A real API server as tests of operators know the embedded one: the same record of requests and the same faults stand before it, on a
 * socket of their own, and its objects are written and waited for by the same calls. Users that it does not know are impersonated.
 */
export class FrontedCluster implements TestCluster {
  readonly requests: RequestLog;
  readonly faults: FaultScript;
  readonly #server: RealServer;
  readonly #objects: Objects<Address>;
  readonly #users = new Map<string, User>();
  readonly #listening: Listening;
  readonly #temporary: string[] = [];
  readonly #observers = new AbortController();

  private constructor(server: RealServer, requests: RequestLog, faults: FaultScript, listening: Listening) {
    this.#server = server;
    this.requests = requests;
    this.faults = faults;
    this.#listening = listening;
    this.#objects = new Objects(server.kinds, (request) => server.upstream.ask(request));
  }

  static async start(server: RealServer): Promise<FrontedCluster> {
    const ignore = (): void => undefined;
    const requests = new RequestLog(systemClock, ignore);
    const notHere = { version: 0, snapshot: refuse, restore: refuse, removeApi: refuse, clear: ignore };
    const gate = new EventGate(systemClock);
    const faults = new FaultScript(
      gate,
      {
        ...notHere,
        rotateCertificate: () => cluster.rotateCertificate(),
        revokeTokens: (user) => cluster.revokeTokens(user),
      },
      ignore,
    );
    const front = {
      clock: systemClock,
      requests,
      faults,
      // Connections that end while the server is away.
      report: ignore,
      identify: (request: ApiRequest): Identity => cluster.identify(request),
      respond: (request: ApiRequest): Promise<ApiResponse> => cluster.respond(request),
    };
    const listening = await listen(front, createServingCertificate(new Date()), 0);
    const cluster: FrontedCluster = new FrontedCluster(server, requests, faults, listening);
    return cluster;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#listening.port}`;
  }

  get ca(): string {
    return this.#certificate.ca;
  }

  get kubeconfig(): string {
    return this.#kubeconfigOf('admin', this.#server.upstream.token);
  }

  addUser(name: string, groups: readonly string[] = []): string {
    const token = randomBytes(24).toString('base64url');
    this.#users.set(token, { name, groups });
    return this.#kubeconfigOf(name, token);
  }

  async addServiceAccount(...[name, options = {}]: Parameters<TestCluster['addServiceAccount']>): Promise<string> {
    const namespace = await applyServiceAccount(this.#objects, name, options);
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
    const answer = await this.#server.upstream.ask({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      query: new URLSearchParams(),
      header: (header) => (header === 'content-type' ? 'application/json' : undefined),
      body: () => Promise.resolve(Buffer.from(body)),
    });
    const token = isStream(answer) ? '' : stringAt(JSON.parse(answer.body.toString()), 'status', 'token');
    return this.#kubeconfigOf(`${namespace}/${name}`, token, namespace);
  }

  async writeKubeconfig(path?: string, kubeconfig: string = this.kubeconfig): Promise<string> {
    const file = path ?? join(await this.#temporaryFolder(), 'kubeconfig');
    await writeFile(file, kubeconfig, { mode: 0o600 });
    return file;
  }

  apply: TestCluster['apply'] = (...parameters) => this.#objects.apply(...parameters);
  create: TestCluster['create'] = (...parameters) => this.#objects.create(...parameters);
  update: TestCluster['update'] = (...parameters) => this.#objects.update(...parameters);
  get: TestCluster['get'] = (...parameters) => this.#objects.get(...parameters);
  find: TestCluster['find'] = (...parameters) => this.#objects.find(...parameters);
  list: TestCluster['list'] = (...parameters) => this.#objects.list(...parameters);
  patch: TestCluster['patch'] = (...parameters) => this.#objects.patch(...parameters);
  delete: TestCluster['delete'] = (...parameters) => this.#objects.delete(...parameters);

  until<T extends ObjectLike = AnyObject>(
    ref: ObjectRef,
    predicate: Predicate<Live<T> | undefined>,
    options?: UntilOptions,
  ): Promise<Live<T> | undefined>;
  until<T extends ObjectLike = AnyObject>(
    ref: ListRef,
    predicate: Predicate<readonly Live<T>[]>,
    options?: UntilOptions,
  ): Promise<readonly Live<T>[]>;
  async until<T extends ObjectLike>(
    ref: ListRef & { readonly name?: string },
    predicate: Predicate<Live<T> | undefined> & Predicate<readonly Live<T>[]>,
    { timeout = 10_000 }: UntilOptions = {},
  ): Promise<Live<T> | undefined | readonly Live<T>[]> {
    const address = this.#objects.kind(ref);
    const { upstream } = this.#server;
    const { namespace, labelSelector, fieldSelector } = ref;
    const limit = AbortSignal.any([AbortSignal.timeout(timeout * PATIENCE), this.#observers.signal]);
    if (ref.name === undefined)
      return untilSeen<T>(
        upstream,
        { address, namespace: namespace || undefined, labelSelector, fieldSelector },
        predicate,
        limit,
      );
    const one = `metadata.name=${nameOf({ kind: ref.kind, name: ref.name })}`;
    const selection = { address, namespace: namespace || 'default', fieldSelector: one };
    const [found] = await untilSeen<T>(upstream, selection, ([seen]) => predicate(seen), limit);
    return found;
  }

  onChange: TestCluster['onChange'] = (ref, listener) => {
    const stopped = new AbortController();
    const signal = AbortSignal.any([stopped.signal, this.#observers.signal]);
    const known = new Map<string, AnyObject>();
    const told = {
      begun: (objects: readonly AnyObject[]) => {
        for (const object of objects) known.set(keyOf(object), object);
      },
      changed: ({ type, object }: Change<AnyObject>) => {
        const key = keyOf(object);
        const previous = known.get(key);
        known.set(key, object);
        const version = Number(object.metadata.resourceVersion);
        listener({ version, type, key, object, previous });
      },
    };
    void observe(this.#server.upstream, { address: this.#objects.kind(ref) }, signal, told);
    return () => stopped.abort();
  };

  installCrd: TestCluster['installCrd'] = async (crd) => {
    const applied = await this.apply(crd);
    const { kinds } = this.#server;
    if (kinds.serves(applied)) return applied;
    const { apiVersion, kind, metadata } = applied;
    await this.until(
      { apiVersion, kind, name: metadata.name },
      (seen) => conditionStatus(seen ?? {}, 'Established') === 'True',
    );
    await kinds.untilServed(applied);
    return applied;
  };

  compact(): Promise<void> {
    return this.#server.compact();
  }

  async stop(): Promise<void> {
    this.#observers.abort();
    await this.#listening.close();
    for (const folder of this.#temporary) await rm(folder, { recursive: true, force: true });
  }

  rotateCertificate(): string {
    const next = createServingCertificate(new Date());
    this.#listening.useCertificate(next);
    return next.ca;
  }

  revokeTokens(user: string): void {
    for (const [token, { name }] of this.#users) if (name === user) this.#users.delete(token);
  }

  identify(request: ApiRequest): Identity {
    const token = tokenOf(request);
    if (token === '') return { user: ANONYMOUS };
    if (token === this.#server.upstream.token) return { user: { name: 'admin', groups: [MASTERS, AUTHENTICATED] } };
    const user = this.#users.get(token);
    if (user) return { user };
    // Of a service account; whether it is good is the server's to say.
    const [, claims = ''] = token.split('.');
    if (claims === '') return { refusal: unauthorized() };
    return { user: { name: stringAt(JSON.parse(Buffer.from(claims, 'base64url').toString()), 'sub'), groups: [] } };
  }

  respond(request: ApiRequest): Promise<ApiResponse> {
    const user = this.#users.get(tokenOf(request));
    const { upstream } = this.#server;
    return user ? upstream.askAs(request, user) : upstream.askUnchanged(request);
  }

  get #certificate(): ServingCertificate {
    return this.#listening.certificate;
  }

  #kubeconfigOf(user: string, token: string, namespace?: string): string {
    return renderKubeconfig({ server: this.url, ca: this.ca, user, token, namespace });
  }

  async #temporaryFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'fronted-cluster-'));
    this.#temporary.push(folder);
    return folder;
  }
}

function tokenOf(request: ApiRequest): string {
  return (request.header('authorization') ?? '').replace(/^bearer /i, '');
}

function refuse(): never {
  throw new Error('A real server cannot do this by a call: the test is to be named in not-here.ts, with the reason.');
}
