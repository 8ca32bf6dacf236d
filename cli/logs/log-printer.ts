import { happened, logText, widthOf } from '../../devcluster/terminal/log-line.ts';
import { Screen } from '../../devcluster/terminal/screen.ts';
import type { CommandEnvironment } from '../cluster/command-environment.ts';
import type { LogLine } from './log-line.ts';

/** Where the project is in the operator's image. */
const FOLDER = '/app';
/** Of a pod's name, what tells it from the others of its Deployment. */
const SUFFIX = 5;

/** As JSON, one object a line: the operator's own with the pod before its members; what is no JSON as `text`. */
export function jsonLine({ pod, text, fields, time }: LogLine): string {
  if (fields === undefined) return JSON.stringify({ pod, time, text });
  // The text itself, since numbers may be larger than what JSON.parse keeps.
  const members = text.trimEnd().slice(1).trimStart();
  return `{"pod":${JSON.stringify(pod)}${members === '}' ? '' : ','}${members}`;
}

/** For people, as the dev loop shows them: time, pod, resource, phase, and what happened. Nothing is left out but sync ids. */
export class PrettyLines {
  readonly #screen: Screen;
  readonly #phaseWidth: number;
  #line: LogLine | undefined;
  #day = '';

  constructor({ output, clock }: CommandEnvironment, phases: readonly string[]) {
    this.#phaseWidth = widthOf(phases);
    this.#day = dayOf(new Date(clock.now()));
    this.#screen = new Screen(
      output,
      () => new Date(this.#line?.time ?? 0),
      () => (this.#line?.pod ?? '').slice(-SUFFIX),
    );
  }

  show(line: LogLine): void {
    this.#line = line;
    const day = dayOf(new Date(line.time));
    if (day !== this.#day) this.#screen.say('', day, 'quiet');
    this.#day = day;
    if (line.fields === undefined) return this.#screen.say('', line.text);
    const { operator: _operator, version: _version, ...fields } = line.fields;
    const { resource, phase, word, tone, text, frames } = logText(fields, FOLDER);
    if (resource === '') this.#screen.say('operator', `${word === 'info' ? '' : `${word}  `}${text}`, tone);
    else this.#screen.say(resource, happened(phase, word, text, this.#phaseWidth), tone);
    this.#screen.more(frames, 'quiet');
  }
}

/** `2026-11-26`, as the time of day is shown: by the machine's time zone. */
function dayOf(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}
