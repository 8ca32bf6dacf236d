import type { ApiObject } from '../store/object.ts';
import { stringAt } from '../schema/json.ts';
import type { Asked } from './asked.ts';
import type { Chance } from './chance.ts';
import type { Detour } from './subject.ts';

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
/** Of simulated time: an operator's finalizers hold up the end of a definition for as long as they take. */
const HOUR = 3_600_000;

/**
 * Somebody deletes the definition of a kind that the operator asks for, its own among them, and installs it again once it is gone with all
 * of its objects. What users had made they then make anew: labels, annotations and all but the status as they were. What the operator makes
 * of the kind it has to make again.
 */
export function definitionAnew(asked: readonly Asked[], chance: Chance): Detour {
  return async (cluster) => {
    const definitions = cluster.select(
      (object) => object.kind === DEFINITION.kind && asked.some(({ kind }) => kind && defines(object, kind)),
    );
    if (definitions.length === 0) return undefined;
    const definition = chance.of(definitions);
    const isOperators = asked.some(({ verb, kind }) => verb === 'create' && kind && defines(definition, kind));
    const lost = isOperators
      ? []
      : cluster.select((object) => object.metadata.deletionTimestamp === undefined && defines(definition, object));
    const ref = { ...DEFINITION, name: definition.metadata.name };
    await cluster.delete(ref);
    return async (again) => {
      await again.until(ref, (found) => found === undefined, { timeout: HOUR });
      await again.installCrd(asNew(definition));
      for (const object of lost) await again.create(asNew(object));
    };
  };
}

function defines(
  definition: ApiObject,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): boolean {
  return (
    apiVersion.startsWith(`${stringAt(definition, 'spec', 'group')}/`) &&
    stringAt(definition, 'spec', 'names', 'kind') === kind
  );
}

/** Of an object, what whoever made it would write again. */
function asNew({ metadata, ...rest }: ApiObject): ApiObject {
  const { name, namespace, labels, annotations } = metadata;
  return { ...rest, status: undefined, metadata: { name, namespace, labels, annotations } };
}
