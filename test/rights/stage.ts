import assert from 'node:assert/strict';
import type { KubernetesObject, ResourceType } from 'autopilot-runtime';
import { isStatus } from '../../runtime/errors.ts';
import { apiVersionOf } from '../../runtime/kube/paths.ts';
import { TYPES, type Arena, type Made } from './arena.ts';
import type { ObservedTransport } from './observed-transport.ts';

/** The longest that a step may take: no wait ends by it but in a failure. */
const STEP_MS = 60_000;

/** The operator was refused what it has no right to: nothing more of the story is needed. */
export class Refused extends Error {}

export interface StageOptions {
  readonly arena: Arena;
  readonly transport: ObservedTransport;
  /** Of this run, and no other. */
  readonly id: string;
  /** The namespace in which there are resources. */
  readonly work: string;
  readonly resource: ResourceType;
  /** The name under which the operator writes. */
  readonly operator: string;
  readonly finalizer: boolean;
}

interface Live extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly phase?: string; readonly revision?: number } & Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly reason?: string;
  readonly regarding?: { readonly name?: string };
  readonly series?: { readonly count: number };
}

/** Where a story is played: what its people do, as admins, and what they wait for. */
export class Stage {
  readonly id: string;
  readonly work: string;
  readonly finalizer: boolean;
  readonly arena: Arena;
  readonly transport: ObservedTransport;
  readonly #resource: ResourceType;
  readonly #operator: string;

  constructor({ arena, transport, id, work, resource, operator, finalizer }: StageOptions) {
    this.arena = arena;
    this.transport = transport;
    this.id = id;
    this.work = work;
    this.#resource = resource;
    this.#operator = operator;
    this.finalizer = finalizer;
  }

  /** Makes it in the namespace of the resources, unless it has another. */
  make(type: ResourceType, object: Made): Promise<KubernetesObject> {
    const { metadata } = object;
    return this.arena.create(type, { ...object, metadata: { namespace: this.work, ...metadata } });
  }

