/** What a client asked, as it stands in the first line of its request. */
export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * Reads the heads of HTTP/1.1 requests out of the bytes of a connection, and passes over their bodies. A body of which the head does not
 * tell the length is taken to last until {@link answered}: clients of Kubernetes send nothing before they have their answer.
 */
export class RequestHeads {
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes of a body that are to come. */
  #body = 0;

  /** Returns the requests that begin in this chunk. */
  read(chunk: Buffer): readonly ProxiedRequest[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const found: ProxiedRequest[] = [];
    for (;;) {
      const passed = Math.min(this.#body, this.#pending.length);
      this.#body -= passed;
      this.#pending = this.#pending.subarray(passed);
      const end = this.#body > 0 ? -1 : this.#pending.indexOf(END_OF_HEAD);
      if (end < 0) return found;
      const head = this.#pending.toString('latin1', 0, end);
      this.#pending = this.#pending.subarray(end + END_OF_HEAD.length);
      this.#body = bodyLength(head);
      const [method = '', path = ''] = head.split(' ', 2);
      found.push({ method, path });
    }
  }

  /** The answer has begun: what comes next is another request. */
  answered(): void {
    this.#body = 0;
    this.#pending = Buffer.alloc(0);
  }
}

function bodyLength(head: string): number {
  if (/^transfer-encoding:/im.test(head)) return Infinity;
  return Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
}
