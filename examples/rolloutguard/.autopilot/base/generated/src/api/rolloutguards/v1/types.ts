// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { CustomResource, ResourceDefinition } from 'autopilot-runtime';
import type { z } from 'zod';
import type { spec, status } from './spec.ts';

/**
 * What is asked for: `spec` of the RolloutGuard, with the defaults that the API server fills
 * in.
 */
export type RolloutGuardSpec = z.output<typeof spec>;

/** What the workers report: their part of `status`. */
export type RolloutGuardStatus = z.output<typeof status>;

/** The phases, in the order of autopilot.yaml. */
export type RolloutGuardPhase =
  /** Gives the canary its first step of the traffic. */
  | 'Starting'
  /** Moves the traffic while enough requests to the canary succeed. */
  | 'Evaluating'
  /** The canary has none. */
  | 'RolledBack'
  /** The canary has all traffic. */
  | 'Promoted';

/**
 * The RolloutGuard as workers see it: frozen, and with `status` absent until something was
 * reported.
 */
export interface RolloutGuard extends CustomResource<
  RolloutGuardSpec,
  RolloutGuardStatus,
  RolloutGuardPhase
> {
  readonly apiVersion?: 'examples.io/v1';
  readonly kind?: 'RolloutGuard';
}

/** Where the API server has it: rolloutguards.examples.io. */
export const rolloutGuardResource = {
  group: 'examples.io',
  version: 'v1',
  kind: 'RolloutGuard',
  plural: 'rolloutguards',
  singular: 'rolloutguard',
  namespaced: true,
  key: 'rolloutGuard',
} as const satisfies ResourceDefinition;
