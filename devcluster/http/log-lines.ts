/** What is asked of a log, and the lines that answer it. Source: PodLogOptions and their validation in k8s.io/kubernetes. */
import { forbidden, invalid as invalidField } from '../schema/field-error.ts';
import { quote } from '../schema/go-text.ts';
import { flag, integer } from './query.ts';
import { badRequest, invalid } from './status.ts';
import type { ContainerLog, LogLine } from '../controllers/workloads/pod-logs.ts';
import type { StreamSink } from './exchange.ts';

export interface LogQuery {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Lines from then on, in milliseconds since 1970. */
  readonly since: number | undefined;
}

/** `name`: the pod's, for errors. Throws a StatusError. */
export function readLogQuery(query: URLSearchParams, name: string, now: Date): LogQuery {
  const [tailLines, limitBytes, seconds] = [
    integer(query, 'tailLines'),
    integer(query, 'limitBytes'),
    integer(query, 'sinceSeconds'),
  ];
  const time = query.get('sinceTime') ?? '';
  if (time !== '' && Number.isNaN(Date.parse(time)))
    throw badRequest(
      `parsing time ${quote(time)} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(time)} as "2006"`,
    );
  const errors = [];
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalidField('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalidField('limitBytes', limitBytes, 'must be greater than 0'));
  if (seconds !== undefined && time !== '')
    errors.push(forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else if (seconds !== undefined && seconds < 1)
    errors.push(invalidField('sinceSeconds', seconds, 'must be greater than 0'));
  if (query.has('stream')) errors.push(forbidden('stream', 'may not be specified'));
  if (errors.length > 0) throw invalid('', 'PodLogOptions', name, errors);
  return {
    container: query.get('container') ?? '',
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    tailLines,
    limitBytes,
    since: seconds !== undefined ? now.getTime() - seconds * 1000 : time === '' ? undefined : Date.parse(time),
  };
}

/** Writes what is there and what comes, until the run of the container ends. Returns how to stop. */
export function followLog(log: ContainerLog | undefined, query: LogQuery, sink: Omit<StreamSink, 'room'>): () => void {
  const writer = new LogWriter(query);
  let over = false;
  const end = (): void => {
    if (!over) sink.end();
    over = true;
  };
  const write = (text: string): void => {
    if (text !== '' && !over) sink.write(text);
    if (writer.full) end();
  };
  write(log ? writer.past(log) : '');
  if (log && !log.ended) return log.follow({ line: (line) => write(writer.line(line)), end });
  end();
  return () => undefined;
}

/** Lines as text, as far as they were asked for. */
export class LogWriter {
  readonly #query: LogQuery;
  #left: number;

  constructor(query: LogQuery) {
    this.#query = query;
    this.#left = query.limitBytes ?? Infinity;
  }

  /** Nothing more was asked for. */
  get full(): boolean {
    return this.#left <= 0;
  }

  past({ lines }: ContainerLog): string {
    const { tailLines, since = -Infinity } = this.#query;
    const wanted = tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - tailLines));
    return wanted
      .filter(({ time }) => time.getTime() >= since)
      .map((line) => this.line(line))
      .join('');
  }

  line({ time, text }: LogLine): string {
    const stamp = this.#query.timestamps ? `${time.toISOString().slice(0, -1)}000000Z ` : '';
    const bytes = Buffer.from(`${stamp}${text}\n`);
    const part = bytes.subarray(0, Math.max(0, Math.min(bytes.length, this.#left)));
    this.#left -= bytes.length;
    return part.toString();
  }
}
