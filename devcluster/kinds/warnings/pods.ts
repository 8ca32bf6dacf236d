/** Source: warningsForPodSpecAndMeta of k8s.io/kubernetes/pkg/api/pod. The order of warnings is that of the real server. */
import { quote } from '../../schema/go-text.ts';
import { objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { integerAt, objectsAt, textsAt } from '../rules/checks.ts';
import { addressWarnings } from './addresses.ts';
import { claimSpecWarnings } from './claims.ts';
import { portWarnings } from './container-ports.ts';
import { containersOf, resourceWarnings, variableWarnings } from './containers.ts';
import { fractionWarnings } from './fractions.ts';
import { fieldOf } from './path.ts';
import { annotationWarnings, containerProfileWarnings, podSeccompWarnings } from './pod-annotations.ts';
import { nodeWarnings, podAffinityWarnings } from './scheduling.ts';
import { pathWarnings } from './volume-paths.ts';
import { volumeTypeWarnings } from './volume-types.ts';

/** About a pod, at the path '', or about a template of pods: an object with `metadata` and `spec`. */
export function podWarnings(pod: unknown, path: string): string[] {
  const template = objectAt(pod);
  const spec = objectAt(template, 'spec');
  if (template === undefined || spec === undefined) return [];
  const at = fieldOf(path, 'spec');
  const containers = containersOf(spec, at);
  return [
    ...nodeWarnings(spec, at),
    ...annotationWarnings(template, path),
    ...volumeWarnings(spec, at),
    ...hostAliasesTwice(spec, at),
    ...pullSecretWarnings(spec, at),
    ...overheadWarnings(spec, at),
    ...podSeccompWarnings(template, path),
    ...containers.flatMap((container) => [
      ...containerProfileWarnings(template, path, container),
      ...resourceWarnings(container),
      ...variableWarnings(container),
    ]),
    ...portWarnings(containers),
    ...graceWarnings(spec, at),
    ...podAffinityWarnings(spec, at),
    ...textsAt(spec, 'dnsConfig', 'nameservers').flatMap((address, index) =>
      addressWarnings(`${fieldOf(at, 'dnsConfig.nameservers')}[${index}]`, address),
    ),
    ...objectsAt(spec, 'hostAliases').flatMap((alias, index) =>
      addressWarnings(`${fieldOf(at, 'hostAliases')}[${index}].ip`, stringAt(alias, 'ip')),
    ),
  ];
}

function volumeWarnings(spec: JsonObject, path: string): string[] {
  const volumes = objectsAt(spec, 'volumes');
  const own = volumes.flatMap((volume, index) => {
    const at = `${fieldOf(path, 'volumes')}[${index}]`;
    const claim = valueAt(volume, 'ephemeral', 'volumeClaimTemplate', 'spec');
    return [...volumeTypeWarnings(volume, at), ...claimSpecWarnings(claim, `${at}.ephemeral.volumeClaimTemplate.spec`)];
  });
  return [...own, ...pathWarnings(volumes)];
}

function hostAliasesTwice(spec: JsonObject, path: string): string[] {
  const addresses = objectsAt(spec, 'hostAliases').map((alias) => stringAt(alias, 'ip'));
  return repeated(addresses, (index) => `${fieldOf(path, 'hostAliases')}[${index}].ip: duplicate ip`);
}

function pullSecretWarnings(spec: JsonObject, path: string): string[] {
  const names = objectsAt(spec, 'imagePullSecrets').map((secret) => stringAt(secret, 'name'));
  const at = (index: number): string => `${fieldOf(path, 'imagePullSecrets')}[${index}].name`;
  const empty = names.flatMap((name, index) => (name === '' ? [`${at(index)}: invalid empty name ""`] : []));
  return [...repeated(names, (index) => `${at(index)}: duplicate name`), ...empty];
}

function repeated(values: readonly string[], told: (index: number) => string): string[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [`${told(index)} ${quote(value)}`] : []));
}

function overheadWarnings(spec: JsonObject, path: string): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((resource) =>
    fractionWarnings(spec['overhead'], resource, fieldOf(path, 'overhead')),
  );
}

function graceWarnings(spec: JsonObject, path: string): string[] {
  if (integerAt(spec, 'terminationGracePeriodSeconds') >= 0) return [];
  const what = 'must be >= 0; negative values are invalid and will be treated as 1';
  return [`${fieldOf(path, 'terminationGracePeriodSeconds')}: ${what}`];
}
