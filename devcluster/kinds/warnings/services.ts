/** Source: k8s.io/kubernetes/pkg/api/service. */
import { isGiven, textsAt } from '../rules/checks.ts';
import { objectAt, stringAt, valueAt } from '../../schema/json.ts';
import { addressWarnings, networkWarnings } from './addresses.ts';
import type { Warner } from './warner.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';

export const service: Warner = (object) => {
  const spec = objectAt(object, 'spec') ?? {};
  const type = stringAt(spec, 'type');
  const headless = type === 'ClusterIP' && stringAt(spec, 'clusterIP') === 'None';
  const external = type === 'ExternalName';
  const externalIPs = textsAt(spec, 'externalIPs');
  const loadBalancerIP = stringAt(spec, 'loadBalancerIP');
  const hasAddress = !external && !['', 'None'].includes(stringAt(spec, 'clusterIP'));
  return [
    when(
      isGiven(valueAt(object, 'metadata', 'annotations', HINTS)),
      `annotation ${HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    ),
    (hasAddress ? textsAt(spec, 'clusterIPs') : []).flatMap((address, index) =>
      addressWarnings(`spec.clusterIPs[${index}]`, address),
    ),
    when(headless && loadBalancerIP !== '', 'spec.loadBalancerIP is ignored for headless services'),
    when(headless && externalIPs.length > 0, 'spec.externalIPs is ignored for headless services'),
    when(
      headless && stringAt(spec, 'sessionAffinity') !== 'None',
      'spec.SessionAffinity is ignored for headless services',
    ),
    externalIPs.flatMap((address, index) => addressWarnings(`spec.externalIPs[${index}]`, address)),
    when(
      externalIPs.length > 0 && !headless && !external,
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    ),
    addressWarnings('spec.loadBalancerIP', loadBalancerIP),
    textsAt(spec, 'loadBalancerSourceRanges').flatMap((network, index) =>
      networkWarnings(`spec.loadBalancerSourceRanges[${index}]`, network),
    ),
    when(external && externalIPs.length > 0, 'spec.externalIPs is ignored when spec.type is "ExternalName"'),
    when(
      !external && stringAt(spec, 'externalName') !== '',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ),
    when(
      stringAt(spec, 'trafficDistribution') === 'PreferClose',
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ),
  ].flat();
};

function when(condition: boolean, warning: string): string[] {
  return condition ? [warning] : [];
}
