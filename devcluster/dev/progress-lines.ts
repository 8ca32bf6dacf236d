import { stringAt, valueAt } from '../schema/json.ts';
import { ownFrames, readableLines } from './error-text.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Screen, Tone } from './screen.ts';

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
    this.#phaseWidth = Math.max(7, ...phases.map(({ length }) => length));
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
    // Of which sync a line is, would make each one another, and tells nothing to who sees them one after the other.
    const { level, time: _time, msg, resource, phase, sync: _sync, err, ...fields } = line;
    const [key, message] = [asText(resource), asText(msg)];
    // Told as progress, too.
    if (key !== '' && message === `${asText(fields['from'])} → ${asText(fields['to'])}`) return;
    const { word, tone } = levelOf(level);
    // That it started is told once it is ready, too.
    if (key === '' && word === 'info' && /^\S+ started: /.test(message)) return;
    const reason = word === 'failed' ? asText(fields['reason']) : '';
    if (reason !== '') delete fields['reason'];
    const more = Object.entries(fields).map(([name, value]) => ` ${name}=${asText(value)}`);
    const what = `${reason === '' ? '' : `${reason}: `}${message}${more.join('')}`;
    const said = readableLines(what, this.#folder).join('\n');
    if (key === '') return this.#screen.say('operator', `${word === 'info' ? '' : `${word}  `}${said}`, tone);
    if (word !== 'failed') return this.#happened(key, asText(phase), word, said, tone);
    const times = this.#count(key, `${asText(phase)} ${said}`);
    if (times === 1) {
      this.#happened(key, asText(phase), word, said, tone);
      this.#screen.more(ownFrames(asText(valueAt(err, 'stack')), this.#folder), 'quiet');
    } else if (Number.isInteger(Math.log2(times))) {
      this.#happened(key, asText(phase), word, `${said.split('\n', 1)[0] ?? ''} (${times} times)`, tone);
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
    this.#screen.say(resource, `${phase.padEnd(this.#phaseWidth)}  ${verb.padEnd(7)}  ${what}`, tone);
  }
}

/** A name, and its namespace only where that is another one than the resource's. */
function within(object: string, resource: string): string {
  const namespace = resource.slice(0, resource.indexOf('/') + 1);
  return namespace !== '' && object.startsWith(namespace) ? object.slice(namespace.length) : object;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Pino's levels. */
function levelOf(level: unknown): { readonly word: string; readonly tone: Tone } {
  const number = typeof level === 'number' ? level : 30;
  if (number >= 50) return { word: 'failed', tone: 'bad' };
  if (number >= 40) return { word: 'warning', tone: 'warning' };
  return number >= 30 ? { word: 'info', tone: 'plain' } : { word: 'debug', tone: 'quiet' };
}
