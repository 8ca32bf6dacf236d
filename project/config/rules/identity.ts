import { BUILTIN_RESOURCES } from '../../catalogue/catalogue.ts';
import { pluralOf } from '../../catalogue/plural.ts';
import { FAULTS } from '../../errors.ts';
import type { Project } from '../../model.ts';
import type { AutopilotFile } from '../autopilot-fields.ts';
import { isDomain, isProtectedGroup, isVersion } from '../names.ts';
import type { Reading } from '../reading.ts';

type Identity = Pick<
  Project,
  'kind' | 'group' | 'version' | 'plural' | 'singular' | 'shortNames' | 'categories' | 'scope' | 'operatorName'
>;

/** Types of TypeScript and of the runtime that the module of the kind's types cannot do without. */
const TYPES_IN_USE = new Set(
  (
    'Array Boolean CustomResource Date Error Function Infinity Map NaN Number Object Partial Promise Readonly Record ' +
    'Required ResourceDefinition Set String Symbol'
  ).split(' '),
);

/** The kind's names and the operator's; undefined where one that matters is missing or faulty. */
export function checkIdentity(file: AutopilotFile, reading: Reading): Identity | undefined {
  const { kind, operatorName, scope = 'Namespaced' } = file;
  const api = checkApiVersion(file, reading);
  if (kind !== undefined && TYPES_IN_USE.has(kind)) reading.report(FAULTS.kindReserved({ kind }), ['kind']);
  const group = api?.group;
  if (BUILTIN_RESOURCES.some((builtin) => builtin.kind === kind && builtin.group === group)) {
    reading.report(FAULTS.kindTaken({ kind: kind ?? '', group: group ?? '' }), ['kind']);
  }
  const singular = kind?.toLowerCase();
  const plural = file.plural ?? (kind === undefined ? undefined : pluralOf(kind).toLowerCase());
  const shortNames = checkShortNames(file, reading, { singular, plural });
  if (plural !== undefined && group !== undefined && plural.length + 1 + group.length > 253) {
    const length = plural.length + 1 + group.length;
    reading.report(FAULTS.tooLong({ length, limit: 253, why: "it is the CRD's, `<plural>.<group>`" }), ['apiVersion']);
  }
  if (kind === undefined || singular === undefined || plural === undefined || !api || operatorName === undefined)
    return undefined;
  const categories = defined(file.categories);
  return { kind, ...api, plural, singular, shortNames, categories, scope, operatorName };
}

function checkApiVersion(
  { apiVersion }: AutopilotFile,
  reading: Reading,
): { group: string; version: string } | undefined {
  const [group, version] = apiVersion?.split('/') ?? [];
  if (group === undefined || version === undefined) return undefined;
  if (!isDomain(group)) reading.report(FAULTS.group({ group }), ['apiVersion']);
  else if (isProtectedGroup(group)) reading.report(FAULTS.groupProtected({ group }), ['apiVersion']);
  if (!isVersion(version)) reading.reportIn(FAULTS.version({ version }), ['apiVersion'], /(?<=\/)[^/]*$/);
  return { group, version };
}

function checkShortNames(
  file: AutopilotFile,
  reading: Reading,
  taken: { singular: string | undefined; plural: string | undefined },
): readonly string[] {
  for (const [index, name] of (file.shortNames ?? []).entries()) {
    const by =
      name === undefined
        ? undefined
        : name === taken.plural
          ? 'plural'
          : name === taken.singular
            ? 'singular'
            : undefined;
    if (name !== undefined && by) reading.report(FAULTS.crdNameTaken({ name, by }), ['shortNames', index]);
  }
  return defined(file.shortNames);
}

/** Faulty items are undefined in what is read. */
export function defined<T>(items: readonly (T | undefined)[] | undefined): readonly T[] {
  return (items ?? []).filter((item) => item !== undefined);
}
