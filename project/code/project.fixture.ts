import { BUILTIN_PARAMETERS } from '../catalogue/catalogue.ts';
import { BUILTIN_QUERIES } from '../catalogue/queries.ts';
import type { Parameter, Phase, Project } from '../model.ts';

type PhaseFixture = Partial<Omit<Phase, 'inputs' | 'outputs' | 'patches' | 'name'>> & {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly patches?: readonly (string | { readonly name: string; readonly force: boolean })[];
};

/** A project for tests of the renderers, from what they are about; the rest as the loader's defaults are. */
export function projectFixture(
  phases: Readonly<Record<string, PhaseFixture>>,
  given: Partial<Omit<Project, 'phases'>> = {},
): Project {
  const kind = given.kind ?? 'AutoRoute';
  const parameters = new Map([
    ...BUILTIN_PARAMETERS,
    ...(given.customParameters ?? []).map((own) => [own.name, own] as const),
  ]);
  const named = (name: string): Parameter => {
    const found = parameters.get(name);
    if (!found) throw new Error(`no parameter ${name}`);
    return found;
  };
  return {
    kind,
    group: 'examples.io',
    version: 'v1',
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    scope: 'Namespaced',
    operatorName: `${kind.toLowerCase()}-operator`,
    enableFinalizer: false,
    finalizer: { inputs: [], outputs: [] },
    transitions: 0,
    rbac: [],
    customParameters: [],
    queries: BUILTIN_QUERIES,
    operator: {
      version: '0.0.1',
      meshProvider: 'Istio',
      controlPlaneNs: 'istio-system',
      metricsAddr: ':9091',
      metricsSecure: false,
      metricsCertDir: '',
      healthAddr: ':8081',
      profilingAddr: '',
      enableLeaderElection: true,
      leaderElectionNamespace: '',
      watchNamespace: '',
      logLevel: 'Info',
      concurrency: 20,
    },
    ...given,
    parameters,
    phases: Object.entries(phases).map(([name, phase]) => phaseFixture(name, phase, named)),
  };
}

function phaseFixture(
  name: string,
  { inputs = [], outputs = [], patches = [], ...rest }: PhaseFixture,
  named: (name: string) => Parameter,
): Phase {
  return {
    name,
    description: '',
    initial: false,
    final: false,
    adopt: false,
    rollback: false,
    renamedFrom: [],
    ...rest,
    inputs: inputs.map((input) => ({ parameter: named(input), namespace: 'own', metadataOnly: false })),
    outputs: outputs.flatMap((output) => {
      const parameter = named(output);
      return parameter.type === 'resource' ? [{ parameter, namespace: 'own' as const, replace: false }] : [];
    }),
    patches: patches.flatMap((patch) => {
      const { name, force } = typeof patch === 'string' ? { name: patch, force: false } : patch;
      const parameter = named(name);
      return parameter.type === 'resource' ? [{ parameter, force }] : [];
    }),
  };
}

/** The operator of the original's tutorial. */
export const AUTOROUTE = projectFixture({
  Initializing: { initial: true, description: 'Waits for nothing.', next: ['Syncing'] },
  Syncing: {
    description: 'Makes a gateway for the route, and a service and a virtual service for each selected deployment.',
    inputs: ['deployments'],
    outputs: ['services', 'virtualservices', 'gateways'],
    next: ['Ready'],
  },
  Ready: { inputs: ['deployments'], next: ['Syncing'] },
});
