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
  const lines = (log: Log): Logger => ({
    debug: (first: object | string, message?: string) => log('debug', first, message),
    info: (first: object | string, message?: string) => log('info', first, message),
    warn: (first: object | string, message?: string) => log('warn', first, message),
    error: (first: object | string, message?: string) => log('error', first, message),
  });
  return {
    ...lines((level, first, message) =>
      typeof first === 'string' ? current[level](first) : current[level](first, message),
    ),
    // A child of pino's costs more than the few lines that most say.
    child: (fields) =>
      lines((level, first, message) =>
        typeof first === 'string'
          ? current[level](fields, first)
          : current[level]({ ...fields, ...(first instanceof Error ? { err: first } : first) }, message),
      ),
    configure: (changed) => void (current = make({ ...options, ...changed })),
  };
}

type Log = (level: 'debug' | 'info' | 'warn' | 'error', first: object | string, message?: string) => void;

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
