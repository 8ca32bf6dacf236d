import { ProjectError } from '../../project/errors.ts';
import type { Problem } from '../../project/model.ts';
import { noTerminal, optionRequired } from '../errors.ts';
import type { Answers } from './answers.ts';
import { optionName } from './question.ts';
import type { Answer, Question, Questions } from './question.ts';
import { readOptions } from './read.ts';

/** How one set of questions is asked and judged. */
export interface Interview {
  readonly questions: Questions;
  /** Options that are read, and never asked about. */
  readonly extras: Questions;
  /** What is taken without an answer; undefined where there is no such thing. Sees the answers to earlier questions. */
  readonly defaultOf: (name: string, given: Answers) => Answer | undefined;
  /** An example of an answer, for a question without default. */
  readonly exampleOf?: (name: string) => string;
  /** Whether the question makes sense after these answers. Default: yes. */
  readonly applies?: (name: string, given: Answers) => boolean;
  /** All that is wrong with the answers so far; a problem's path names the option: `--kind`. */
  readonly check: (given: Answers) => readonly Problem[];
}

export interface Circumstances {
  readonly options: Readonly<Record<string, unknown>>;
  /** Somebody is there to be asked. */
  readonly interactive: boolean;
  /** `--yes`: the defaults are taken, and nothing is asked. */
  readonly yes: boolean;
  /** Asks one question in the terminal; `problemOf` judges an answer. */
  readonly ask: (
    name: string,
    question: Question,
    preset: Answer | undefined,
    problemOf: (answer: Answer) => string | undefined,
  ) => Promise<Answer>;
}

/**
 * The answers to all questions that apply: from the options, else asked, else the defaults.
 *
 * @param known What is known to be wrong with the command line already.
 * @throws ProjectError with all that is wrong with the options, before anything is asked.
 */
export async function collect(
  interview: Interview,
  known: readonly Problem[],
  circumstances: Circumstances,
): Promise<Answers> {
  const { questions, check } = interview;
  const applies = interview.applies ?? (() => true);
  const { given, problems } = readOptions({ ...questions, ...interview.extras }, circumstances.options);
  const asking = circumstances.interactive && !circumstances.yes;

  let answers = asking ? given : withDefaults(interview, given, applies);
  if (!asking) {
    const open = Object.keys(questions).filter((name) => applies(name, answers) && !given.has(name));
    problems.push(...missing(interview, open, circumstances.yes, answers, problems));
  }
  refuse([...known, ...problems, ...check(answers)]);

  for (const [name, question] of Object.entries(questions)) {
    if (!asking || answers.has(name) || !applies(name, answers)) continue;
    const before = answers;
    const preset = interview.defaultOf(name, before);
    const problemOf = (answer: Answer) => {
      const found = check(before.with(name, answer)).find(({ path }) => path === `--${optionName(name)}`);
      return found && `${found.message} ${found.remedy}`;
    };
    answers = before.with(name, await circumstances.ask(name, question, preset, problemOf));
  }
  refuse(check(answers));
  return answers;
}

function withDefaults(
  interview: Interview,
  given: Answers,
  applies: (name: string, given: Answers) => boolean,
): Answers {
  let answers = given;
  for (const name of Object.keys(interview.questions)) {
    const preset = answers.has(name) || !applies(name, answers) ? undefined : interview.defaultOf(name, answers);
    if (preset !== undefined) answers = answers.with(name, preset);
  }
  return answers;
}

/** What is wrong with not having answered: nothing with `--yes` and a default. */
function missing(
  { exampleOf }: Interview,
  open: readonly string[],
  yes: boolean,
  answers: Answers,
  problems: readonly Problem[],
): Problem[] {
  const options = open
    .map((name) => `--${optionName(name)}`)
    .filter((option) => problems.every(({ path }) => path !== option));
  if (!yes) return options.length > 0 ? [noTerminal(options)] : [];
  return open
    .filter((name) => !answers.has(name) && options.includes(`--${optionName(name)}`))
    .map((name) => optionRequired(`--${optionName(name)}`, exampleOf?.(name) ?? '…'));
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProjectError(problems);
}
