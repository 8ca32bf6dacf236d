import { DevclusterError } from './errors.ts';

/** What is wrong with a command line; `command` is the one whose help says more. */
export function usage(why: string, command = ''): DevclusterError {
  // Node goes on to explain how an argument can begin with a dash: there is none here.
  const [what = ''] = why.split('. To specify a positional argument');
  const sentence = what.endsWith('.') ? what : `${what}.`;
  return new DevclusterError('ERR_AP_USAGE', `${sentence} See: autopilot-devcluster${command} --help.`);
}

/** The port that an option names. */
export function toPort(text: string, command?: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw usage(`--port is ${JSON.stringify(text)}; it has to be a number from 0 to 65535.`, command);
}
