import file from './fields.json' with { type: 'json' };

/** One field of a message, by its number. */
export interface Field {
  /** In JSON; undefined for a message whose fields are its parent's in JSON. */
  readonly name: string | undefined;
  /** A scalar (`string`, `bytes`, `bool`, `double`, `int32`, `int64`) or the name of a message. */
  readonly type: string;
  readonly shape: 'one' | 'list' | 'map';
}

const TEXTS: Readonly<Record<string, string>> = file.messages;
const known = new Map<string, ReadonlyMap<number, Field>>();

/** The fields of a message such as `api.core.v1.Pod`; undefined for one that is not known. */
export function fieldsOf(message: string): ReadonlyMap<number, Field> | undefined {
  const found = known.get(message);
  if (found) return found;
  const text = Object.hasOwn(TEXTS, message) ? TEXTS[message] : undefined;
  if (text === undefined) return undefined;
  const fields = new Map(
    text
      .split(';')
      .filter((field) => field !== '')
      .map(readField),
  );
  known.set(message, fields);
  return fields;
}

function readField(text: string): [number, Field] {
  const [number = '', name = '', type = ''] = text.split(' ');
  const shape = type.startsWith('*') ? 'list' : type.startsWith('%') ? 'map' : 'one';
  return [
    Number(number),
    { name: name === '-' ? undefined : name, type: shape === 'one' ? type : type.slice(1), shape },
  ];
}
