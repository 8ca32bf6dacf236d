import { messageOf } from './errors.ts';
import type { KubeClient } from './kube/client.ts';
import { apiVersionOf } from './kube/paths.ts';
import type { KubernetesObject, ResourceType } from './kube/types.ts';
import type { Progress, ResourceSummary } from './observe/progress.ts';
import { writtenKinds, type Plan } from './plan.ts';

/**
 * The operator's side of the dev loop, which runs it as a child process with a channel for messages: it tells what happens, and does what
 * a key was pressed for. Nothing of this is there in production.
 */
export interface DevLoop {
  /** What happens, in the order in which it happens. */
  readonly tell: (progress: Progress) => void;
  /** Takes lines of the log: on the same channel, so that they stand where they belong. */
  readonly log: (line: string) => void;
  /** Answers requests from now on. */
  serve(served: ServedOperator): void;
  /** Calls when the dev loop is gone, however it ended: nobody may be left behind by it. */
  onGone(callback: () => void): void;
}

/** Of the manager, what requests need. */
export interface ServedOperator {
  readonly plan: Plan;
  readonly client: KubeClient;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
  readonly resources: () => readonly ResourceSummary[];
}

type Message =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly error: string };

/** The dev loop that runs this process; undefined where it was started otherwise. */
export function devLoop(): DevLoop | undefined {
  if (!process.send) return undefined;
  // It must not keep a process alive that could not start.
  process.channel?.unref();
  return {
    tell: (progress) => send({ type: 'progress', progress }),
    log: (line) => send({ type: 'log', line }),
    serve(served) {
      process.on('message', (message) => void answer(served, message));
      process.channel?.unref();
    },
    onGone(callback) {
      if (process.connected) process.once('disconnect', callback);
      else callback();
    },
  };
}

function send(message: Message): void {
  // Where the other side has gone there is nobody to tell.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function answer(served: ServedOperator, message: unknown): Promise<void> {
  if (typeof message !== 'object' || message === null || !('id' in message) || typeof message.id !== 'number') return;
  const { id } = message;
  try {
    send({ type: 'answer', id, result: await resultOf(served, message) });
  } catch (error) {
    send({ type: 'answer', id, error: messageOf(error) });
  }
}

async function resultOf(served: ServedOperator, request: object): Promise<unknown> {
  const type: unknown = Reflect.get(request, 'type');
  if (type === 'resources') return served.resources();
  if (type !== 'apply') throw new Error(`there is no request ${String(type)}`);
  return applyObject(served, Reflect.get(request, 'object'));
}

async function applyObject({ plan, client, namespace }: ServedOperator, object: unknown): Promise<string> {
  if (!isKubernetesObject(object))
    throw new Error('it is no Kubernetes object: it needs apiVersion, kind and metadata.name');
  const type = declaredTypes(plan).find(
    (each) => each.kind === object.kind && apiVersionOf(each) === object.apiVersion,
  );
  if (!type) throw new Error(`${object.kind} is no kind of this operator; apply it with kubectl`);
  const metadata = {
    ...object.metadata,
    ...(type.namespaced && { namespace: object.metadata.namespace ?? namespace }),
  };
  const applied = await client.apply(type, { ...object, metadata });
  return [applied.metadata.namespace, applied.metadata.name].filter((part) => part !== undefined).join('/');
}

function declaredTypes(plan: Plan): readonly ResourceType[] {
  return [plan.resource, ...writtenKinds(plan)];
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return false;
  const { metadata } = value;
  const named =
    typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string';
  return named && 'kind' in value && typeof value.kind === 'string' && 'apiVersion' in value;
}