  /** Makes a resource of the operator's kind. */
  ask(name: string, spec: object): Promise<KubernetesObject> {
    return this.make(this.#resource, Object.assign({ metadata: { name } }, { spec }));
  }

  async find(type: ResourceType, name: string, namespace = this.work): Promise<Live | undefined> {
    try {
      return await this.arena.admin.get({ type, name, ...(type.namespaced && { namespace }) });
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  resource(name: string): Promise<Live | undefined> {
    return this.find(this.#resource, name);
  }

  change(type: ResourceType, name: string, patch: object, namespace = this.work): Promise<KubernetesObject> {
    return this.arena.admin.mergePatch({ type, name, ...(type.namespaced && { namespace }) }, patch);
  }

  /** Changes what is asked for. */
  askAnew(name: string, spec: object): Promise<KubernetesObject> {
    return this.change(this.#resource, name, { spec });
  }

  async remove(type: ResourceType, name: string, namespace = this.work): Promise<void> {
    const found = await this.find(type, name, namespace);
    if (found)
      await this.arena.admin.delete({ type, name, ...(type.namespaced && { namespace }) }, found.metadata.uid ?? '');
  }

  /** What a run of this operator leaves behind that was killed, or one of a former version: an object that a resource controls. */
  controlledBy(owner: KubernetesObject): Pick<KubernetesObject['metadata'], 'ownerReferences'> {
    const { group, version, kind } = this.#resource;
    const { name, uid = '' } = owner.metadata;
    return { ownerReferences: [{ apiVersion: `${group}/${version}`, kind, name, uid, controller: true }] };
  }

  /** Makes what a run of the operator has left, as an output of that resource and that phase. */
  leave(type: ResourceType, object: Made, owner: KubernetesObject, phase: string): Promise<KubernetesObject> {
    const { group } = this.#resource;
    const metadata = {
      namespace: this.work,
      ...object.metadata,
      labels: { [`${group}/owner`]: owner.metadata.uid ?? '' },
      annotations: { [`${group}/phase`]: phase },
    };
    const made = { ...object, apiVersion: apiVersionOf(type), kind: type.kind, metadata };
    return this.arena.admin.apply(type, made, { fieldManager: this.#operator });
  }

  /** Waits until it is so. The operator brings that about: it is asked again after each of its writes. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), STEP_MS);
    try {
      for (;;) {
        const { next } = this.transport;
        this.checkRights();
        if (await isSo()) return;
        if ((await Promise.race([next, late.promise])) === 'late') {
          const { items } = await this.arena.admin.list(this.#resource, this.work, { limit: 500 });
          assert.fail(
            `${what}: not within ${STEP_MS / 1000} s. There is ${JSON.stringify(items)}. It did ${this.transport.done.join(', ')}`,
          );
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  checkRights(): void {
    const refusal = this.transport.refusals.find(({ isOfTerminating }) => !isOfTerminating);
    if (refusal) throw new Refused(`${refusal.request}: ${refusal.message}`);
  }

  /** Waits until events tell of a resource for this reason, so many times. */
  untilTold(reason: string, about: string, times: number, namespace = this.work): Promise<void> {
    return this.until(`${reason} is told ${times} times`, async () => {
      const { items } = await this.arena.admin.list(TYPES.Event, namespace, { limit: 500 });
      return items.some((event: Live) => {
        const isIt = event.reason === reason && event.regarding?.name === about;
        return isIt && (event.series?.count ?? 1) >= times;
      });
    });
  }

  untilPhase(name: string, phase: string): Promise<void> {
    return this.until(`${name} is in phase ${phase}`, async () => (await this.resource(name))?.status?.phase === phase);
  }

  /** Has the operator lose the race for a status that is there already: another writes it just before. Not for its notes of outputs. */
  loseStatus(name: string): void {
    const path = `/${this.#resource.plural}/${name}/status`;
    this.transport.before(
      (request) =>
        request.method === 'PATCH' &&
        request.path.replace(/\?.*/, '').endsWith(path) &&
        request.body?.includes('/status/conditions') === true,
      async () => {
        const { status } = (await this.resource(name)) ?? {};
        if (status?.revision === undefined) return false;
        await this.arena.admin.mergePatch(
          { type: this.#resource, name, namespace: this.work },
          { status: { revision: status.revision + 1 } },
          { subresource: 'status' },
        );
        return true;
      },
    );
  }

  /** A namespace begins to go just before the operator makes its next object of this kind there. */
  endNamespaceBefore(type: ResourceType, namespace = this.work): void {
    const collection = `/namespaces/${namespace}/${type.plural}`;
    this.transport.before(
      ({ method, path }) => method === 'POST' && path.replace(/\?.*/, '').endsWith(collection),
      async () => {
        await this.#endNamespace(namespace);
        return true;
      },
    );
  }

  /** A pod that takes its time keeps all else in the namespace, where somebody empties it. */
  async #endNamespace(namespace: string): Promise<void> {
    const name = 'slow';
    await this.make(TYPES.ServiceAccount, { metadata: { name, namespace } });
    const spec = { serviceAccountName: name, containers: [{ name, image: 'example.test/x:1' }] };
    const metadata = { name, namespace, finalizers: ['example.test/slow'] };
    await this.make(TYPES.Pod, Object.assign({ metadata }, { spec }));
    await this.remove(TYPES.Namespace, namespace);
  }

  async untilRefusedByTerminating(): Promise<void> {
    await this.until('the end of the namespace refuses it', () =>
      this.transport.refusals.some(({ isOfTerminating }) => isOfTerminating),
    );
  }

  /** Has a resource deleted, and waits until it has gone. */
  async end(name: string): Promise<void> {
    await this.remove(this.#resource, name);
    await this.until(`${name} has gone`, async () => (await this.resource(name)) === undefined);
  }

  /** Takes away all resources, whoever holds them: the next operator of the kind may see all of the cluster. */
  async clean(): Promise<void> {
    const { items } = await this.arena.admin.list(this.#resource, this.work, { limit: 500 });
    for (const { metadata } of items) {
      const { name } = metadata;
      if (metadata.finalizers) await this.change(this.#resource, name, { metadata: { finalizers: null } });
      await this.remove(this.#resource, name);
    }
  }
}
