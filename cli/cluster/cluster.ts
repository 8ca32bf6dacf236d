import { ApiError } from '../../runtime/errors.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { findCluster, type ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import type { Transport, TransportResponse } from '../../runtime/kube/transport.ts';
import type { KubernetesObject, ResourceType } from '../../runtime/kube/types.ts';
import type { CommandEnvironment } from './command-environment.ts';
import { discover, type ServedKinds } from './discovery.ts';
import { warningTexts } from './warning-header.ts';

/** Who writes: the manager of all fields that `ap deploy` sets. */
export const FIELD_MANAGER = 'ap-deploy';
const PAGE = 500;

export interface ClusterHooks {
  readonly signal: AbortSignal;
  /** Told each warning that the server gives with an answer. */
  readonly onWarning: (text: string) => void;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
}

/** The cluster that a command works on, and what it asks there beside objects. */
export class Cluster {
  readonly client: KubeClient;
  /** The kubeconfig's context, or `in-cluster`. */
  readonly context: string;
  /** Its address, for messages. */
  readonly server: string;
  /** The context's own namespace. */
  readonly contextNamespace: string | undefined;
  readonly #transport: Transport;
  readonly #access: ClusterAccess;
  #kinds: Promise<ServedKinds> | undefined;

  private constructor(access: ClusterAccess, transport: Transport, { clock }: CommandEnvironment, hooks: ClusterHooks) {
    this.#access = access;
    this.#transport = attended(transport, hooks);
    this.context = access.name;
    this.server = access.server;
    this.contextNamespace = access.namespace;
    this.client = new KubeClient({
      transport: this.#transport,
      credentials: access.credentials,
      fieldManager: FIELD_MANAGER,
      userAgent: 'ap',
      clock,
    });
  }

  /** Nothing is sent yet. Throws ERR_AP_KUBECONFIG. */
  static connect(
    environment: CommandEnvironment,
    { context }: { readonly context?: string },
    hooks: ClusterHooks,
  ): Cluster {
    const access = findCluster(environment.env, environment.clock, context);
    return new Cluster(access, environment.connect(access), environment, hooks);
  }

  /** The kinds that it serves, asked for once; `forgetKinds` after a change. */
  kinds(): Promise<ServedKinds> {
    return (this.#kinds ??= discover((path, accept) => this.getJson(path, accept)));
  }

  forgetKinds(): void {
    this.#kinds = undefined;
  }

  /** A whole list. `namespace` undefined: of all. */
  async list(
    type: ResourceType,
    namespace: string | undefined,
    options: ListOptions = {},
  ): Promise<readonly KubernetesObject[]> {
    const items: KubernetesObject[] = [];
    for await (const page of this.pages(type, namespace, options)) items.push(...page);
    return items;
  }

  /** The same page by page, for who keeps little of each object. */
  async *pages(
    type: ResourceType,
    namespace: string | undefined,
    options: ListOptions = {},
  ): AsyncGenerator<readonly KubernetesObject[], void> {
    let next: string | undefined;
    do {
      const page = await this.client.list(type, namespace, { ...options, limit: PAGE, continue: next });
      yield page.items;
      next = page.continue;
    } while (next !== undefined);
  }

  /** What a path answers as JSON. Throws an ApiError for answers other than success. */
  async getJson(path: string, accept = 'application/json'): Promise<unknown> {
    const { status, body } = await this.get(path, { accept });
    const text = await body.text();
    if (status < 200 || status >= 300)
      throw new ApiError({ status, reason: '', message: text.slice(0, 500), request: `GET ${path}` });
    return JSON.parse(text);
  }

  /** A GET of any path; answers other than success are returned too. `streamed`: no time limit on the body. */
  async get(
    path: string,
    {
      accept = '*/*',
      streamed = false,
      signal,
    }: { readonly accept?: string; readonly streamed?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<TransportResponse> {
    const { credentials } = this.#access;
    const send = async (isLast: boolean): Promise<TransportResponse> => {
      const authorization = await credentials.headers();
      const headers = { accept, 'user-agent': 'ap', ...authorization };
      const response = await this.#transport.send({ method: 'GET', path, headers, streamed, signal });
      if (response.status === 401) credentials.reject(authorization);
      if (response.status !== 401 || isLast) return response;
      await response.body.text();
      return send(true);
    };
    return send(false);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}

/**
 * The same transport, whose answers' warnings are told, and which ends at Ctrl-C: reads are aborted, a write that is on its way is answered,
 * and nothing more is sent.
 */
function attended(transport: Transport, { signal, onWarning }: ClusterHooks): Transport {
  return {
    async send(request) {
      signal.throwIfAborted();
      const whole = request.signal ? AbortSignal.any([request.signal, signal]) : signal;
      const response = await transport.send(request.method === 'GET' ? { ...request, signal: whole } : request);
      for (const text of warningTexts(response.headers['warning'])) onWarning(text);
      return response;
    },
    close: () => transport.close(),
  };
}
