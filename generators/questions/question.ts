/** What a command line gives for an option: `yo` and `ap` parse without knowing types. */
export type RawOption = string | number | boolean | readonly (string | number | boolean)[];

interface Common {
  /** The question, and the option's description in `--help`. */
  readonly message: string;
  /** How `--help` names the value: `<name>`. */
  readonly placeholder?: string;
  /** What is taken where nothing is said, if that is always the same. */
  readonly preset?: string | boolean;
  /** Whether `ap` takes it as the command's argument as well. */
  readonly positional?: boolean;
}

export interface TextQuestion extends Common {
  readonly type: 'text';
}

export interface ChoiceQuestion extends Common {
  readonly type: 'choice';
  readonly choices: readonly string[];
}

export interface FlagQuestion extends Common {
  readonly type: 'flag';
}

/** Several values, `a,b` on the command line; searched one after the other in a terminal. */
export interface ListQuestion extends Common {
  readonly type: 'list';
}

/** What a question is answered with: text, a yes or no, or a list. */
export type Answer = string | boolean | readonly string[];

export type Question = TextQuestion | ChoiceQuestion | FlagQuestion | ListQuestion;
export type Questions = Readonly<Record<string, Question>>;

/** What `--help` says of an option: `Service mesh: none (default), istio`. */
export function describeOption(question: Question): string {
  const { message, preset } = question;
  if (question.type === 'choice') {
    const choices = question.choices.map((choice) => (choice === preset ? `${choice} (default)` : choice));
    return `${message}: ${choices.join(', ')}`;
  }
  if (question.type === 'flag') return preset === true ? `${message} (default)` : message;
  return preset === undefined ? message : `${message} (default: ${String(preset)})`;
}

/** `operatorName` → `operator-name`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
