import { quote } from '../schema/go-text.ts';
import type { FieldPath } from './field-set.ts';
import type { ManagerId } from './managers.ts';
import { pathText } from './path-element.ts';

/** A field that is applied with another value than the one that its manager gave it. */
export interface ApplyConflict {
  readonly manager: ManagerId;
  readonly path: FieldPath;
}

/** `Status.details.causes[]` of a conflict. */
export interface ConflictCause {
  readonly reason: 'FieldManagerConflict';
  readonly message: string;
  /** E.g. `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string;
}

/**
 * An apply that would take fields from other managers: 409 Conflict.
 * The message and the causes are the real server's; where Go has no order, conflicts come in the order of their managers.
 * Source: k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go.
 */
export class ApplyConflictError extends Error {
  readonly conflicts: readonly ApplyConflict[];
  readonly causes: readonly ConflictCause[];

  constructor(conflicts: readonly ApplyConflict[]) {
    super(conflictMessage(conflicts));
    this.name = 'ApplyConflictError';
    this.conflicts = conflicts;
    this.causes = conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(manager)}`,
      field: pathText(path),
    }));
  }
}

function conflictMessage(conflicts: readonly ApplyConflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first.manager)}: ${pathText(first.path)}`;
  }
  const lines: string[] = [];
  let previous: ManagerId | undefined;
  for (const { manager, path } of conflicts) {
    if (manager !== previous) lines.push(`conflicts with ${managerText(manager)}:`);
    lines.push(`- ${pathText(path)}`);
    previous = manager;
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function managerText(id: ManagerId): string {
  let text = quote(id.manager);
  if (id.subresource !== '') text += ` with subresource ${quote(id.subresource)}`;
  return id.operation === 'Update' ? `${text} using ${id.apiVersion}` : text;
}
