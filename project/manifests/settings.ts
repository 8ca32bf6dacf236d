import { isNamespaceName } from '../config/names.ts';
import { FAULTS, ProjectError } from '../errors.ts';
import type { Fault } from '../errors.ts';
import type { Problem, Project } from '../model.ts';

/** What a deployment needs beside the project. Everything has a default. */
export interface ManifestSettings {
  /** Default: `<operatorName>:<version>`. */
  readonly image?: string;
  /** Where the operator runs. Default: the operator's name. */
  readonly namespace?: string;
  /**
   * What `kubectl apply -k deploy` installs: an operator for its own namespace, or for all. Default: all, unless the project's
   * `watchNamespace` says otherwise.
   */
  readonly watch?: 'namespaced' | 'cluster';
  /** Default 1; of several one works, and the others stand by. */
  readonly replicas?: number;
  /** Quantities, such as `100m` and `128Mi`. */
  readonly cpuRequest?: string;
  readonly memoryRequest?: string;
  readonly memoryLimit?: string;
}

export type Deployment = Required<ManifestSettings>;

/** Namespaces that every cluster has: nobody's to create. */
export const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'default',
  'kube-system',
  'kube-public',
  'kube-node-lease',
]);

/**
 * The settings with defaults.
 *
 * @throws {ProjectError} with all that is wrong; `path` is the setting's name.
 */
export function deploymentOf(project: Project, settings: ManifestSettings): Deployment {
  const { operatorName, operator, scope } = project;
  const deployment = {
    image: `${operatorName}:${versionTag(operator.version)}`,
    namespace: operatorName,
    watch: scope === 'Namespaced' && operator.watchNamespace !== '' ? 'namespaced' : 'cluster',
    replicas: 1,
    cpuRequest: '50m',
    memoryRequest: '128Mi',
    memoryLimit: '256Mi',
    ...settings,
  } satisfies Deployment;
  // With the defaults: a request by itself may be above the default limit.
  const problems = checkSettings(project, deployment);
  if (problems.length > 0) throw new ProjectError(problems);
  return deployment;
}

/** What settings have to go together with. */
export interface SettingsProject extends Pick<Project, 'kind' | 'scope'> {
  readonly operator: Pick<Project['operator'], 'enableLeaderElection'>;
}

/** All that is wrong with these settings, without the defaults of others; `path` is the setting's name. */
export function checkSettings(project: SettingsProject, settings: ManifestSettings): readonly Problem[] {
  const { image, namespace, watch, replicas } = settings;
  const faults: [string, Fault | undefined][] = [
    ['image', image !== undefined && !isImage(image) ? FAULTS.image({ image }) : undefined],
    [
      'namespace',
      namespace !== undefined && !isNamespaceName(namespace) ? FAULTS.namespaceName({ name: namespace }) : undefined,
    ],
    [
      'watch',
      watch === 'namespaced' && project.scope === 'Cluster'
        ? FAULTS.namespacedScope({ kind: project.kind })
        : undefined,
    ],
    ['replicas', replicasFault(project, replicas)],
  ];
  for (const key of ['cpuRequest', 'memoryRequest', 'memoryLimit'] as const) {
    const value = settings[key];
    faults.push([key, value !== undefined && !QUANTITY.test(value) ? FAULTS.quantity({ value }) : undefined]);
  }
  faults.push(['memoryLimit', memoryFault(settings)]);
  return faults.flatMap(([path, fault]) => (fault ? [{ ...fault, path }] : []));
}

/** Of the limit, so that a request alone can be answered before the limit is. */
function memoryFault({ memoryRequest = '', memoryLimit = '' }: ManifestSettings): Fault | undefined {
  const [request, limit] = [bytesOf(memoryRequest), bytesOf(memoryLimit)];
  return request !== undefined && limit !== undefined && request > limit
    ? FAULTS.memoryLimit({ request: memoryRequest, limit: memoryLimit })
    : undefined;
}

function replicasFault({ operator }: SettingsProject, replicas = 1): Fault | undefined {
  if (!Number.isInteger(replicas) || replicas < 0) return FAULTS.numberRange({ value: replicas, minimum: 0 });
  return replicas > 1 && !operator.enableLeaderElection ? FAULTS.replicas({ replicas }) : undefined;
}

function isImage(image: string): boolean {
  const [found, port = '1'] = IMAGE.exec(image) ?? [];
  return found !== undefined && Number(port) >= 1 && Number(port) <= 65535;
}

/** Host and port, path, tag and digest. Source: https://github.com/distribution/reference */
const IMAGE =
  /^(?:[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?)*(?::(\d+))?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,})?$/;

const QUANTITY = /^(\d+(?:\.\d*)?|\.\d+)([KMGTPE]i|[mkMGTPE])?$/;

function bytesOf(quantity: string): number | undefined {
  const [, number, unit = ''] = QUANTITY.exec(quantity) ?? [];
  if (number === undefined) return undefined;
  const power = ' kMGTPE'.indexOf(unit.charAt(0).replace('K', 'k'));
  return Number(number) * (unit === 'm' ? 0.001 : (unit.endsWith('i') ? 1024 : 1000) ** Math.max(power, 0));
}

/** A version as an image's tag and a label's value: both take letters, digits, `.`, `_` and `-`. */
export function versionTag(version: string): string {
  const tag = version
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return tag === '' ? 'latest' : tag;
}
