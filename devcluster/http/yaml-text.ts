/**
 * YAML as the real server reads it (sigs.k8s.io/yaml, by its fork of go-yaml v2): of several documents the first, numbers and
 * booleans of YAML 1.1, the last of two members of one name.
 */
import {
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  EVENT_ID,
  getScalarValue,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  parseEvents,
} from 'js-yaml';
import { quote } from '../schema/go-text.ts';
import { isDeeperThan, MAX_DEPTH } from '../schema/json.ts';
import { checkNumber, JsonSyntaxError } from './json-text.ts';

export interface YamlText {
  readonly value: unknown;
  /** `line 6: key "a" already set in map` */
  readonly duplicates: readonly string[];
}

/** Throws a {@link JsonSyntaxError}. */
export function parseYaml(text: string): YamlText {
  const source = firstDocument(text);
  const value = read(() => loadAll(source, { schema: SCHEMA, json: true, maxDepth: MAX_DEPTH })[0] ?? null);
  if (isDeeperThan(MAX_DEPTH, value)) throw new JsonSyntaxError(`yaml: exceeded max depth of ${MAX_DEPTH}`);
  return { value, duplicates: duplicateKeys(source) };
}

function read(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw error;
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new JsonSyntaxError(`yaml: ${reason}`);
  }
}

/** What follows the first document is not even looked at. */
function firstDocument(text: string): string {
  const starts = [...text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index);
  const [first] = starts;
  const begun = first !== undefined && /^(?!%)[ \t]*[^\s#]/m.test(text.slice(0, first));
  return text.slice(0, begun ? first : starts[1]);
}

const INTEGER = /^([+-]?)(?:0b([01]+)|0x([0-9a-fA-F]+)|0o?([0-7]+)|(0|[1-9]\d*))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const NOT_FINITE: Readonly<Record<string, string>> = {
  '.nan': 'NaN',
  '.inf': '+Inf',
  '+.inf': '+Inf',
  '-.inf': '-Inf',
};

function resolveNumber(source: string): number | typeof NOT_RESOLVED {
  const special = /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(source) && NOT_FINITE[source.toLowerCase()];
  if (special) throw new JsonSyntaxError(`json: unsupported value: ${special}`);
  const plain = source.replaceAll('_', '');
  const [, sign, binary, hexadecimal, octal, decimal] = INTEGER.exec(plain) ?? [];
  if (sign !== undefined) {
    const digits = binary ? `0b${binary}` : hexadecimal ? `0x${hexadecimal}` : octal ? `0o${octal}` : (decimal ?? '');
    checkNumber(`${sign === '-' ? '-' : ''}${BigInt(digits)}`);
    return Number(digits) * (sign === '-' ? -1 : 1);
  }
  const value = FLOAT.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(value) ? value : NOT_RESOLVED;
}

const numberTag = (name: 'int' | 'float'): ReturnType<typeof defineScalarTag<number>> =>
  defineScalarTag<number>(`tag:yaml.org,2002:${name}`, {
    implicit: true,
    implicitFirstChars: '+-.0123456789'.split(''),
    resolve: resolveNumber,
    identify: () => false,
  });

const binaryTag = defineScalarTag<string>('tag:yaml.org,2002:binary', {
  resolve: (source) => Buffer.from(source, 'base64').toString('utf8'),
  identify: () => false,
});

/** Times stay what was written. */
const timestampTag = defineScalarTag<string>('tag:yaml.org,2002:timestamp', {
  resolve: (source) => source,
  identify: () => false,
});

const SCHEMA = CORE_SCHEMA.withTags(
  boolYaml11Tag,
  mergeTag,
  numberTag('int'),
  numberTag('float'),
  binaryTag,
  timestampTag,
);

/** A mapping or list that is being read; `keys` are those of a mapping so far. */
interface Open {
  readonly keys: Set<string> | undefined;
  atKey: boolean;
}

function duplicateKeys(source: string): string[] {
  const found: string[] = [];
  const open: Open[] = [];
  for (const event of parseEvents(source, { maxDepth: MAX_DEPTH })) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    if (parent?.keys && parent.atKey && event.type === EVENT_ID.SCALAR) {
      const key = getScalarValue(source, event);
      if (parent.keys.has(key)) {
        const line = source.slice(0, event.valueStart).split('\n').length;
        found.push(`line ${line}: key ${quote(key)} already set in map`);
      }
      parent.keys.add(key);
    }
    if (parent) parent.atKey = !parent.atKey;
    if (event.type === EVENT_ID.MAPPING) open.push({ keys: new Set(), atKey: true });
    else if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.DOCUMENT)
      open.push({ keys: undefined, atKey: false });
  }
  return found;
}
