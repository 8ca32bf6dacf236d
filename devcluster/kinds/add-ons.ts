import type { Schema } from '../schema/schema.ts';
import file from './add-ons.json' with { type: 'json' };

/** Sets of CustomResourceDefinitions that a cluster can have from the start: Istio 1.29's, and those of the Gateway API 1.5. */
export const ADD_ONS = ['istio', 'gateway-api'] as const;
export type AddOn = (typeof ADD_ONS)[number];

/** A CustomResourceDefinition, as one would write it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: object;
}

/** Anything goes: unlike the projects' own, these definitions check nothing below `spec` and `status`, and set no defaults. */
const OPEN: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const SCHEMA: Schema = { type: 'object', properties: { spec: OPEN, status: OPEN } };

/** Names, versions, subresources and columns are as recorded by `record-add-ons.mjs`. */
export function addOnDefinitions(addOn: AddOn): readonly CustomResourceDefinition[] {
  return file
    .filter(({ group }) => (group.endsWith('.istio.io') ? 'istio' : 'gateway-api') === addOn)
    .map(({ approved, versions, ...spec }) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: `${spec.names.plural}.${spec.group}`,
        ...(approved && { annotations: { 'api-approved.kubernetes.io': approved } }),
      },
      spec: { ...spec, versions: versions.map((version) => ({ ...version, schema: { openAPIV3Schema: SCHEMA } })) },
    }));
}
