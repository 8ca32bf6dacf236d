/** How the commands that work on a cluster end. Stable: scripts rely on them. */
export const EXIT = {
  done: 0,
  /** Something failed; its code (`ERR_AP_…`) says what. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** There is no way to the cluster, or it does not know who asks. */
  unreachable: 3,
  /** Nothing was changed: what was found takes a decision, which the message names. */
  refused: 4,
  /** All was written, but pods or resources did not come to the state that was waited for. */
  notReady: 5,
  /** Ctrl-C or SIGTERM. The same command goes on where this one stopped. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What `--help` says about them. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    failed: the error's code says why
  2    the command line is wrong
  3    the cluster cannot be reached, or does not know who asks
  4    refused, nothing was changed: the message says what has to be decided
  5    written, but not in the state that was waited for
  130  interrupted: the same command goes on where this one stopped

With -o json one object is written to the standard output at the end:
  { command, ok, exitCode, context, namespace, result, warnings, errors: [{ code, message, remedy, … }] }
Progress goes to the standard error.`;
