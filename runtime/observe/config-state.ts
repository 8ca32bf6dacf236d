import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { ResourceType } from '../kube/types.ts';
import { ConfigMetrics } from './config-metrics.ts';
import type { EventRecorder } from './events.ts';
import type { Instruments } from './instruments.ts';

const PODS: ResourceType = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

/** Whether the configuration in use is the one that was asked for last, for metrics and events. */
export class ConfigState {
  readonly #metrics: ConfigMetrics;
  readonly #env: NodeJS.ProcessEnv;
  #refusal: string | undefined;

  /** `env` says which pod this is, where it is one. */
  constructor(instruments: Instruments, clock: Clock, env: NodeJS.ProcessEnv) {
    this.#metrics = new ConfigMetrics(instruments, clock);
    this.#env = env;
  }

  /** `changed`: whether it differs from the former one. */
  accepted(changed: boolean): void {
    this.#refusal = undefined;
    this.#metrics.reloaded(changed ? 'applied' : 'unchanged');
  }

  /** Returns whether that is news, of which an event should tell. */
  refused(error: unknown): boolean {
    const why = messageOf(error);
    this.#metrics.reloaded('refused');
    const isNews = why !== this.#refusal;
    this.#refusal = why;
    return isNews;
  }

  /** Of a configuration that is refused: an event about the pod, in whose namespace the operator may write events. */
  tell(events: EventRecorder): void {
    const name = this.#env['POD_NAME'];
    if (this.#refusal === undefined || !name) return;
    const resource = { metadata: { name, namespace: this.#env['POD_NAMESPACE'], uid: this.#env['POD_UID'] } };
    events.warn({ resource, type: PODS, reason: 'ConfigRefused', action: 'Reload', note: this.#refusal });
  }
}
