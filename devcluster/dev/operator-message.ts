import { isObject, listAt, stringAt, valueAt } from '../schema/json.ts';
import type { JsonObject } from '../schema/json.ts';

/** What the operator tells on its channel, `autopilot-runtime`'s development.ts. */
export type OperatorMessage =
  | { readonly type: 'progress'; readonly progress: JsonObject }
  | { readonly type: 'log'; readonly line: JsonObject }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown; readonly error: string | undefined };

/** Undefined for what is none: whatever the user's code sends to its parent. */
export function readMessage(value: unknown): OperatorMessage | undefined {
  switch (stringAt(value, 'type')) {
    case 'progress': {
      const progress = valueAt(value, 'progress');
      return isObject(progress) ? { type: 'progress', progress } : undefined;
    }
    case 'log': {
      const line = parse(stringAt(value, 'line'));
      return isObject(line) ? { type: 'log', line } : undefined;
    }
    case 'answer': {
      const id = valueAt(value, 'id');
      const error = valueAt(value, 'error');
      if (typeof id !== 'number') return undefined;
      return {
        type: 'answer',
        id,
        result: valueAt(value, 'result'),
        error: typeof error === 'string' ? error : undefined,
      };
    }
    default:
      return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A resource, what it has made and what it has patched, to be shown. */
export interface ShownResource {
  readonly resource: string;
  readonly phase: string;
  /** Status, reason and message of the condition Ready. */
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  readonly created: string;
  readonly outputs: readonly { readonly kind: string; readonly object: string; readonly phase: string }[];
  /** Somebody else's, in which it holds fields. */
  readonly patches: readonly { readonly kind: string; readonly object: string }[];
}

export function readShownResource(value: unknown): ShownResource {
  const text = (name: string): string => stringAt(value, name);
  return {
    resource: text('resource'),
    phase: text('phase'),
    ready: text('ready'),
    reason: text('reason'),
    message: text('message'),
    created: text('created'),
    outputs: listAt(value, 'outputs').map((output) => ({
      kind: stringAt(output, 'kind'),
      object: stringAt(output, 'object'),
      phase: stringAt(output, 'phase'),
    })),
    patches: listAt(value, 'patches').map((patch) => ({
      kind: stringAt(patch, 'kind'),
      object: stringAt(patch, 'object'),
    })),
  };
}
