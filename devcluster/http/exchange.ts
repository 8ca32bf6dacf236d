import type { User } from '../auth/user.ts';

/** A request, from a socket or from within the process. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Each header with all of its values, by lower-case name; absent: those that may come several times are not there. */
  readonly headers?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
  /** The whole body. Throws a StatusError 413 where it is too large. */
  readonly body: () => Promise<Buffer>;
}

export type ApiResponse = PlainResponse | StreamResponse;

export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

/** A watch. */
export interface StreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Begins to deliver. Returns how to stop. */
  readonly start: (sink: StreamSink) => () => void;
}

export interface StreamSink {
  write(chunk: string): void;
  /** Undefined: there is room. Else settles when what was written has been read, which may never be. */
  room(): Promise<void> | undefined;
  end(): void;
}

export function isStream(response: ApiResponse): response is StreamResponse {
  return 'start' in response;
}

/** What a handler knows of a request beside the request itself. */
export interface Caller {
  readonly user: User;
  /** Sends a warning along with the answer; each text once. */
  readonly warn: (text: string) => void;
}
