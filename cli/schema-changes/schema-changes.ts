import { isDeepStrictEqual } from 'node:util';
import { at, isFields, listAt, textAt, type Fields } from '../cluster/fields.ts';
import { error, MEND, newlyRequired, note, warning, type SchemaChange } from './change.ts';
import { formChanges } from './form-changes.ts';
import { ruleChanges } from './rule-changes.ts';

/** What a change of a field's schema does to values that are stored. `path`: of the field; '' at the top. */
export function schemaChanges(before: unknown, after: unknown, path: string): readonly SchemaChange[] {
  if (!isFields(before) || !isFields(after) || isDeepStrictEqual(before, after)) return [];
  const [was, is] = [typeOf(before), typeOf(after)];
  if (is === 'anything') return [];
  if (!takesIn(is, was))
    return [
      error(
        path,
        `was ${was} and is ${is}: stored values stay as they are, workers read them, and no resource with one can be applied any more.`,
        'Keep the type, and add a field of another name for the new one.',
      ),
    ];
  return [
    ...(was === 'number' && is === 'integer'
      ? [warning(path, 'takes whole numbers only: fractions that are stored are invalid.', MEND)]
      : []),
    ...nullChanges(before, after, path),
    ...defaultChanges(before, after, path),
    ...ruleChanges(before, after, path),
    ...keyChanges(before, after, path),
    ...formChanges(before, after, path),
    ...schemaChanges(before['items'], after['items'], `${path}[]`),
    ...mergeChanges(before, after, path),
  ];
}

function typeOf(schema: Fields): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or text';
  const type = textAt(schema, 'type');
  if (type === '') return 'anything';
  return type === 'string' ? 'text' : type;
}

/** Whether values of one type are of the other too, or may be, as whole numbers among all. */
function takesIn(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  if (wide === 'integer or text') return narrow === 'integer' || narrow === 'text';
  return ['number', 'integer'].includes(wide) && ['number', 'integer'].includes(narrow);
}

function nullChanges(before: Fields, after: Fields, path: string): readonly SchemaChange[] {
  if (before['nullable'] !== true || after['nullable'] === true) return [];
  const filled = after['default'] === undefined ? 'is read as absent' : 'is read as the default';
  return [
    warning(
      path,
      `may not be null any more: null that is stored ${filled}.`,
      'Keep `.nullable()`, or mend the resources.',
    ),
  ];
}

function defaultChanges(before: Fields, after: Fields, path: string): readonly SchemaChange[] {
  const [was, is] = [before['default'], after['default']];
  // An empty spec is filled in by the generator.
  if (isDeepStrictEqual(was, is) || path === 'spec' || path === 'status') return [];
  const keep = 'Resources that have a value keep it.';
  if (is === undefined)
    return [
      note(path, `has no default any more (it was ${JSON.stringify(was)}).`, `${keep} New ones come without one.`),
    ];
  const old = was === undefined ? 'has a default now' : `has another default (it was ${JSON.stringify(was)})`;
  return [note(path, `${old}: ${JSON.stringify(is)}, which resources without a value get when they are read.`, keep)];
}

function keyChanges(before: Fields, after: Fields, path: string): readonly SchemaChange[] {
  if (typeOf(before) !== 'object') return [];
  const [were, are] = [propertiesOf(before), propertiesOf(after)];
  const [wasRest, rest] = [before['additionalProperties'], after['additionalProperties']];
  const isLoose = after['x-kubernetes-preserve-unknown-fields'] === true;
  const changes: SchemaChange[] = [];
  for (const [key, schema] of Object.entries(were)) {
    const below = path === '' ? key : `${path}.${key}`;
    const next = are[key] ?? rest;
    if (next !== undefined) changes.push(...schemaChanges(schema, next, below));
    else if (!isLoose) changes.push(lost(below, 'is removed'));
  }
  if (wasRest !== undefined) {
    if (isFields(rest)) changes.push(...schemaChanges(wasRest, rest, `${path}.*`));
    else if (!isLoose) changes.push(lost(path, 'takes the keys only that it lists'));
    for (const [key, schema] of Object.entries(are)) changes.push(...schemaChanges(wasRest, schema, `${path}.${key}`));
  }
  if (before['x-kubernetes-preserve-unknown-fields'] === true && !isLoose && !isFields(rest))
    changes.push(lost(path, 'takes no unknown keys any more'));
  const required = listAt(before, 'required');
  for (const key of listAt(after, 'required').map(String))
    // A spec that could be empty was always there.
    if (!required.includes(key) && at(are[key], 'default') === undefined && (path !== '' || key !== 'spec'))
      changes.push(newlyRequired(path === '' ? key : `${path}.${key}`, 'is required now', path || 'the resource'));
  return changes;
}

function lost(path: string, what: string): SchemaChange {
  return error(
    path,
    `${what}: the server does not show the values any more that are stored, and forgets them at the next write.`,
    'Keep the field until nobody needs its values: mark it by `.optional()` and a description, and remove it in a later version.',
  );
}

/** How applies of several are put together. */
function mergeChanges(before: Fields, after: Fields, path: string): readonly SchemaChange[] {
  const keys = ['x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type'] as const;
  return keys.flatMap((key) => {
    if (isDeepStrictEqual(before[key], after[key])) return [];
    const [was, is] = [before[key], after[key]].map((value) =>
      value === undefined ? 'nothing' : JSON.stringify(value),
    );
    return [
      warning(
        path,
        `has ${key} ${is} (it was ${was}): who applied it owns other parts of it than before, and the next apply may remove what others put there.`,
        'Keep it; or have everybody who applies such resources apply them anew, and look for items that are twice.',
      ),
    ];
  });
}

function propertiesOf(schema: Fields): Fields {
  const properties = schema['properties'];
  return isFields(properties) ? properties : {};
}
