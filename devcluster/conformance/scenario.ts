/**
 * The same requests for a real API server and for the embedded one: the answers must be the same. What the real one answered is
 * kept in `recorded/`, so that it need not be there; `record.ts` makes it anew.
 */
export interface Scenario {
  readonly name: string;
  /** Deleted before the scenario, on the real server, and after it: what it makes outside of its namespace. */
  readonly cleanup?: readonly string[];
  readonly steps: readonly Step[];
}

/** In `path`, `body`, `query`, `token` and `as`, `{{step:path.to.field}}` stands for something of an earlier step's answer, `{{ns}}` for the scenario's own namespace. */
export interface Step {
  /** Unique in its scenario. */
  readonly name: string;
  /** Default GET. */
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The user in whose name the admin asks. */
  readonly as?: string;
  /** Sent instead of the admin's token; '' sends none. */
  readonly token?: string;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
  /** A watch: read until so many events have come, or until it ends. The server answers in the background. */
  readonly events?: number;
  /** Ask again, for some seconds, until the status is this. */
  readonly untilCode?: number;
  /** Ask again until the answer's text contains this. */
  readonly untilText?: string;
  /** Ask again until the answer has this value at this path. */
  readonly untilValue?: readonly [path: string, value: unknown];
  /** Paths of the answer that differ from one server to another, `*` for any member or item. */
  readonly ignore?: readonly string[];
  /** Only these paths of the answer count. */
  readonly only?: readonly string[];
  /** Lists at these paths come in the order of Go's maps, which is none. */
  readonly unordered?: readonly string[];
  /** Warnings come in the order of Go's maps, which is none. */
  readonly unorderedWarnings?: boolean;
  /** The embedded cluster warns that it stores the object only; that does not count. */
  readonly storedOnly?: boolean;
  /** The step prepares something; its answer does not count. */
  readonly setup?: boolean;
}

/** What came back, without what differs from run to run. */
export interface Answer {
  readonly step: string;
  readonly code: number;
  readonly contentType: string;
  readonly warnings?: string;
  readonly body: unknown;
}
