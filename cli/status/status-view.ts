import type { Problem } from '../../project/model.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { troubles, type Place } from './looked.ts';
import { operatorState, type OperatorState } from './operator-state.ts';
import { resourceList, type Overview } from './overview.ts';
import type { ResourceRow } from './resource-row.ts';

/** What is known of the operator and its resources while they are followed. */
export class StatusView {
  readonly place: Place;
  readonly rows = new Map<string, ResourceRow>();
  readonly pods = new Map<string, KubernetesObject>();
  /** Undefined: all namespaces. */
  namespace: string | undefined;
  deployment: KubernetesObject | undefined;
  lease: KubernetesObject | 'unknown' | undefined;
  /** What cannot be looked at, by what it is about. */
  readonly unseen = new Map<string, Problem>();

  constructor(place: Place) {
    this.place = place;
    this.namespace = place.watched;
  }

  operator(): OperatorState | null {
    return this.deployment ? operatorState(this.deployment, [...this.pods.values()], this.#lease()) : null;
  }

  overview(): Overview {
    const { kind, phases } = this.place.project;
    const names = phases.map(({ name }) => name);
    return { operator: this.operator(), resources: resourceList(kind, this.namespace, names, this.rows.values()) };
  }

  problems(operator: OperatorState | null, now: number): readonly Problem[] {
    return [...(operator ? troubles(operator, this.#lease(), now) : this.place.problems), ...this.unseen.values()];
  }

  #lease(): KubernetesObject | 'unknown' | 'off' | undefined {
    return this.place.lease ? this.lease : 'off';
  }
}
