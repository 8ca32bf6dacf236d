// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { CustomResource, ResourceDefinition } from 'autopilot-runtime';
import type { z } from 'zod';
import type { spec, status } from './spec.ts';

/** What is asked for: `spec` of the Flow, with the defaults that the API server fills in. */
export type FlowSpec = z.output<typeof spec>;

/** What the workers report: their part of `status`. */
export type FlowStatus = z.output<typeof status>;

/** The phases, in the order of autopilot.yaml. */
export type FlowPhase =
  /** Makes the first ConfigMap. */
  | 'First'
  /** Makes the second ConfigMap. */
  | 'Second'
  /** Makes the third ConfigMap. */
  | 'Third'
  /** All three are there. */
  | 'Done';

/**
 * The Flow as workers see it: frozen, and with `status` absent until something was reported.
 */
export interface Flow extends CustomResource<FlowSpec, FlowStatus, FlowPhase> {
  readonly apiVersion?: 'bench.example.io/v1';
  readonly kind?: 'Flow';
}

/** Where the API server has it: flows.bench.example.io. */
export const flowResource = {
  group: 'bench.example.io',
  version: 'v1',
  kind: 'Flow',
  plural: 'flows',
  singular: 'flow',
  namespaced: true,
  key: 'flow',
} as const satisfies ResourceDefinition;
