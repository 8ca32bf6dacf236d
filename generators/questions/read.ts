import type { Problem } from '../../project/model.ts';
import { optionChoice, optionFlag, optionRepeated, optionValue } from '../errors.ts';
import { optionName } from './question.ts';
import { Answers } from './answers.ts';
import type { Answer, Question, Questions, RawOption } from './question.ts';

/** The option under either of its names: `operator-name` or, as yo's parser has it, `operatorName`. */
export function rawOption(options: Readonly<Record<string, unknown>>, name: string): RawOption | undefined {
  for (const key of [name, optionName(name)]) {
    const raw = options[key];
    if (typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean') return raw;
    if (Array.isArray(raw)) return raw.map(String);
  }
  return undefined;
}

/** What the command line answers already, and all that is wrong with it. */
export function readOptions(
  questions: Questions,
  options: Readonly<Record<string, unknown>>,
): { given: Answers; problems: Problem[] } {
  const given = new Map<string, Answer>();
  const problems: Problem[] = [];
  for (const [name, question] of Object.entries(questions)) {
    const raw = rawOption(options, name);
    if (raw === undefined) continue;
    const value = readValue(`--${optionName(name)}`, question, raw);
    if (isProblem(value)) problems.push(value);
    else given.set(name, value);
  }
  return { given: new Answers(given), problems };
}

function isProblem(value: Answer | Problem): value is Problem {
  return typeof value === 'object' && 'code' in value;
}

function readValue(option: string, question: Question, raw: RawOption): Answer | Problem {
  if (question.type === 'list') return readList(option, raw);
  if (typeof raw === 'object') return optionRepeated(option);
  if (question.type === 'flag') return readFlag(option, raw);
  // `--kind` without a value comes as true.
  if (typeof raw === 'boolean') return optionValue(option);
  const text = String(raw);
  if (question.type === 'choice' && !question.choices.includes(text))
    return optionChoice(option, text, question.choices);
  return text;
}

/** True, false, or what else was written. `--flag=false` comes as text from yo's parser. */
export function readFlag(option: string, raw: string | number | boolean): boolean | Problem {
  if (raw === true || raw === 'true') return true;
  if (raw === false || raw === 'false') return false;
  return optionFlag(option, String(raw));
}

/** `a,b`, or the option given several times. `--next=` is the empty list. */
function readList(option: string, raw: RawOption): readonly string[] | Problem {
  if (raw === true) return optionValue(option);
  if (raw === false) return [];
  const parts = typeof raw === 'object' ? raw.map(String) : [String(raw)];
  return parts.flatMap((part) => part.split(',').map((word) => word.trim())).filter(Boolean);
}
