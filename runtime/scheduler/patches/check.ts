import { errors } from '../../errors.ts';
import { apiVersionOf, objectKey } from '../../kube/paths.ts';
import type { ResourceType } from '../../kube/types.ts';
import type { Phase } from '../../plan.ts';
import type { Desired } from '../../worker.ts';
import { describe, isName, isRecord, plainJson, textsOf } from '../returned-json.ts';

/** What a worker wants to be set in one object. */
export interface CheckedPatch {
  readonly name: string;
  /** Where the object is; undefined for cluster scope. */
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** All beside metadata, as plain JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** By patch key, in the order returned. */
export type CheckedPatches = ReadonlyMap<string, readonly CheckedPatch[]>;

/** What the same run returned to be owned. */
type Outputs = ReadonlyMap<string, readonly Pick<Desired<object>, 'metadata'>[]>;

/** Checks the `patches` of a result before anything of it is sent. `namespace` is the resource's. Throws ERR_AP_BAD_PATCH. */
export function checkPatches(
  value: unknown,
  phase: Phase,
  outputs: Outputs,
  namespace: string | undefined,
): CheckedPatches {
  const patches = new Map<string, readonly CheckedPatch[]>();
  if (value === undefined || value === null) return patches;
  if (!isRecord(value)) throw errors.badPatch(phase.name, 'patches', `${describe(value)} is no object of lists.`);
  for (const [key, list] of Object.entries(value)) {
    if (list === undefined) continue;
    const kind = phase.patches.get(key);
    if (!kind) throw errors.undeclared(phase.name, `the patches ${key}`, [...phase.patches.keys()]);
    if (!Array.isArray(list)) throw errors.badPatch(phase.name, key, `${describe(list)} is no list.`);
    const owned = ownedObjects(kind.type, phase, outputs, namespace);
    const seen = new Set<string>();
    const checked = Array.from(list, (item: unknown, index) => {
      const wrong = (problem: string) => errors.badPatch(phase.name, `${key}[${index}]`, problem);
      const patch = checkPatch(item, kind.type, namespace, wrong);
      const name = objectKey(patch.name, patch.namespace);
      // Of two applies by one manager the second would give up what the first has set.
      if (seen.has(name)) throw wrong(`${name} is there twice: give all its fields in one patch.`);
      if (owned.has(name)) throw wrong(`${name} is one of the run's own outputs: give the fields there.`);
      seen.add(name);
      return patch;
    });
    patches.set(key, checked);
  }
  return patches;
}

/** The objects of a kind that the same result wants to be made. */
function ownedObjects(
  type: ResourceType,
  phase: Phase,
  outputs: Outputs,
  namespace: string | undefined,
): ReadonlySet<string> {
  const same = [...outputs].filter(([key]) => {
    const output = phase.outputs.get(key)?.type;
    return output?.group === type.group && output.plural === type.plural;
  });
  return new Set(
    same.flatMap(([, list]) =>
      list.map(({ metadata }) =>
        objectKey(metadata.name, type.namespaced ? (metadata.namespace ?? namespace) : undefined),
      ),
    ),
  );
}

const METADATA: ReadonlySet<string> = new Set(['name', 'namespace', 'labels', 'annotations']);

function checkPatch(
  value: unknown,
  type: ResourceType,
  namespace: string | undefined,
  wrong: (problem: string) => Error,
): CheckedPatch {
  if (!isRecord(value)) throw wrong(`${describe(value)} is no object.`);
  const { apiVersion, kind, metadata, ...fields } = plainJson(value, wrong);
  if (apiVersion !== undefined && apiVersion !== apiVersionOf(type))
    throw wrong(`its apiVersion is ${JSON.stringify(apiVersion)}, not ${apiVersionOf(type)}.`);
  if (kind !== undefined && kind !== type.kind) throw wrong(`its kind is ${JSON.stringify(kind)}, not ${type.kind}.`);
  if ('status' in fields) throw wrong('it has a status, which is for the controller of the kind to write.');
  if (!isRecord(metadata)) throw wrong('it has no metadata.');
  const extra = Object.keys(metadata).find((member) => !METADATA.has(member));
  if (extra !== undefined)
    throw wrong(`metadata.${extra} cannot be set: labels and annotations can, and name and namespace say where.`);
  const { name } = metadata;
  if (!isName(name)) throw wrong(`metadata.name ${JSON.stringify(name)} is no name.`);
  return {
    name,
    namespace: namespaceOf(metadata['namespace'], type, namespace, wrong),
    labels: textsOf('metadata.labels', metadata['labels'], wrong),
    annotations: textsOf('metadata.annotations', metadata['annotations'], wrong),
    fields,
  };
}

/** A resource in a namespace patches there, and objects of cluster scope; one of cluster scope patches everywhere. */
function namespaceOf(
  given: unknown,
  type: ResourceType,
  namespace: string | undefined,
  wrong: (problem: string) => Error,
): string | undefined {
  if (!type.namespaced) {
    if (given !== undefined) throw wrong(`${type.kind} has no namespace.`);
    return undefined;
  }
  if (given === undefined) {
    if (namespace === undefined)
      throw wrong('metadata.namespace is missing: the resource is of cluster scope and has none to lend.');
    return namespace;
  }
  if (!isName(given)) throw wrong(`metadata.namespace ${JSON.stringify(given)} is no namespace.`);
  if (namespace !== undefined && given !== namespace)
    throw wrong(`metadata.namespace is ${given}: a resource in ${namespace} patches objects of that namespace.`);
  return given;
}
