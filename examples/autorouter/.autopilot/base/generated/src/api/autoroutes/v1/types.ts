// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { CustomResource, ResourceDefinition } from 'autopilot-runtime';
import type { z } from 'zod';
import type { spec, status } from './spec.ts';

/**
 * What is asked for: `spec` of the AutoRoute, with the defaults that the API server fills in.
 */
export type AutoRouteSpec = z.output<typeof spec>;

/** What the workers report: their part of `status`. */
export type AutoRouteStatus = z.output<typeof status>;

/** The phases, in the order of autopilot.yaml. */
export type AutoRoutePhase =
  /** Begins with an empty record of what has a route. */
  | 'Initializing'
  /** Makes a Gateway, and a Service and a VirtualService for each selected Deployment. */
  | 'Syncing'
  /** Watches over the selection. */
  | 'Ready';

/**
 * The AutoRoute as workers see it: frozen, and with `status` absent until something was
 * reported.
 */
export interface AutoRoute extends CustomResource<AutoRouteSpec, AutoRouteStatus, AutoRoutePhase> {
  readonly apiVersion?: 'examples.io/v1';
  readonly kind?: 'AutoRoute';
}

/** Where the API server has it: autoroutes.examples.io. */
export const autoRouteResource = {
  group: 'examples.io',
  version: 'v1',
  kind: 'AutoRoute',
  plural: 'autoroutes',
  singular: 'autoroute',
  namespaced: true,
  key: 'autoRoute',
} as const satisfies ResourceDefinition;
