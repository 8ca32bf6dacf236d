import { configMaps, routes, type ConfigMap, type Route } from './testbed.ts';
import type { KindRequest, Reader, Reconciler, ReconcileResult, ReconcilerDefinition } from 'autopilot-runtime';

interface Types {
  readonly object: Route;
  readonly reads: { readonly configMaps: Reader<ConfigMap> };
  readonly writes: { readonly configMaps: ConfigMap; readonly routes: Route };
}
export type Request = KindRequest<Types>;

export const done: ReconcileResult = { outcome: 'done' };
export const ROUTES = routes({}).resource;

/** A reconciler of Routes that reads and writes ConfigMaps. */
export const reconciler = (
  reconcile: Reconciler<Request>['reconcile'],
  more: Partial<ReconcilerDefinition> = {},
): ReconcilerDefinition => ({
  reads: { configMaps: { type: configMaps } },
  writes: { configMaps, routes: ROUTES },
  reconciler: { reconcile },
  ...more,
});
