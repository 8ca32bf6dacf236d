import type { Argument, Command, Option } from 'commander';
import { choicesOf } from '../flags.ts';

/** A word that can be typed, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What can stand at a place: words, or paths, which the shell knows best. */
export type Candidates = readonly Candidate[] | 'files' | 'directories';

/** A place of a value that commander knows nothing of but its name. */
export interface Place {
  /** `status`. */
  readonly command: string;
  /** `--context`, or the argument's name: `resource`. */
  readonly name: string;
  /** Values of the options that were typed before. */
  readonly given: ReadonlyMap<string, string>;
}

/** What can stand there. Asked only for values that commander has no choices for. */
export type Values = (place: Place) => Promise<Candidates>;

/** Options of commands that hand theirs on to another program, by the command's name. */
export type FurtherOptions = Readonly<Record<string, readonly Option[]>>;

interface Typed {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly given: ReadonlyMap<string, string>;
  /** Whose value the last word is. */
  readonly pending: Option | undefined;
  readonly onlyOperands: boolean;
}

/**
 * What the last word can become. All that is known of commands, options and arguments is the program itself, so that nothing that it has is
 * missing here. `words`: after the program's name, the last one as far as it is typed.
 */
export async function completions(
  program: Command,
  words: readonly string[],
  values: Values,
  further: FurtherOptions = {},
): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const typed = readWords(program, words.slice(0, -1), further);
  const { command, pending, given } = typed;
  const optionValues = async (option: Option, word: string, before = ''): Promise<Candidates> => {
    const choices = choicesOf(option);
    const found = choices
      ? choices.map((value) => ({ value, description: '' }))
      : await values({ command: command.name(), name: option.long ?? option.short ?? '', given });
    if (typeof found === 'string') return found;
    // Of a list, such as `<a,b>`, the last one.
    const comma = /<[^>]*,[^>]*>/.test(option.flags) ? word.lastIndexOf(',') + 1 : 0;
    const kept = before + word.slice(0, comma);
    return beginning(found, word.slice(comma)).map(({ value, description }) => ({ value: kept + value, description }));
  };
  if (pending) return optionValues(pending, current);
  const [, name = '', word = ''] = typed.onlyOperands ? [] : (/^(--[^=]+)=(.*)$/s.exec(current) ?? []);
  if (name !== '') {
    const option = optionsOf(command, further).find(({ long }) => long === name);
    return option && takesValue(option) ? optionValues(option, word, `${name}=`) : [];
  }
  if (!typed.onlyOperands && current.startsWith('-')) return beginning(optionWords(command, current, further), current);
  return operandWords(program, typed, current, values);
}

async function operandWords(
  program: Command,
  { command, operands, given }: Typed,
  current: string,
  values: Values,
): Promise<Candidates> {
  const { registeredArguments } = command;
  const argument = registeredArguments[operands.length] ?? lastVariadic(registeredArguments);
  // Commander's own `help` takes the name of a command, too.
  const isCommand = operands.length === 0 || (command === program && operands.length === 1 && operands[0] === 'help');
  const subcommands = isCommand ? program.createHelp().visibleCommands(command) : [];
  const names = subcommands.map((each) => ({ value: each.name(), description: firstSentence(each.description()) }));
  if (!argument) return beginning(names, current);
  const found = argument.argChoices
    ? argument.argChoices.map((value) => ({ value, description: '' }))
    : await values({ command: command.name(), name: argument.name(), given });
  return typeof found === 'string' ? found : beginning(found, current);
}

const lastVariadic = (all: readonly Argument[]): Argument | undefined =>
  all.at(-1)?.variadic ? all.at(-1) : undefined;

/** Goes through the words as commander does: a command's options may stand anywhere behind its name. */
function readWords(program: Command, words: readonly string[], further: FurtherOptions): Typed {
  let command = program;
  let pending: Option | undefined;
  let onlyOperands = false;
  const operands: string[] = [];
  const given = new Map<string, string>();
  for (const word of words) {
    if (pending) {
      given.set(pending.long ?? '', word);
      pending = undefined;
    } else if (onlyOperands || !/^-./.test(word)) {
      const sub = operands.length === 0 && !onlyOperands ? subcommandOf(command, word) : undefined;
      if (sub) command = sub;
      else operands.push(word);
    } else if (word === '--') onlyOperands = true;
    else {
      const [, name = word, inline] = /^(--[^=]+)=(.*)$/s.exec(word) ?? /^(-[^-])(.+)$/s.exec(word) ?? [];
      const option = optionsOf(command, further).find(({ long, short }) => long === name || short === name);
      if (!option || !takesValue(option)) continue;
      if (inline === undefined) pending = option;
      else given.set(option.long ?? '', inline);
    }
  }
  return { command, operands, given, pending, onlyOperands };
}

const subcommandOf = (command: Command, word: string): Command | undefined =>
  command.commands.find((each) => each.name() === word || each.aliases().includes(word));

const optionsOf = (command: Command, further: FurtherOptions): readonly Option[] => [
  ...command.options,
  ...(further[command.name()] ?? []),
];

const takesValue = ({ required, optional }: Option): boolean => required || optional;

function optionWords(command: Command, current: string, further: FurtherOptions): readonly Candidate[] {
  const visible = [...command.createHelp().visibleOptions(command), ...(further[command.name()] ?? [])];
  return visible.flatMap(({ long, short, description }) => {
    const names = current.startsWith('--') ? [long] : [long, short];
    return names.flatMap((value) => (value ? { value, description: firstSentence(description) } : []));
  });
}

const beginning = (all: readonly Candidate[], word: string): readonly Candidate[] =>
  all.filter(({ value }) => value.startsWith(word));

/** A shell shows it beside the word. */
function firstSentence(text: string): string {
  const [first = ''] = text.split('\n', 1);
  return /^.*?[.;:](?=\s|$)/.exec(first)?.[0].replace(/[.;:]$/, '') ?? first;
}
