/**
 * A patch that cannot be read or does not apply, as the API server answers it.
 * `message` is what a client sees; `detail` says more, which the real server keeps to itself.
 */
export class PatchError extends Error {
  readonly code: 400 | 413 | 422 | 500;
  readonly reason: 'BadRequest' | 'RequestEntityTooLarge' | 'Invalid' | 'InternalError';
  readonly detail: string;

  private constructor(code: PatchError['code'], reason: PatchError['reason'], message: string, detail: string) {
    super(message);
    this.name = 'PatchError';
    this.code = code;
    this.reason = reason;
    this.detail = detail;
  }

  static malformed(message: string): PatchError {
    return new PatchError(400, 'BadRequest', message, message);
  }

  static tooLong(max: number, actual: number): PatchError {
    const message = `The allowed maximum operations in a JSON patch is ${max}, got ${actual}`;
    return new PatchError(413, 'RequestEntityTooLarge', message, message);
  }

  static doesNotApply(detail: string): PatchError {
    return new PatchError(422, 'Invalid', 'the server rejected our request due to an error in our request', detail);
  }

  /** Trouble that the real server answers with a plain error: code 500. */
  static failed(message: string): PatchError {
    return new PatchError(500, 'InternalError', message, message);
  }
}
