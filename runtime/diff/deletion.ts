import type { KubernetesObject } from '../kube/types.ts';
import { refusal } from './answers.ts';
import type { HeldObject } from './held-objects.ts';
import type { HeldRequest } from './held-request.ts';
import type { Outcome } from './held-writer.ts';
import { isMap } from './json.ts';

/**
 * What a delete makes of an object. No server is asked: it is gone, or marked where finalizers, a node or a namespace's own end keep it.
 * Not guaranteed: that no webhook refuses it.
 */
export function deleted({ body }: HeldRequest, { ref, now }: HeldObject): Outcome {
  if (!now) return { refused: refusal(ref, 404, 'NotFound', '') };
  const wanted = isMap(body) && isMap(body['preconditions']) ? body['preconditions']['uid'] : undefined;
  const { uid } = now.metadata;
  if (wanted !== undefined && wanted !== uid)
    return {
      refused: refusal(
        ref,
        409,
        'Conflict',
        `Precondition failed: UID in precondition: ${JSON.stringify(wanted)}, UID in object meta: ${uid}`,
      ),
    };
  if (!lives(now, ref.type.plural)) return { object: now, gone: true };
  const deletionTimestamp = now.metadata.deletionTimestamp ?? new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return { object: { ...now, metadata: { ...now.metadata, deletionTimestamp, deletionGracePeriodSeconds: 0 } } };
}

/** Whether an object that is being deleted is there until somebody has done something. */
export function lives({ metadata, ...object }: KubernetesObject, plural: string): boolean {
  if ((metadata.finalizers ?? []).length > 0) return true;
  const spec: unknown = Reflect.get(object, 'spec');
  // Of a Pod on a node that, of a Namespace what is in it.
  return (
    isMap(spec) &&
    ((plural === 'pods' && spec['nodeName'] !== undefined) ||
      (plural === 'namespaces' && Array.isArray(spec['finalizers'])))
  );
}
