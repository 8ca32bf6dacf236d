import type { Schema } from '../schema/schema.ts';
import type { PrinterColumn } from './served-kind.ts';

const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const text = (name: string, jsonPath: string): PrinterColumn => ({ name, type: 'string', jsonPath });

interface IstioKind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  /** The first one is stored. */
  readonly versions: readonly string[];
  readonly columns?: readonly PrinterColumn[];
}

const STABLE = ['v1', 'v1alpha3', 'v1beta1'];

/** Names, versions and columns of networking.istio.io in Istio 1.29. Source: istio.io/api, customresourcedefinitions.gen.yaml. */
const KINDS: readonly IstioKind[] = [
  {
    kind: 'DestinationRule',
    plural: 'destinationrules',
    shortNames: ['dr'],
    versions: STABLE,
    columns: [text('Host', '.spec.host'), AGE],
  },
  { kind: 'EnvoyFilter', plural: 'envoyfilters', versions: ['v1alpha3'] },
  { kind: 'Gateway', plural: 'gateways', shortNames: ['gw'], versions: STABLE },
  { kind: 'ProxyConfig', plural: 'proxyconfigs', versions: ['v1beta1'] },
  {
    kind: 'ServiceEntry',
    plural: 'serviceentries',
    shortNames: ['se'],
    versions: STABLE,
    columns: [
      text('Hosts', '.spec.hosts'),
      text('Location', '.spec.location'),
      text('Resolution', '.spec.resolution'),
      AGE,
    ],
  },
  { kind: 'Sidecar', plural: 'sidecars', versions: STABLE },
  {
    kind: 'VirtualService',
    plural: 'virtualservices',
    shortNames: ['vs'],
    versions: STABLE,
    columns: [text('Gateways', '.spec.gateways'), text('Hosts', '.spec.hosts'), AGE],
  },
  {
    kind: 'WorkloadEntry',
    plural: 'workloadentries',
    shortNames: ['we'],
    versions: STABLE,
    columns: [AGE, text('Address', '.spec.address')],
  },
  { kind: 'WorkloadGroup', plural: 'workloadgroups', shortNames: ['wg'], versions: STABLE, columns: [AGE] },
];

/** Anything goes: unlike Istio's own, these definitions check nothing below `spec` and `status`. */
const OPEN: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const SCHEMA: Schema = { type: 'object', properties: { spec: OPEN, status: OPEN } };

const GROUP = 'networking.istio.io';

/** A CustomResourceDefinition, as one would write it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** The CustomResourceDefinitions of Istio's networking API. */
export function istioDefinitions(): readonly CustomResourceDefinition[] {
  return KINDS.map(({ kind, plural, shortNames, versions, columns }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        categories: ['istio-io', 'networking-istio-io'],
        ...(shortNames && { shortNames }),
      },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: SCHEMA },
        subresources: { status: {} },
        ...(columns && { additionalPrinterColumns: columns }),
      })),
    },
  }));
}
