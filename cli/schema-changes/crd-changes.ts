import { isDeepStrictEqual } from 'node:util';
import { at, listAt, textAt } from '../cluster/fields.ts';
import { error, note, warning, type SchemaChange } from './change.ts';
import { schemaChanges } from './schema-changes.ts';

const OTHER_KIND =
  'Keep it; or install the new definition beside the old one, and create the resources anew before the old one goes.';

/**
 * What becomes of the resources that are stored by one CustomResourceDefinition when another takes its place. `before` may be one on a
 * cluster: what its status says of stored versions counts.
 */
export function crdChanges(before: unknown, after: unknown): readonly SchemaChange[] {
  const [old, now] = [textAt(before, 'metadata', 'name'), textAt(after, 'metadata', 'name')];
  if (old !== now)
    return [
      error(
        'names.plural',
        `makes ${now} of ${old}, which is another definition: resources of the old one stay with it, and the operator does not see them.`,
        OTHER_KIND,
      ),
    ];
  return [...identityChanges(before, after), ...versionChanges(before, after)];
}

/** What the server holds to be fixed once a definition is established, and names that people type. */
function identityChanges(before: unknown, after: unknown): readonly SchemaChange[] {
  const fixed = [['scope'], ['names', 'kind'], ['names', 'listKind']] as const;
  const changes = fixed.flatMap((path) => {
    const [was, is] = [textAt(before, 'spec', ...path), textAt(after, 'spec', ...path)];
    if (was === is || was === '' || is === '') return [];
    return [error(path.join('.'), `changes from ${was} to ${is}, which the server refuses.`, OTHER_KIND)];
  });
  for (const key of ['shortNames', 'categories'] as const) {
    const gone = listAt(before, 'spec', 'names', key).filter(
      (name) => !listAt(after, 'spec', 'names', key).includes(name),
    );
    if (gone.length > 0)
      changes.push(
        note(
          `names.${key}`,
          `has no ${gone.join(', ')} any more: kubectl does not know the kind by it.`,
          'Tell who types it.',
        ),
      );
  }
  return changes;
}

interface Version {
  readonly name: string;
  readonly isServed: boolean;
  readonly isStored: boolean;
  readonly schema: unknown;
}

function versionsOf(crd: unknown): readonly Version[] {
  return listAt(crd, 'spec', 'versions').map((version) => ({
    name: textAt(version, 'name'),
    isServed: at(version, 'served') === true,
    isStored: at(version, 'storage') === true,
    schema: at(version, 'schema', 'openAPIV3Schema'),
  }));
}

function versionChanges(before: unknown, after: unknown): readonly SchemaChange[] {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  const names = new Set(now.map(({ name }) => name));
  const stored = new Set([
    ...listAt(before, 'status', 'storedVersions').map(String),
    ...old.filter(({ isStored }) => isStored).map(({ name }) => name),
  ]);
  const gone = [...stored].filter((name) => !names.has(name));
  const changes: SchemaChange[] = gone.map((name) =>
    error(
      'version',
      `${name} is gone, in which resources are stored: the server refuses the definition.`,
      `Keep ${name} among the versions (served: false) until every resource was written anew, and take it out of status.storedVersions.`,
    ),
  );
  for (const { name, isServed } of old)
    if (isServed && !stored.has(name) && !now.some((version) => version.name === name && version.isServed))
      changes.push(
        warning(
          'version',
          `${name} is not served any more: clients that ask for it are answered 404.`,
          'Tell who uses it.',
        ),
      );
  const written = old.find(({ isStored }) => isStored);
  const next = now.find(({ name }) => name === written?.name) ?? now.find(({ isStored }) => isStored);
  if (written && next && !isDeepStrictEqual(written.schema, next.schema))
    changes.push(...schemaChanges(written.schema, next.schema, ''));
  return changes;
}
