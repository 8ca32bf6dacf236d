import { lowerCamel } from '../catalogue/plural.ts';

/** Words that cannot name a variable in a module, and globals whose shadowing would surprise. */
const RESERVED = new Set(
  (
    'arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for from function get if implements import in instanceof interface let new null of package private protected public ' +
    'return set static super switch this throw true try type typeof undefined var void while with yield'
  ).split(' '),
);

/** What a worker finds in its context beside the resource. */
const CONTEXT = new Set([
  'inputs',
  'outputs',
  'client',
  'logger',
  'signal',
  'patches',
  'config',
  'worker',
  'finalizer',
]);

/** What the generated workers and tests call things themselves. */
const STUB = new Set(['assert', 'deleted', 'failure', 'found', 'metadata', 'runFrom', 'settled', 'until']);

/** `RollBack` → `roll-back`, `HTTPCheck` → `http-check`. The names of two phases that differ ignoring case stay different. */
export function kebab(upperCamel: string): string {
  return upperCamel
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

/** The name under which workers get the resource: `autoRoute`. Kinds such as `Class` or `Client` get a suffix. */
export function resourceKey(kind: string): string {
  const key = lowerCamel(kind);
  return [RESERVED, CONTEXT, STUB].some((names) => names.has(key)) ? `${key}Resource` : key;
}

/** The names of everything that is generated for a kind. */
export function kindNames(kind: string) {
  const key = resourceKey(kind);
  return {
    key,
    type: kind,
    spec: `${kind}Spec`,
    status: `${kind}Status`,
    phase: `${kind}Phase`,
    finalizer: `${kind}Finalizer`,
    config: `${kind}Config`,
    finalizerInputs: `${kind}FinalizerInputs`,
    finalizerOutputs: `${kind}FinalizerOutputs`,
    /** The constant that tells the runtime group, version, plural and scope. */
    resource: `${lowerCamel(kind)}Resource`,
  };
}

/** The names of everything that is generated for a phase. */
export function phaseNames(phase: string) {
  return {
    folder: kebab(phase),
    inputs: `${phase}Inputs`,
    outputs: `${phase}Outputs`,
    patches: `${phase}Patches`,
    next: `${phase}Next`,
    worker: `${phase}Worker`,
    /** The worker's name where `src/operator.ts` imports it. */
    workerVariable: `${lowerCamel(phase)}Worker`,
  };
}

export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}
