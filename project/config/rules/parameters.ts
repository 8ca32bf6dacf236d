import { BUILTIN_PARAMETERS, BUILTIN_RESOURCES, METRICS, ORIGINAL_NAMES } from '../../catalogue/catalogue.ts';
import { TYPES_PACKAGES } from '../../catalogue/kinds.ts';
import { lowerCamel, pluralOf } from '../../catalogue/plural.ts';
import { FAULTS } from '../../errors.ts';
import type { Parameter, ResourceParameter, TypeImport } from '../../model.ts';
import type { AutopilotFile, CustomParameterEntry } from '../autopilot-fields.ts';
import { TYPES_MODULE, isReservedWord, isVersion } from '../names.ts';
import type { Reading } from '../reading.ts';

export interface Parameters {
  /** The catalogue's and the project's own. */
  readonly all: ReadonlyMap<string, Parameter>;
  readonly custom: readonly ResourceParameter[];
  /** Names that are declared, faulty ones too: whoever uses one of them need not hear of it again. */
  readonly declared: ReadonlySet<string>;
}

/**
 * The project's own kinds beside the catalogue's. A kind that was not built in in 2019 may be declared under its name in the
 * catalogue, as files of that time do: what such a declaration says holds.
 */
export function checkParameters(file: AutopilotFile, reading: Reading): Parameters {
  const all = new Map(BUILTIN_PARAMETERS);
  const custom: ResourceParameter[] = [];
  const declared = new Set<string>();
  // By folded name and key: both become keys of objects, and files on some systems.
  const taken = new Map<string, string>();
  const names = new Map<string, string>();
  for (const parameter of BUILTIN_PARAMETERS.values()) {
    const by = `the built-in ${parameter === METRICS ? 'client for metrics' : `kind ${describe(parameter)}`}`;
    taken.set(fold(parameter.name), by).set(fold(parameter.key), by);
    if (parameter.type === 'resource') names.set(identityOf(parameter), parameter.name);
  }
  for (const [index, entry] of (file.customParameters ?? []).entries()) {
    const path = ['customParameters', index];
    const { lowerName, singleName } = entry ?? {};
    if (!entry || lowerName === undefined) continue;
    const builtin = declared.has(lowerName) ? undefined : redeclared(entry);
    if (builtin) for (const name of [builtin.name, builtin.key]) taken.delete(fold(name));
    declared.add(lowerName);
    const pluralName = entry.pluralName ?? (singleName === undefined ? undefined : pluralOf(singleName));
    const key = builtin?.key ?? keyOf(lowerName, pluralName);
    const by = taken.get(fold(lowerName)) ?? taken.get(fold(key));
    if (by !== undefined) reading.report(FAULTS.parameterTaken({ name: lowerName, by }), [...path, 'lowerName']);
    else if (isReservedWord(key) || key in Object.prototype)
      reading.report(FAULTS.parameterName({ name: lowerName }), [...path, 'lowerName']);
    taken.set(fold(lowerName), 'another of `customParameters`').set(fold(key), 'another of `customParameters`');
    const version = entry.version ?? versionOf(entry.package);
    // A faulty version was reported already.
    if (version === undefined && !reading.hasProblemAt([...path, 'version'])) {
      reading.report(FAULTS.parameterVersion({ name: lowerName }), path);
    }
    if (singleName === undefined || version === undefined || by !== undefined) continue;
    const types = typesOf(entry.types, singleName) ?? (builtin?.version === version ? builtin.types : undefined);
    const parameter: ResourceParameter = {
      type: 'resource',
      name: lowerName,
      key,
      group: entry.apiGroup ?? '',
      version,
      kind: singleName,
      plural: (entry.pluralName ?? lowerName).toLowerCase(),
      namespaced: entry.scope === undefined ? (builtin?.namespaced ?? true) : entry.scope === 'Namespaced',
      ...(isForeign(entry) && { isCrd: entry.isCrd ?? true }),
      ...(types && { types }),
    };
    const other = names.get(identityOf(parameter)) ?? lowerName;
    if (other !== lowerName) reading.report(FAULTS.parameterSame({ name: lowerName, other }), path);
    else names.set(identityOf(parameter), lowerName);
    all.set(lowerName, parameter);
    custom.push(parameter);
  }
  return { all, custom, declared };
}

/** The built-in kind that a parameter declares once more, where that is its right. */
function redeclared({
  lowerName = '',
  singleName,
  apiGroup = '',
}: CustomParameterEntry): ResourceParameter | undefined {
  const builtin = ORIGINAL_NAMES.has(lowerName) ? undefined : BUILTIN_PARAMETERS.get(lowerName);
  return builtin?.type === 'resource' && builtin.kind === singleName && builtin.group === apiGroup
    ? builtin
    : undefined;
}

const BUILTIN_GROUPS = new Set(BUILTIN_RESOURCES.map(({ group }) => group));

/** Whether the kind is there only where somebody has installed it: neither a part of Kubernetes nor of a known mesh. */
function isForeign({ apiGroup = '' }: CustomParameterEntry): boolean {
  return apiGroup.includes('.') && !BUILTIN_GROUPS.has(apiGroup);
}

const identityOf = ({ group, version, plural }: ResourceParameter) => `${group}/${version}/${plural}`;

function describe(parameter: Parameter): string {
  if (parameter.type === 'metrics') return '`metrics`';
  const { group, version, kind } = parameter;
  return `\`${kind}\` of ${group === '' ? version : `${group}/${version}`}`;
}

const fold = (name: string) => name.toLowerCase();

/** In TypeScript: the plural in lowerCamelCase; the name itself where it is another word. */
function keyOf(lowerName: string, pluralName: string | undefined): string {
  return pluralName !== undefined && fold(pluralName) === fold(lowerName) ? lowerCamel(pluralName) : lowerName;
}

/** `k8s.io/api/apps/v1` → `v1`. */
function versionOf(goPackage: string | undefined): string | undefined {
  const last = goPackage?.split('/').at(-1);
  return last !== undefined && isVersion(last) ? last : undefined;
}

function typesOf(types: string | undefined, kind: string): TypeImport | undefined {
  const [, module, type] = (types === undefined ? null : TYPES_MODULE.exec(types)) ?? [];
  if (module === undefined) return undefined;
  const dependency = TYPES_PACKAGES.find(({ name }) => module === name || module.startsWith(`${name}/`));
  const family = /^(?:kubernetes-models|@kubernetes-models)\//.test(module);
  return { module, name: type ?? (family ? `I${kind}` : kind), ...(dependency && { dependency }) };
}
