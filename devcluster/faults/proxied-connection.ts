import { connect, TLSSocket } from 'node:tls';
import { RequestHeads } from './request-heads.ts';
import type { Socket } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import type { ProxiedRequest } from './request-heads.ts';

/** How a connection ends: with a TCP reset, or as if all had been said. */
export type CutKind = 'reset' | 'end';

/** What decides over what passes through the connections. */
export interface Script {
  /** A client asks: whether it is met with silence. */
  asks(connection: ProxiedConnection, request: ProxiedRequest): boolean;
  /** How many of the next bytes of the answer to `request` may pass before the connection is cut, and how; undefined: all. */
  limit(connection: ProxiedConnection, request: ProxiedRequest, next: number): Limit | undefined;
  /** Bytes in which answers are passed on; Infinity: as they come. */
  readonly piece: number;
  closed(connection: ProxiedConnection): void;
}

export interface Limit {
  readonly bytes: number;
  readonly how: CutKind;
}

/**
 * A client's connection and the one to the server that stands for it. TLS ends here on both sides, so that bytes are those of HTTP. What
 * happens on one side happens on the other: bytes, ends and resets.
 */
export class ProxiedConnection {
  /** What was asked last; undefined before anything was. */
  request: ProxiedRequest | undefined;
  /** Bytes of the answer to it that have passed, its head among them. */
  passed = 0;
  readonly #raw: Socket;
  readonly #client: TLSSocket;
  readonly #server: TLSSocket;
  readonly #script: Script;
  readonly #heads = new RequestHeads();
  #isSilent = false;
  #isOver = false;
  /** What passes to the client, one after the other. */
  #passing: Promise<void> = Promise.resolve();

  constructor(raw: Socket, shown: SecureContext, server: ConnectionOptions, script: Script) {
    this.#raw = raw;
    this.#script = script;
    raw.setNoDelay(true);
    this.#client = new TLSSocket(raw, { isServer: true, secureContext: shown });
    this.#server = connect(server).setNoDelay(true);
    this.#client.on('data', (chunk: Buffer) => this.#fromClient(chunk));
    this.#server.on('data', (chunk: Buffer) => this.#fromServer(chunk));
    this.#server.on('end', () => this.#afterAll(() => void this.#client.end()));
    this.#client.on('end', () => {
      if (!this.#isSilent) this.#server.end();
    });
    this.#server.on('error', () => this.#afterAll(() => this.cut('reset')));
    for (const socket of [raw, this.#client]) socket.on('error', () => this.#server.destroy());
    raw.on('close', () => {
      this.#isOver = true;
      if (!this.#isSilent) this.#server.destroy();
      script.closed(this);
    });
  }

  /** Says nothing more in either direction, and ends nothing. */
  silence(): void {
    this.#isSilent = true;
  }

  cut(how: CutKind): void {
    this.#isOver = true;
    this.#server.destroy();
    if (how === 'reset') this.#raw.resetAndDestroy();
    else this.#client.end();
  }

  #fromClient(chunk: Buffer): void {
    for (const request of this.#heads.read(chunk)) {
      this.request = request;
      this.passed = 0;
      if (this.#script.asks(this, request)) this.silence();
    }
    if (!this.#isSilent) this.#server.write(chunk);
  }

  #fromServer(chunk: Buffer): void {
    this.#heads.answered();
    this.#server.pause();
    this.#afterAll(async () => {
      await this.#pass(chunk);
      this.#server.resume();
    });
  }

  async #pass(chunk: Buffer): Promise<void> {
    for (let start = 0; start < chunk.length;) {
      if (this.#isSilent || this.#isOver || !this.request) return;
      const length = Math.min(this.#script.piece, chunk.length - start);
      const limit = this.#script.limit(this, this.request, length);
      const bytes = Math.min(length, limit?.bytes ?? length);
      const piece = chunk.subarray(start, start + bytes);
      this.passed += bytes;
      start += bytes;
      // A reset drops what the kernel has not sent: it comes after that.
      if (bytes > 0) await this.#write(piece);
      if (limit) return this.cut(limit.how);
    }
  }

  #write(bytes: Buffer): Promise<void> {
    // An error closes the connection, of which its listeners are told.
    return new Promise((resolve) => void this.#client.write(bytes, () => resolve()));
  }

  async #after(earlier: Promise<void>, next: () => void | Promise<void>): Promise<void> {
    await earlier;
    if (!this.#isOver && !this.#isSilent) await next();
  }

  #afterAll(next: () => void | Promise<void>): void {
    this.#passing = this.#after(this.#passing, next);
  }
}
