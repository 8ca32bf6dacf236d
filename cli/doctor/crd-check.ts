import { isDeepStrictEqual } from 'node:util';
import type { CrdResult } from '../../project/spec/project-crd.ts';
import { ok, warn, fail, type Finding } from './finding.ts';

const CHECK = 'definition';
/** So many places are named; whoever wants all asks `ap deploy --diff`. */
const SHOWN = 5;

/** What the project's `spec.ts` makes. */
export type Definition = NonNullable<CrdResult['crd']>;
type Fields = Readonly<Record<string, unknown>>;

/** The cluster's CustomResourceDefinition (undefined: none) against the one that would be applied. */
export function checkDefinition(wanted: object, found: unknown): readonly Finding[] {
  const name = textAt(fieldsAt(wanted, 'metadata'), 'name');
  if (!isFields(found)) return [warn(CHECK, `the cluster does not have ${name}`, '`ap deploy` installs it.')];
  const conditions = listAt(found, 'status', 'conditions');
  const isEstablished = conditions.some(
    (each) => textAt(each, 'type') === 'Established' && textAt(each, 'status') === 'True',
  );
  const differences = differencesOf(wanted, found);
  const findings: Finding[] = [];
  if (!isEstablished) {
    const why = conditions.filter((each) => textAt(each, 'status') === 'False').map((each) => textAt(each, 'message'));
    findings.push(
      fail(
        CHECK,
        `${name} is not served: ${why.join('; ') || 'it is not established yet'}`,
        'Mend what the server says, or wait a moment.',
      ),
    );
  }
  if (differences.length > 0) {
    const more = differences.length > SHOWN ? ` and ${differences.length - SHOWN} more` : '';
    findings.push(
      warn(
        CHECK,
        `${name} is not as deploy/ has it: ${differences.slice(0, SHOWN).join('; ')}${more}`,
        '`ap deploy` brings it up to date; `ap deploy --diff` shows how.',
      ),
    );
  }
  return findings.length > 0 ? findings : [ok(CHECK, `${name} is as deploy/ has it`)];
}

const NAMES = ['kind', 'listKind', 'plural', 'singular', 'shortNames', 'categories'] as const;

/** Places, in words. What only the server fills in is none. */
export function differencesOf(wanted: object, found: unknown): readonly string[] {
  const [wish, spec] = [fieldsAt(wanted, 'spec'), fieldsAt(found, 'spec')];
  const served = listAt(spec, 'versions').filter(isFields);
  return [
    ...valuesDiffer('scope', wish['scope'], spec['scope']),
    ...NAMES.flatMap((key) => valuesDiffer(`names.${key}`, fieldsAt(wish, 'names')[key], fieldsAt(spec, 'names')[key])),
    ...listAt(wish, 'versions')
      .filter(isFields)
      .flatMap((version) => {
        const name = textAt(version, 'name');
        const there = served.find((each) => textAt(each, 'name') === name);
        return there ? treesDiffer(name, version, there) : [`version ${name} is missing`];
      }),
  ];
}

/** Everything below two maps that is not the same; a member that only the cluster has counts, but for those of the top. */
function treesDiffer(path: string, wanted: Fields, found: Fields): readonly string[] {
  return Object.keys(wanted).flatMap((key) => nodesDiffer(`${path}.${key}`, wanted[key], found[key]));
}

function nodesDiffer(path: string, wanted: unknown, found: unknown): readonly string[] {
  if (isDeepStrictEqual(wanted, found) || (wanted === undefined && found === undefined)) return [];
  if (found === undefined) return [`${path} is missing`];
  if (wanted === undefined) return [`${path} is there and should not`];
  if (!isFields(wanted) || !isFields(found)) return [`${path} differs`];
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])].flatMap((key) =>
    nodesDiffer(`${path}.${key}`, wanted[key], found[key]),
  );
}

function valuesDiffer(path: string, wanted: unknown, found: unknown): readonly string[] {
  const isSame = isDeepStrictEqual(wanted, found) || (isEmpty(wanted) && isEmpty(found));
  return isSame ? [] : [`${path} is ${JSON.stringify(found)} and should be ${JSON.stringify(wanted)}`];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsAt(value: unknown, key: string): Fields {
  const found = isFields(value) ? value[key] : undefined;
  return isFields(found) ? found : {};
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = path.reduce<unknown>((node, key) => (isFields(node) ? node[key] : undefined), value);
  return Array.isArray(found) ? found : [];
}

function textAt(value: unknown, key: string): string {
  const found = isFields(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : '';
}
