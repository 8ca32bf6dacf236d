import { nearest } from '../project/config/suggest.ts';
import { ProjectError } from '../project/errors.ts';
import type { Problem } from '../project/model.ts';
import { optionUnknown, unexpectedArgument } from './errors.ts';
import { optionName } from './questions/question.ts';
import type { Questions } from './questions/question.ts';
import { rawOption, readFlag } from './questions/read.ts';

/** Options that every command understands, from `yo` and from `ap`. */
export const COMMON_FLAGS = {
  yes: 'Take the defaults for what is not given, instead of asking',
  force: "Where you have edited what is the tool's, take the tool's version; never where a file is yours",
  dryRun: 'Show what would be changed, as a diff, and write nothing',
  check: 'Fail where files are not as they would be written, name them, and write nothing',
  showYours: 'Show how edited files that are yours differ from what would be written in their place now',
} as const;

/** Yeoman's own option, which is ours as well. */
const SKIP_INSTALL = 'skipInstall';

export interface CommandLineDeclaration {
  readonly questions: Questions;
  /** Options that are never asked about. */
  readonly extras: Questions;
}

/**
 * A command line as a parser without types gives it: `yo` takes any option, and the word after a flag as its value. Both are
 * put right here.
 */
export class CommandLine {
  /** The options by name, the argument under the name of its question among them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that there are not, and arguments too many. */
  readonly problems: readonly Problem[];

  constructor(raw: Readonly<Record<string, unknown>>, args: readonly string[], declaration: CommandLineDeclaration) {
    const { questions, extras } = declaration;
    const [positional] = Object.entries(questions).find(([, question]) => question.positional) ?? [];
    // `-y`, which yo's parser takes for an option of that name.
    const { y: yes, ...rest } = raw;
    const options: Record<string, unknown> = { ...(yes === undefined ? {} : { yes }), ...rest };
    const words = [...args];
    for (const name of flagsOf(questions)) {
      const value = rawOption(options, name);
      // `--yes my-operator`
      if (typeof value !== 'string' || value === 'true' || value === 'false' || words.length > 0 || !positional)
        continue;
      words.push(value);
      options[name] = true;
      options[optionName(name)] = true;
    }
    if (positional && words[0] !== undefined) options[positional] = words[0];
    this.options = options;
    const ours = [...Object.keys({ ...questions, ...extras, ...COMMON_FLAGS }), SKIP_INSTALL].map(optionName);
    const extra = words.slice(positional ? 1 : 0).map((word) => unexpectedArgument(word));
    this.problems = [...slips(Object.keys(rest), ours), ...extra];
  }

  /** A flag; absent is false. */
  flag(name: keyof typeof COMMON_FLAGS | typeof SKIP_INSTALL): boolean {
    const raw = rawOption(this.options, name);
    const value = raw === undefined ? false : typeof raw === 'object' || readFlag(`--${optionName(name)}`, raw);
    if (typeof value === 'boolean') return value;
    throw new ProjectError([value]);
  }

  /** Whether somebody is there to be asked: a terminal, unless the option `interactive` says otherwise. */
  get interactive(): boolean {
    const raw = rawOption(this.options, 'interactive');
    return raw === undefined ? process.stdin.isTTY && process.stdout.isTTY : raw === true || raw === 'true';
  }
}

function flagsOf(questions: Questions): string[] {
  const asked = Object.entries(questions).flatMap(([name, { type }]) => (type === 'flag' ? [name] : []));
  return [...asked, ...Object.keys(COMMON_FLAGS), SKIP_INSTALL];
}

/** What Yeoman adds to the options by itself. */
const KNOWN_TO_YEOMAN = new Set(['env', 'help', 'namespace', 'resolved']);

/** An option that is nearly one of ours is a slip of the keyboard; others may be meant for Yeoman. */
function slips(given: readonly string[], ours: readonly string[]): Problem[] {
  return given.flatMap((key) => {
    const name = optionName(key);
    const meant = ours.includes(name) || KNOWN_TO_YEOMAN.has(key) ? undefined : nearest(name, ours);
    return meant === undefined ? [] : [optionUnknown(`--${name}`, `--${meant}`)];
  });
}
