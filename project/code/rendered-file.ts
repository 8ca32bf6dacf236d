/**
 * Who may change a file of a generated project.
 * - `generated`: the tool's. Overwritten while nobody has edited it.
 * - `scaffold`: started by the tool, meant to be edited: package.json, tsconfig.json, Dockerfile, README.md.
 * - `yours`: the user's. Written once, refreshed only while untouched.
 */
export type Owner = 'generated' | 'scaffold' | 'yours';

/** One file of a project, as the tool would write it. */
export interface RenderedFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly contents: string;
  readonly owner: Owner;
  /** The project does not compile or start without it: it is written again where the user deleted it. */
  readonly required: boolean;
}
