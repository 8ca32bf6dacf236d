// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { CustomResource, ResourceDefinition } from 'autopilot-runtime';
import type { z } from 'zod';
import type { spec, status } from './spec.ts';

/**
 * What is asked for: `spec` of the Ownership, with the defaults that the API server fills in.
 */
export type OwnershipSpec = z.output<typeof spec>;

/** What the workers report: their part of `status`. */
export type OwnershipStatus = z.output<typeof status>;

/** The phases, in the order of autopilot.yaml. */
export type OwnershipPhase = /** Labels the selected Deployments with their team. */ 'Labelling';

/**
 * The Ownership as workers see it: frozen, and with `status` absent until something was
 * reported.
 */
export interface Ownership extends CustomResource<OwnershipSpec, OwnershipStatus, OwnershipPhase> {
  readonly apiVersion?: 'examples.io/v1';
  readonly kind?: 'Ownership';
}

/** Where the API server has it: ownerships.examples.io. */
export const ownershipResource = {
  group: 'examples.io',
  version: 'v1',
  kind: 'Ownership',
  plural: 'ownerships',
  singular: 'ownership',
  namespaced: true,
  key: 'ownership',
} as const satisfies ResourceDefinition;
