/** What the process tells that plays an operator: runtime/diff/report.ts of the project's runtime, which may be another version than this. */
export interface PlayedStep {
  readonly controller: string;
  readonly resource: string;
  readonly step: number;
  readonly from: string;
  readonly to: string;
  readonly outcome: string;
  /** Milliseconds. */
  readonly after?: number;
  readonly changes: readonly PlayedChange[];
  readonly messages: readonly { readonly level: string; readonly reason: string; readonly message: string }[];
}

export interface PlayedChange {
  readonly action: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly before?: object;
  readonly after?: object;
  readonly unchecked?: string;
}

export type PlayedMessage =
  | { readonly type: 'begin'; readonly server: string }
  | { readonly type: 'step'; readonly step: PlayedStep }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** Undefined for what is none: whatever the project's code sends to its parent. */
export function readMessage(value: unknown): PlayedMessage | undefined {
  if (!isMap(value)) return undefined;
  switch (value['type']) {
    case 'begin':
      return { type: 'begin', server: text(value['server']) };
    case 'end':
      return { type: 'end' };
    case 'error':
      return { type: 'error', code: text(value['code']), message: text(value['message']) };
    case 'step':
      return isStep(value['step']) ? { type: 'step', step: value['step'] } : undefined;
    default:
      return undefined;
  }
}

function isStep(value: unknown): value is PlayedStep {
  return (
    isMap(value) &&
    typeof value['resource'] === 'string' &&
    Array.isArray(value['changes']) &&
    Array.isArray(value['messages'])
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
