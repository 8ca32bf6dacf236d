import type { FieldError } from './field-error.ts';

/**
 * What one schema found out about one value. Errors are kept once per text.
 * `matches` counts the checks that were made: of several alternatives that all fail, the one with most is reported.
 * Source: k8s.io/kube-openapi/pkg/validation/validate Result.
 */
export class OpenApiResult {
  /** By text; there is one only once there is an error, since most results have none. */
  #errors: Map<string, FieldError> | undefined;
  matches = 0;

  get valid(): boolean {
    return this.#errors === undefined;
  }

  get errors(): FieldError[] {
    return this.#errors === undefined ? [] : [...this.#errors.values()];
  }

  /** @param text by which the same error is known again; it is not always shown. */
  add(text: string, error: FieldError): void {
    this.#errors ??= new Map();
    if (!this.#errors.has(text)) this.#errors.set(text, error);
  }

  merge(other: OpenApiResult): void {
    if (other.#errors !== undefined) {
      for (const [text, error] of other.#errors) this.add(text, error);
    }
    this.matches += other.matches;
  }
}
