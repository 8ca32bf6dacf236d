/**
 * What keeps a value from being merged by its type: paths and texts as the real server has them.
 * Source: sigs.k8s.io/structured-merge-diff/v6/typed ValidationErrors.
 */
export interface TypedError {
  readonly path: string;
  readonly text: string;
}

export function typedErrorsText(errors: readonly TypedError[]): string {
  const texts = errors.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`));
  return texts.length === 1 ? (texts[0] ?? '') : ['errors:', ...texts.map((text) => `  ${text}`)].join('\n');
}

/** Thrown where a value does not fit its type. */
export class TypedValueError extends Error {
  constructor(errors: readonly TypedError[]) {
    super(typedErrorsText(errors));
    this.name = 'TypedValueError';
  }
}
