import type { Transport, TransportRequest, TransportResponse } from '../kube/transport.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { Turns } from '../turns.ts';
import { answerOf, refusal } from './answers.ts';
import { DryRun } from './dry-run.ts';
import { deleted } from './deletion.ts';
import { heldRequest, objectOf, type HeldRequest, type WriteKind } from './held-request.ts';
import { HeldObjects, type HeldObject } from './held-objects.ts';
import { HeldWriter, type Made } from './held-writer.ts';
import { isMap } from './json.ts';

/** A write that was held back. */
export interface HeldWrite {
  readonly write: WriteKind;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly subresource: string | undefined;
  /** The field manager that it is made by; '' for a delete. */
  readonly manager: string;
  /** Before it and after it, as far as earlier writes were held back too; undefined: there is no such object. */
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
  /** What was sent. */
  readonly body: unknown;
  /** Why no server has looked at it; undefined: one has, and would take it. */
  readonly unchecked: string | undefined;
}

/** What an Event would have said. */
export interface HeldEvent {
  readonly reason: string;
  readonly note: string;
}

/**
 * Lets reads through to the cluster and holds back all that is written. A held-back write is answered by what the server makes of it in a
 * dry run, laid over what was held back of the same object before; a read of that one object is answered by the same. Lists and watches show
 * the cluster as it is. Events are held back unseen by any server.
 *
 * What is sent is GET, and POST and PATCH with `dryRun=All`; nothing else.
 */
export class HoldingTransport implements Transport {
  readonly #transport: Transport;
  readonly #dryRun: DryRun;
  readonly #objects = new HeldObjects();
  readonly #writer: HeldWriter;
  readonly #turns = new Turns();
  #writes: HeldWrite[] = [];
  #events: HeldEvent[] = [];

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#dryRun = new DryRun(transport);
    this.#writer = new HeldWriter(this.#dryRun, (namespace) => this.#makesNamespace(namespace));
  }

  /** What was held back since it was asked last. */
  take(): { readonly writes: readonly HeldWrite[]; readonly events: readonly HeldEvent[] } {
    const [writes, events] = [this.#writes, this.#events];
    this.#writes = [];
    this.#events = [];
    return { writes, events };
  }

  /** Forgets all that was held back, and returns the objects as the cluster has them. */
  forget(): readonly HeldObject[] {
    const held = [...this.#objects.all()];
    this.#objects.clear();
    return held;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    if (request.method === 'GET') return this.#read(request);
    // One after the other, so that each finds what the one before it has made.
    return this.#turns.take(() => this.#hold(heldRequest(request)));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #read(request: TransportRequest): Promise<TransportResponse> {
    const object = objectOf(new URL(request.path, 'http://cluster').pathname);
    const held = object && this.#objects.get(object.path);
    if (!held?.touched) return this.#transport.send(request);
    return held.now ? answerOf(200, held.now) : refusal(held.ref, 404, 'NotFound', '');
  }

  async #hold(request: HeldRequest): Promise<TransportResponse> {
    if (request.type.plural === 'events' && request.type.group === 'events.k8s.io') return this.#holdEvent(request);
    const looked = await this.#look(request);
    if ('refused' in looked) return looked.refused;
    const { held } = looked;
    const outcome = request.write === 'delete' ? deleted(request, held) : await this.#writer.write(request, held);
    return 'refused' in outcome ? outcome.refused : this.#keep(request, held, outcome);
  }

  #keep(
    { write, type, name, namespace, subresource, query, body }: HeldRequest,
    held: HeldObject,
    outcome: Made,
  ): TransportResponse {
    const { object, gone = false, unchecked } = outcome;
    const after = this.#objects.put(held, object, { gone, ownStatus: subresource === 'status' });
    this.#writes.push({
      write,
      ...type,
      name,
      namespace,
      subresource,
      manager: query.get('fieldManager') ?? '',
      before: held.now,
      body,
      after: gone ? undefined : after,
      unchecked,
    });
    if (write === 'delete' && gone)
      return answerOf(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    return answerOf(write === 'create' ? 201 : 200, after);
  }

  /** What there is of the object: as it was held back, else as it is. */
  async #look({
    request,
    ...ref
  }: HeldRequest): Promise<{ readonly held: HeldObject } | { readonly refused: TransportResponse }> {
    const known = this.#objects.get(ref.path);
    if (known) return { held: known };
    const found = await this.#dryRun.get(ref.path, request);
    if ('refused' in found) return found;
    const { path, type, namespace, name } = ref;
    const live = found.object;
    return {
      held: {
        ref: { path, type, namespace, name, subresource: undefined },
        live,
        now: live,
        touched: false,
        ownStatus: false,
      },
    };
  }

  #holdEvent({ body, write }: HeldRequest): TransportResponse {
    const { reason, note } = isMap(body) ? body : {};
    // A later one says only that it happened again.
    if (write === 'create') this.#events.push({ reason: text(reason), note: text(note) });
    return answerOf(201, isMap(body) ? body : {});
  }

  #makesNamespace(name: string): boolean {
    const held = this.#objects.get(`/api/v1/namespaces/${name}`);
    return held?.live === undefined && held?.now !== undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
