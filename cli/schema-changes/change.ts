/**
 * What a change of a CustomResourceDefinition does to resources that are stored.
 *
 * - `error`: values of theirs are lost, they cannot be applied any more, or the server does not take the definition.
 * - `warning`: some may be invalid from now on. From Kubernetes 1.30 on the server bears with what is not touched (CRDValidationRatcheting), and
 *   refuses a write that touches the invalid part without mending it; older ones refuse every write, the operator's of the status too.
 * - `note`: something goes differently, and nothing is refused.
 */
export interface SchemaChange {
  readonly severity: 'error' | 'warning' | 'note';
  /** `spec.ports[].name`, where `*` stands for any key; `scope`, `version`, `names.kind` of the definition itself. */
  readonly path: string;
  /** What is different, and what comes of it: one sentence, which goes on from the path. */
  readonly message: string;
  readonly remedy: string;
}

const change =
  (severity: SchemaChange['severity']) =>
  (path: string, message: string, remedy: string): SchemaChange => ({ severity, path, message, remedy });

export const error = change('error');
export const warning = change('warning');
export const note = change('note');

export const MEND =
  'Mend the resources whose value does not fit before you deploy, or keep the old rule and let the worker judge.';

export function newlyRequired(path: string, what: string, parent: string): SchemaChange {
  return warning(
    path,
    `${what}: resources without it are refused as soon as anything else of ${parent} changes.`,
    'Give it a default, which stored resources get too; or make it optional and let the worker fill it in.',
  );
}

/** A line for each change, and one for what to do. */
export function changeText({ severity, path, message, remedy }: SchemaChange): readonly string[] {
  return [`${severity.padEnd(7)} ${path} ${message}`, `        → ${remedy}`];
}
