import { ownFrames, readableLines } from './error-text.ts';
import type { Tone } from './screen.ts';

/** A line of an operator's log, as pino writes it. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What a person is shown of it. */
export interface LogText {
  /** The resource's key; '' where it is about none. */
  readonly resource: string;
  readonly phase: string;
  readonly word: 'debug' | 'info' | 'warning' | 'failed';
  readonly tone: Tone;
  /** Reason, message, and further fields; several lines where the message has them. */
  readonly text: string;
  /** The frames of its error's stack that are in `folder`. */
  readonly frames: readonly string[];
}

/** Reads a line for people. `folder`: of the project where it was logged, to which paths are shown relative. */
export function logText(line: LogFields, folder: string): LogText {
  // Of which sync a line is, would make each one another, and tells nothing to who sees them one after the other.
  const { level, time: _time, msg, resource, phase, sync: _sync, err, ...fields } = line;
  const { word, tone } = levelOf(level);
  const reason = word === 'failed' ? asText(fields['reason']) : '';
  const isSaid = (name: string): boolean =>
    name === 'reason' ? reason !== '' : (name === 'from' || name === 'to') && isTransition(line);
  const others = Object.entries(fields).filter(([name]) => !isSaid(name));
  const more = others.map(([name, value]) => ` ${name}=${asText(value)}`);
  const what = `${reason === '' ? '' : `${reason}: `}${asText(msg)}${more.join('')}`;
  return {
    resource: asText(resource),
    phase: asText(phase),
    word,
    tone,
    text: readableLines(what, folder).join('\n'),
    frames: word === 'failed' ? ownFrames(stackOf(err), folder) : [],
  };
}

/** Whether it tells that a resource went from one phase to another. */
export function isTransition({ msg, resource, from, to }: LogFields): boolean {
  return asText(resource) !== '' && msg === `${asText(from)} → ${asText(to)}`;
}

/** What is shown beside the resource: columns for the phase, and for what happened. */
export function happened(phase: string, verb: string, what: string, phaseWidth: number): string {
  return `${phase.padEnd(phaseWidth)}  ${verb.padEnd(7)}  ${what}`;
}

/** The width of the phases' column. */
export function widthOf(phases: readonly string[]): number {
  return Math.max(7, ...phases.map(({ length }) => length));
}

export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  return typeof error === 'object' && error !== null ? asText(Reflect.get(error, 'stack')) : '';
}

/** Pino's levels. */
function levelOf(level: unknown): Pick<LogText, 'word' | 'tone'> {
  const number = typeof level === 'number' ? level : 30;
  if (number >= 50) return { word: 'failed', tone: 'bad' };
  if (number >= 40) return { word: 'warning', tone: 'warning' };
  return number >= 30 ? { word: 'info', tone: 'plain' } : { word: 'debug', tone: 'quiet' };
}
