import { at, isFields, listAt, type Fields } from '../cluster/fields.ts';
import { newlyRequired, warning, type SchemaChange } from './change.ts';

/** One form of an object that a key tells apart from others, as `runtime/crd/unions.ts` writes them. */
interface Form {
  /** `type is "git"`. */
  readonly words: string;
  readonly required: readonly string[];
  readonly forbidden: readonly string[];
}

/** Forms of an object that ask for more than they did. Values of the key that are gone are found as values of an enum. */
export function formChanges(before: Fields, after: Fields, path: string): readonly SchemaChange[] {
  const [were, are] = [formsOf(before), formsOf(after)];
  if (are.size === 0) return [];
  if (were.size === 0)
    return [
      warning(
        path,
        'has one of several forms now: stored objects that have none of them are invalid.',
        'Mend the resources before you deploy.',
      ),
    ];
  // What all forms need is required of the object itself, too.
  const always = listAt(after, 'required');
  const changes: SchemaChange[] = [];
  for (const [tag, { words, required, forbidden }] of are) {
    const former = were.get(tag);
    if (!former) continue;
    for (const key of required)
      if (!former.required.includes(key) && !always.includes(key))
        changes.push(newlyRequired(`${path}.${key}`, `is required now where ${words}`, path));
    for (const key of forbidden)
      if (!former.forbidden.includes(key))
        changes.push(
          warning(
            `${path}.${key}`,
            `is refused now where ${words}: stored objects that have it are invalid.`,
            'Take it out of the resources before you deploy, or leave the form open with `z.object()`.',
          ),
        );
  }
  return changes;
}

function formsOf(schema: Fields): ReadonlyMap<string, Form> {
  const forms = new Map<string, Form>();
  for (const form of listAt(schema, 'oneOf')) {
    const properties = at(form, 'properties');
    const [key = '', rules] = Object.entries(isFields(properties) ? properties : {})[0] ?? [];
    const required = listAt(form, 'required').map(String);
    const forbidden = listAt(form, 'not', 'anyOf').flatMap((each) => listAt(each, 'required').map(String));
    for (const value of listAt(rules, 'enum'))
      forms.set(`${key} ${JSON.stringify(value)}`, {
        words: `${key} is ${JSON.stringify(value)}`,
        required,
        forbidden,
      });
  }
  return forms;
}
