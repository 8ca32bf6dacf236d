import { deepFreeze } from '../cache/freeze.ts';
import { errors, isStatus } from '../errors.ts';
import { keyOf, objectKey, splitKey } from '../kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { ResourceOutput } from '../plan.ts';
import type { Desired, ListQuery } from '../worker.ts';
import { collectOutputs } from './collect.ts';
import type { InputReader } from '../reads/input-reader.ts';
import { bodyFor, deleteOutput, ensureOutput, ownership } from './outputs.ts';
import { announce } from './outputs-record.ts';
import { checkOutput } from './result.ts';
import type { Run } from './run.ts';

type Reconcile = (live: KubernetesObject, desired: Desired<object>) => Desired<object>;

/**
 * What a worker may do by itself (`Client` in `worker.ts` has the types): read its phase's inputs, write its outputs. All else is
 * refused before anything is sent, and everything once the run is over. What it is handed is frozen, since caches hold the same objects.
 */
export class WorkerClient {
  readonly #run: Run;
  readonly #readers: Readonly<Record<string, InputReader>>;

  constructor(run: Run, readers: Readonly<Record<string, InputReader>>) {
    this.#run = run;
    this.#readers = readers;
  }

  get(key: string, name: string, namespace?: string): KubernetesObject | undefined {
    return this.#reader(key, 'get').find(name, namespace);
  }

  list(key: string, query?: ListQuery): readonly KubernetesObject[] {
    return this.#reader(key, 'list').list(query);
  }

  async create(key: string, object: unknown): Promise<KubernetesObject> {
    const output = this.#output(key, 'create');
    const { type } = output;
    const body = bodyFor(this.#run, type, this.#checked(output, object, 'create'));
    const { client } = this.#run.environment;
    return deepFreeze(
      await this.#run.write(type, body.key, () => client.create(type, body.object, { giveUp: this.#run })),
    );
  }

  async update(key: string, name: string, patch: object, namespace?: string): Promise<KubernetesObject> {
    const output = this.#output(key, 'update');
    const { type } = output;
    const at = this.#keyOf(output, { metadata: { name, ...(namespace !== undefined && { namespace }) } }, 'update');
    const { client, views } = this.#run.environment;
    const ref = { type, ...splitKey(at) };
    const target = views.output(type).get(at)?.object ?? (await client.get(ref, { giveUp: this.#run }));
    this.#checkOurs(type, target, 'update');
    await announce(this.#run, type, target);
    const merged = this.#patchOf(target, patch);
    return deepFreeze(await this.#run.write(type, at, () => client.mergePatch(ref, merged, { giveUp: this.#run })));
  }

  /**
   * The patch for this very object and none that came in its place. It also takes the mark away that says which body was written last: no
   * longer what the object is like.
   */
  #patchOf(target: KubernetesObject, patch: object): object {
    const { metadata = {} } = patch as { readonly metadata?: { readonly annotations?: object } };
    const annotations = { ...metadata.annotations, [this.#run.environment.marks.applied]: null };
    return { ...patch, metadata: { ...metadata, uid: target.metadata.uid, annotations } };
  }

  async delete(key: string, name: string, namespace?: string): Promise<void> {
    const output = this.#output(key, 'delete');
    const { type } = output;
    const at = this.#keyOf(output, { metadata: { name, ...(namespace !== undefined && { namespace }) } }, 'delete');
    const entry = this.#run.environment.views.output(type).get(at);
    if (!entry) return;
    this.#checkOurs(type, entry.object, 'delete');
    await announce(this.#run, type, entry.object);
    await deleteOutput(this.#run, type, at, entry.uid);
  }

  async ensure(key: string, object: unknown, ...reconcilers: readonly Reconcile[]): Promise<KubernetesObject> {
    const output = this.#output(key, 'ensure');
    const { type } = output;
    let desired = this.#checked(output, object, 'ensure');
    const live = reconcilers.length > 0 ? await this.#live(type, this.#keyOf(output, desired, 'ensure')) : undefined;
    if (live) for (const reconcile of reconcilers) desired = this.#checked(output, reconcile(live, desired), 'ensure');
    const body = bodyFor(this.#run, type, desired);
    await ensureOutput(this.#run, output, body);
    return deepFreeze(this.#run.environment.views.output(type).get(body.key)?.object ?? body.object);
  }

  async collect(key: string, query?: unknown): Promise<number> {
    return collectOutputs(this.#run, key, this.#output(key, 'collect'), query);
  }

  async #live(type: ResourceType, key: string): Promise<KubernetesObject | undefined> {
    try {
      return await this.#run.environment.client.get({ type, ...splitKey(key) });
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** The caches may hold others' objects too. */
  #checkOurs(type: ResourceType, object: KubernetesObject, call: 'update' | 'delete'): void {
    if (ownership(this.#run, object) !== 'ours')
      throw errors.notOurs(this.#run.phase.name, call, `${type.kind} ${keyOf(object)}`);
  }

  #reader(key: string, call: string): InputReader {
    this.#run.checkForUser(`client.${call}`);
    const reader = Object.hasOwn(this.#readers, key) ? this.#readers[key] : undefined;
    if (!reader) throw errors.undeclared(this.#run.phase.name, `the input ${key}`, Object.keys(this.#readers));
    return reader;
  }

  #output(key: string, call: string): ResourceOutput {
    const { phase } = this.#run;
    this.#run.checkForUser(`client.${call}`);
    const output = phase.outputs.get(key);
    if (!output) throw errors.undeclared(phase.name, `the output ${key}`, [...phase.outputs.keys()]);
    return output;
  }

  #checked(output: ResourceOutput, object: unknown, call: string): Desired<object> {
    return checkOutput(object, output, this.#run.namespace, this.#run.phase.name, `client.${call}`);
  }

  #keyOf(output: ResourceOutput, object: unknown, call: string): string {
    const { name, namespace } = this.#checked(output, object, call).metadata;
    return objectKey(name, output.type.namespaced ? (namespace ?? this.#run.namespace) : undefined);
  }
}
