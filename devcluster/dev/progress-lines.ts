import { stringAt } from '../schema/json.ts';
import { happened, isTransition, logText, widthOf } from '../terminal/log-line.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Screen, Tone } from '../terminal/screen.ts';

const CHANGES: Readonly<Record<string, Tone>> = {
  created: 'good',
  applied: 'good',
  pruned: 'warning',
  patched: 'good',
  'let go': 'warning',
  changed: 'warning',
  deleted: 'warning',
};
/** By others, who are not the operator. */
const BY_OTHERS = new Set(['changed', 'deleted']);

export interface ProgressLinesOptions {
  readonly screen: Screen;
  readonly folder: string;
  /** For the width of their column. */
  readonly phases: readonly string[];
}

/** Shows what an operator tells: a column for the phase, one for what was done, and then to what. */
export class ProgressLines {
  readonly #screen: Screen;
  readonly #folder: string;
  readonly #phaseWidth: number;
  /** How often each resource's last failure was told by the operator, which tries again and again. */
  readonly #failures = new Map<string, { readonly what: string; count: number }>();

  constructor({ screen, folder, phases }: ProgressLinesOptions) {
    this.#screen = screen;
    this.#folder = folder;
    this.#phaseWidth = widthOf(phases);
  }

  /** Shows `Progress` of autopilot-runtime. */
  progress(progress: JsonObject): void {
    const text = (name: string): string => stringAt(progress, name);
    const resource = text('resource');
    switch (text('type')) {
      case 'crd':
        if (text('change') !== 'unchanged') this.#screen.say('crd', `${text('name')} ${text('change')}`, 'good');
        return;
      case 'resource': {
        this.#failures.delete(resource);
        const change = text('change') === 'deleting' ? 'is being deleted' : text('change');
        return this.#screen.say(resource, change, change === 'created' ? 'good' : 'warning');
      }
      case 'transition':
        this.#failures.delete(resource);
        return this.#screen.say(resource, `${text('from') || 'new'} → ${text('to') || 'no phase'}`, 'news');
      case 'output':
      case 'patch': {
        const change = text('change');
        const what = `${text('kind')} ${within(text('object'), resource)}${BY_OTHERS.has(change) ? ' by others' : ''}`;
        return this.#happened(resource, text('phase'), change, what, CHANGES[change]);
      }
      case 'trouble':
        return this.#happened(resource, text('phase'), 'trouble', `${text('reason')}: ${text('message')}`, 'bad');
    }
  }

  /** Shows a line of the log, as pino writes it. */
  log(line: JsonObject): void {
    const { resource, phase, word, tone, text, frames } = logText(line, this.#folder);
    // Told as progress, too.
    if (isTransition(line)) return;
    // That it started is told once it is ready, too.
    if (resource === '' && word === 'info' && /^\S+ started: /.test(text)) return;
    if (resource === '') return this.#screen.say('operator', `${word === 'info' ? '' : `${word}  `}${text}`, tone);
    if (word !== 'failed') return this.#happened(resource, phase, word, text, tone);
    const times = this.#count(resource, `${phase} ${text}`);
    if (times === 1) {
      this.#happened(resource, phase, word, text, tone);
      this.#screen.more(frames, 'quiet');
    } else if (Number.isInteger(Math.log2(times))) {
      this.#happened(resource, phase, word, `${text.split('\n', 1)[0] ?? ''} (${times} times)`, tone);
    }
  }

  /** What fails in the operator that starts now is told in full again. */
  forgetFailures(): void {
    this.#failures.clear();
  }

  #count(resource: string, what: string): number {
    const known = this.#failures.get(resource);
    const failure = known?.what === what ? known : { what, count: 0 };
    this.#failures.set(resource, failure);
    failure.count += 1;
    return failure.count;
  }

  #happened(resource: string, phase: string, verb: string, what: string, tone: Tone = 'plain'): void {
    this.#screen.say(resource, happened(phase, verb, what, this.#phaseWidth), tone);
  }
}

/** A name, and its namespace only where that is another one than the resource's. */
function within(object: string, resource: string): string {
  const namespace = resource.slice(0, resource.indexOf('/') + 1);
  return namespace !== '' && object.startsWith(namespace) ? object.slice(namespace.length) : object;
}
