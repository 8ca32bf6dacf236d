import type { Problem } from '../project/model.ts';

/**
 * What can go wrong in a command beside what is wrong with the project's files (`project/errors.ts`). Codes are stable.
 * A path that begins with `--` is an option.
 */
const problem = (code: `ERR_AP_${string}`, path: string | undefined, message: string, remedy: string): Problem => ({
  code,
  ...(path === undefined ? {} : { path }),
  message,
  remedy,
});

export const optionChoice = (option: string, value: string, choices: readonly string[]): Problem =>
  problem(
    'ERR_AP_OPTION_CHOICE',
    option,
    `\`${value}\` is none of the possible values.`,
    `Choose ${choices.join(', ')}.`,
  );

export const optionFlag = (option: string, value: string): Problem =>
  problem(
    'ERR_AP_OPTION_FLAG',
    option,
    `\`${value}\` is neither true nor false.`,
    `Write ${option} alone, or ${option}=true or ${option}=false.`,
  );

export const optionValue = (option: string): Problem =>
  problem('ERR_AP_OPTION_VALUE', option, 'The option has no value.', `Write ${option}=<value>.`);

export const optionRepeated = (option: string): Problem =>
  problem('ERR_AP_OPTION_REPEATED', option, 'The option is given more than once.', 'Give it once.');

export const optionUnknown = (option: string, meant: string): Problem =>
  problem('ERR_AP_OPTION_UNKNOWN', option, 'There is no such option.', `Did you mean ${meant}?`);

export const optionElsewhere = (option: string, command: string): Problem =>
  problem(
    'ERR_AP_OPTION_ELSEWHERE',
    option,
    'This command always changes something, so there is nothing to check.',
    `Use \`${command}\`, or --dry-run to see what would be changed.`,
  );

export const kubectlFailed = (program: string, words: readonly string[], reason: string): Problem =>
  problem(
    'ERR_AP_KUBECTL',
    undefined,
    `\`${[program, ...words].join(' ')}\` failed: ${reason}`,
    'See whether kubectl is there and the context is right; KUBECTL names another program.',
  );

export const unexpectedArgument = (word: string): Problem =>
  problem(
    'ERR_AP_ARGUMENT',
    undefined,
    `\`${word}\` is one argument too many.`,
    'Leave it out, or give it as an option.',
  );

export const optionRequired = (option: string, example: string): Problem =>
  problem(
    'ERR_AP_OPTION_REQUIRED',
    option,
    'It has no default, so it has to be given.',
    `Write for example ${option}=${example}.`,
  );

export const noTerminal = (options: readonly string[]): Problem =>
  problem(
    'ERR_AP_NO_TERMINAL',
    options.join(', '),
    'There is no terminal to ask on, and no answer was given.',
    'Give these options, or --yes to take the defaults.',
  );

export const projectExists = (option: string, is: string): Problem =>
  problem(
    'ERR_AP_PROJECT_EXISTS',
    option,
    `There is a project here already, where this is \`${is}\`.`,
    'Leave the option out; to change it, edit autopilot.yaml, or start a project in another folder.',
  );

export const notAFolder = (option: string, path: string): Problem =>
  problem('ERR_AP_NOT_A_FOLDER', option, `${path} is no folder.`, 'Name another one.');

/** `where`: the places that both sides changed; none where it is not known what the tool wrote last, or where there is no text. */
export const conflict = (path: string, where: readonly string[]): Problem =>
  problem(
    'ERR_AP_EDITED',
    path,
    `${
      where.length > 0
        ? `You and the tool have changed the same (${where.join(', ')})`
        : 'It differs from what is to be written, and nobody knows what the tool had written'
    }, and there is no terminal to ask on: nothing was written.`,
    'Start the command in a terminal, or with --force to take what the tool writes.',
  );

export const editedRemoval = (path: string): Problem =>
  problem(
    'ERR_AP_EDITED',
    path,
    'It is not needed any more, but was edited, and there is no terminal to ask on: nothing was written.',
    'Start the command in a terminal, or with --force to remove it.',
  );

export const drifted = (path: string, reason: string): Problem =>
  problem(
    'ERR_AP_DRIFT',
    path,
    `It ${reason}.`,
    'Run the command without --check, or see what it would do with --dry-run.',
  );

export const changedMeanwhile = (paths: readonly string[]): Problem =>
  problem(
    'ERR_AP_CHANGED_MEANWHILE',
    paths.join(', '),
    'Changed by somebody else while the command was running: nothing was written.',
    'Start the command again.',
  );

export const busy = (folder: string, pid: number | undefined): Problem =>
  problem(
    'ERR_AP_BUSY',
    folder,
    `Another command${pid === undefined ? '' : ` (process ${pid})`} is writing to this project, and does not end.`,
    'Wait for it, or end it, and start this one again.',
  );

export const notWritten = (folder: string, reason: unknown): Problem =>
  problem(
    'ERR_AP_NOT_WRITTEN',
    folder,
    `The project cannot be written, and is as it was: ${reasonOf(reason)}.`,
    'Mend that, and start the command again.',
  );

export const notRecovered = (folder: string, reason: unknown): Problem =>
  problem(
    'ERR_AP_NOT_RECOVERED',
    folder,
    `An earlier command was interrupted while it wrote, and that can be neither finished nor undone: ${reasonOf(reason)}.`,
    'Mend that, and start the command again. What it was about to write, and what was there before, is in .autopilot/tx.',
  );

export const notAFile = (path: string): Problem =>
  problem('ERR_AP_NOT_A_FILE', path, 'A file is to be written here, and this is something else.', 'Move it away.');

export const noBundle = (name: string): Problem =>
  problem(
    'ERR_AP_NO_BUNDLE',
    `--${name.replace('autopilot-', '')}`,
    `This copy of the generator does not carry the package ${name}.`,
    'Build it with `npm run build`, or name another source of the package with this option.',
  );

export const installFailed = (command: string, folder: string, reason: string): Problem =>
  problem(
    'ERR_AP_INSTALL_FAILED',
    undefined,
    `The files are written, but \`${command}\` failed: ${reason}.`,
    `See its output above, and run it again in ${folder}.`,
  );

export const noDevCluster = (folder: string): Problem =>
  problem(
    'ERR_AP_NOT_INSTALLED',
    undefined,
    `autopilot-devcluster is not installed in ${folder}.`,
    'Install the project’s packages first, for example with `npm install`.',
  );

function reasonOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
