/** One request as it is sent, as far as traces tell of it. */
export interface TracedExchange {
  readonly method: string;
  readonly path: string;
  /** What is asked for, of few values: `routes.example.io/status`. */
  readonly target: string;
  /** How often it was sent before. */
  readonly attempt: number;
}

/** Puts requests into spans. */
export interface ExchangeTracer {
  /** Whether anybody takes them; else nothing is made for it. */
  readonly on: boolean;
  /** `send` takes headers to be sent, and tells the status once there is one. */
  exchange<Answer>(
    exchange: TracedExchange,
    send: (headers: Readonly<Record<string, string>>, answered: (status: number) => void) => Promise<Answer>,
  ): Promise<Answer>;
}
