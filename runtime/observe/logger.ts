import { createRequire } from 'node:module';
import { pino, type Level } from 'pino';

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
export function createLogger({ name, version, level, format, write }: LoggerOptions): RootLogger {
  if (write) return pino({ level: LEVELS[level] ?? 'info', base: null }, { write });
  const pretty = format === 'pretty' || (format === undefined && process.stdout.isTTY);
  const options = { level: LEVELS[level] ?? 'info', base: { operator: name, version } };
  const stream = pretty ? prettyStream() : undefined;
  return stream ? pino({ ...options, base: null }, stream) : pino(options);
}

/** What is used of pino-pretty. */
type PrettyModule = (options: { colorize: boolean; ignore: string; translateTime: string; sync: boolean }) => {
  write(line: string): void;
};

function prettyStream(): { write(line: string): void } | undefined {
  try {
    // Not a dependency: scaffolds bring it for development only.
    const pretty = createRequire(import.meta.url)('pino-pretty') as PrettyModule;
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
