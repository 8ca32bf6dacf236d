import type { StructuralSchema } from './structural.ts';

/** Of a resource that nobody has looked at yet. */
const UNOBSERVED = -1;

/**
 * What a status is before the first write. Without it, tools that know no kind (kstatus, and with it Flux, kpt, Argo CD) take a resource
 * that has just been made for one that is done: to them no conditions are good conditions.
 */
export const INITIAL_STATUS = { observedGeneration: UNOBSERVED };

/** A status is no log. As `transitions` in autopilot.yaml has it. */
const MOST_TRANSITIONS = 100;

/** The keys of `status` that the runtime keeps. The user's own stand beside them. */
export function runtimeStatus(phases: readonly string[]): Readonly<Record<string, StructuralSchema>> {
  return {
    // Text rather than an enum: phases are renamed and removed, and resources stay in former ones until they are synced again.
    phase: { description: `The phase: ${phases.join(', ')}.`, type: 'string' },
    revision: {
      description: 'Raised by each status write of the operator; a write is refused when another one came in between.',
      type: 'integer',
      format: 'int64',
      minimum: 0,
    },
    observedGeneration: {
      description: 'The generation of the spec that the last run saw; -1 before the first.',
      type: 'integer',
      format: 'int64',
      minimum: UNOBSERVED,
    },
    conditions: {
      description: 'Ready; Reconciling and Stalled only while they are True.',
      type: 'array',
      items: CONDITION,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    observedOutputs: {
      description:
        'What phases left behind as the resource went on: digests by phase and output, to find drift after a restart.',
      type: 'object',
      additionalProperties: { type: 'object', additionalProperties: { type: 'string' } },
      // Only we write it: a server need not know of each member whose it is.
      'x-kubernetes-map-type': 'atomic',
    },
    transitions: {
      description: 'The last changes of the phase.',
      type: 'array',
      items: TRANSITION,
      maxItems: MOST_TRANSITIONS,
      'x-kubernetes-list-type': 'atomic',
    },
  };
}

/** `metav1.Condition`, with the limits that Kubernetes' own types carry. */
const CONDITION: StructuralSchema = {
  type: 'object',
  properties: {
    type: {
      description: 'The kind of condition.',
      type: 'string',
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    },
    status: { description: 'Whether it holds.', type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: {
      description: 'Why, for programs.',
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    },
    message: { description: 'Why, for people.', type: 'string', maxLength: 32768 },
    lastTransitionTime: { description: 'When `status` changed last.', type: 'string', format: 'date-time' },
    observedGeneration: {
      description: 'The generation of the spec that it is about.',
      type: 'integer',
      format: 'int64',
      minimum: 0,
    },
  },
  required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
};

const TRANSITION: StructuralSchema = {
  type: 'object',
  properties: {
    time: { description: 'When.', type: 'string', format: 'date-time' },
    from: { description: 'The phase before.', type: 'string' },
    to: { description: 'The phase after.', type: 'string' },
    reason: { description: 'Why, for programs.', type: 'string' },
  },
  required: ['time', 'to'],
};
