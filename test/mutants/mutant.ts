/** A one-line break of the project's own code, and the test that has to notice. Paths are relative to the repository. */
export interface Mutant {
  readonly file: string;
  /** Text that the file has exactly once. */
  readonly code: string;
  /** What stands there instead. */
  readonly broken: string;
  /** The rule that is broken, in words. */
  readonly breaks: string;
  readonly test: string;
  /** The title of the test in that file, as `it` has it. */
  readonly title: string;
}
