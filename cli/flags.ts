import { Option } from 'commander';
import type { Command } from 'commander';
import { describeOption, optionName } from '../generators/questions/question.ts';
import type { Question, Questions } from '../generators/questions/question.ts';

/** Gives a command the options of a generator's questions. */
export function addQuestions(command: Command, questions: Questions): Command {
  for (const [name, question] of Object.entries(questions)) addQuestion(command, name, question);
  return command;
}

function addQuestion(command: Command, name: string, question: Question): void {
  const option = `--${optionName(name)}`;
  if (question.type === 'flag') {
    command.option(option, describeOption(question));
    command.addOption(new Option(`--no-${optionName(name)}`).hideHelp());
    return;
  }
  const described = new Option(`${option} <${question.placeholder ?? 'value'}>`, describeOption(question));
  if (question.type === 'choice') CHOICES.set(described, question.choices);
  command.addOption(described);
}

/** Not commander's own choices: the generator itself says what is wrong with a value, of all options at once. */
const CHOICES = new WeakMap<Option, readonly string[]>();

/** What an option's value can be, where it is one of a few. */
export function choicesOf(option: Option): readonly string[] | undefined {
  return option.argChoices ?? CHOICES.get(option);
}

/**
 * `--finalizer=false` and `--install false` as commander wants them: `--no-finalizer`. Both are what people type, and what works
 * with `yo`.
 */
export function normalizeFlags(words: readonly string[], flags: ReadonlySet<string>): string[] {
  const normalized: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return [...normalized, ...words.slice(index)];
    const [, name = '', inline] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
    const next = words[index + 1];
    const value = inline ?? (next === 'true' || next === 'false' ? next : undefined);
    if (!flags.has(name) || value === undefined) {
      normalized.push(word);
      continue;
    }
    normalized.push(value === 'true' ? `--${name}` : value === 'false' ? `--no-${name}` : word);
    if (inline === undefined) index += 1;
  }
  return normalized;
}

/** The names of the flags, as they are typed. */
export function flagNames(...questions: readonly Questions[]): string[] {
  return questions.flatMap((set) =>
    Object.entries(set).flatMap(([name, { type }]) => (type === 'flag' ? [optionName(name)] : [])),
  );
}
