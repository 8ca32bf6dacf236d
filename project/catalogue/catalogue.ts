import type { MetricsParameter, Parameter, ResourceParameter } from '../model.ts';
import { APIS } from './kinds.ts';
import type { Api } from './kinds.ts';

/** The client for metrics queries: an input only. */
export const METRICS: MetricsParameter = { type: 'metrics', name: 'metrics', key: 'metrics' };

/** The built-in kinds, by API and name. */
export const BUILTIN_RESOURCES: readonly ResourceParameter[] = APIS.flatMap((api) =>
  resources(api, api.namespaced ?? {}, true).concat(resources(api, api.cluster ?? {}, false)),
);

/** All that a phase can name without declaring it, by the name in YAML. */
export const BUILTIN_PARAMETERS: ReadonlyMap<string, Parameter> = new Map<string, Parameter>(
  [...BUILTIN_RESOURCES, METRICS].map((parameter) => [parameter.name, parameter]),
);

/** The names that were built in in 2019 already. All others may be declared in files of that time. */
export const ORIGINAL_NAMES: ReadonlySet<string> = new Set([
  'events',
  'configmaps',
  'services',
  'pods',
  'jobs',
  'deployments',
  'replicasets',
  'virtualservices',
  'gateways',
  'metrics',
]);

function resources(api: Api, kinds: Readonly<Record<string, string>>, namespaced: boolean): ResourceParameter[] {
  return Object.entries(kinds).map(([plain, kind]) => resource(api, plain, kind, namespaced));
}

function resource(api: Api, plain: string, kind: string, namespaced: boolean): ResourceParameter {
  const { group, version, prefix, types } = api;
  const key = prefix ? prefix + plain.charAt(0).toUpperCase() + plain.slice(1) : plain;
  return {
    type: 'resource',
    name: prefix ? key : plain.toLowerCase(),
    key,
    group,
    version,
    kind,
    plural: plain.toLowerCase(),
    namespaced,
    ...(types && {
      types: {
        module: [types.name, group, version, kind].filter((part) => part !== '').join('/'),
        name: `I${kind}`,
        dependency: types,
      },
    }),
  };
}
