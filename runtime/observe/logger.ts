import { createRequire } from 'node:module';
import { pino, type DestinationStream, type Level, type Logger as Pino } from 'pino';

/** Structured log lines; workers get the same. */
export interface Logger {
  debug(message: string): void;
  debug(fields: object, message: string): void;
  info(message: string): void;
  info(fields: object, message: string): void;
  warn(message: string): void;
  warn(fields: object, message: string): void;
  error(message: string): void;
  error(fields: object, message: string): void;
}

/** A logger that can add fields to all its lines. */
export interface RootLogger extends Logger {
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** A logger whose settings can change while others, and children of it, are in use. */
export interface ConfigurableLogger extends RootLogger {
  configure(options: Pick<LoggerOptions, 'version' | 'level' | 'format'>): void;
}

/** `autopilot-operator.yaml`'s levels (those of zap, 2019) in pino's; the three highest are all fatal to no line of ours. */
const LEVELS: Readonly<Record<string, Level>> = {
  Debug: 'debug',
  Info: 'info',
  Warn: 'warn',
  Error: 'error',
  DPanic: 'fatal',
  Panic: 'fatal',
  Fatal: 'fatal',
};

export interface LoggerOptions {
  readonly name: string;
  readonly version: string;
  readonly level: string;
  /** Default: pretty on a terminal. */
  readonly format?: 'json' | 'pretty' | undefined;
  /** Takes the lines, as JSON, instead of standard output. */
  readonly write?: ((line: string) => void) | undefined;
}

/**
 * Logs to standard output: one JSON object a line, or lines for people. Pretty lines need the package pino-pretty; where it is not
 * installed, lines are JSON.
 */
export function createLogger(options: LoggerOptions): ConfigurableLogger {
  const streams = new Map<string, DestinationStream>();
  const make = ({ name, version, level, format, write }: LoggerOptions): Pino => {
    const given = { level: LEVELS[level] ?? 'info', base: null };
    if (write) return pino(given, { write });
    const wanted = format ?? (process.stdout.isTTY ? 'pretty' : 'json');
    const pretty = wanted === 'pretty' ? (streams.get(wanted) ?? prettyStream()) : undefined;
    if (pretty) streams.set(wanted, pretty);
    const stream = pretty ?? streams.get('json') ?? pino.destination({ fd: 1, sync: true });
    if (!pretty) streams.set('json', stream);
    return pino({ ...given, ...(!pretty && { base: { operator: name, version } }) }, stream);
  };
  let current = make(options);
  const lines = (get: () => Pino): Logger => ({
    debug: (first: object | string, message?: string) => log(get(), 'debug', first, message),
    info: (first: object | string, message?: string) => log(get(), 'info', first, message),
    warn: (first: object | string, message?: string) => log(get(), 'warn', first, message),
    error: (first: object | string, message?: string) => log(get(), 'error', first, message),
  });
  return {
    ...lines(() => current),
    child(fields) {
      // Made when it first says something, which most never do.
      let of: Pino | undefined;
      let child: Pino | undefined;
      return lines(() => {
        if (child && of === current) return child;
        of = current;
        child = current.child(fields);
        return child;
      });
    },
    configure: (changed) => void (current = make({ ...options, ...changed })),
  };
}

function log(logger: Pino, level: 'debug' | 'info' | 'warn' | 'error', first: object | string, message?: string): void {
  if (typeof first === 'string') logger[level](first);
  else logger[level](first, message);
}

/** What is used of pino-pretty. */
type PrettyModule = (options: { colorize: boolean; ignore: string; translateTime: string; sync: boolean }) => {
  write(line: string): void;
};

function prettyStream(): { write(line: string): void } | undefined {
  try {
    // No dependency, optional neither, with which production would install it: the project that runs here brings it for development.
    const pretty = createRequire(process.argv[1] ?? import.meta.url)('pino-pretty') as PrettyModule;
    return pretty({
      colorize: process.stdout.isTTY,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      sync: true,
    });
  } catch {
    return undefined;
  }
}

/** Says nothing: for tests and embedding. */
export const silentLogger: RootLogger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};

function nothing(): void {}
