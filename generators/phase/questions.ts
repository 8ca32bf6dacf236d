import type { Questions } from '../questions/question.ts';

/** What a new phase is asked about, in this order; each is an option, too. */
export const PHASE_QUESTIONS = {
  name: { type: 'text', message: 'Name of the phase, such as Syncing', placeholder: 'Name', positional: true },
  description: { type: 'text', message: 'What happens in it, in a sentence', placeholder: 'text' },
  initial: { type: 'flag', message: 'The initial phase, in which new resources start' },
  final: { type: 'flag', message: 'A final phase: a rest, without a worker' },
  inputs: { type: 'list', message: 'What it reads (catalogue names)', placeholder: 'a,b' },
  outputs: { type: 'list', message: 'What it makes (catalogue names)', placeholder: 'a,b' },
  patches: { type: 'list', message: "What of others' it sets fields in (catalogue names)", placeholder: 'a,b' },
  from: { type: 'list', message: 'Phases that lead to it', placeholder: 'A,B' },
  next: { type: 'list', message: 'Phases that it may go to (none: any)', placeholder: 'A,B' },
} as const satisfies Questions;
