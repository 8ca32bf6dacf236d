import * as z from 'zod';

/** Schemas for what specs of Kubernetes often hold. */

/** `metav1.LabelSelector`: an empty one matches everything; leave the key out for nothing. */
export function labelSelector() {
  return z
    .object({
      matchLabels: z.record(z.string(), z.string()).optional().describe('Labels with exactly these values.'),
      matchExpressions: z
        .array(
          z.object({
            key: z.string().describe("The label's key."),
            operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('How the label is compared.'),
            values: z
              .array(z.string())
              .meta({ description: 'For In and NotIn.', 'x-kubernetes-list-type': 'atomic' })
              .optional(),
          }),
        )
        .meta({ description: 'Conditions that all have to hold.', 'x-kubernetes-list-type': 'atomic' })
        .optional(),
    })
    .meta({ 'x-kubernetes-map-type': 'atomic', examples: [{ matchLabels: { app: 'example' } }] });
}

/** Source: k8s.io/apimachinery/pkg/api/resource/quantity.go */
const QUANTITY =
  /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:(?:[KMGTPE]i)|[numkMGTPE]|[eE][+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))?$/;

/** An amount of a resource, such as `100m`, `1.5Gi` or `2`. The server stores it as it was written. */
export function quantity() {
  return z.union([z.int(), z.string().regex(QUANTITY)]).meta({ examples: ['100m'] });
}

/** A whole number or a text, as for ports: `8080` or `http`. */
export function intOrString() {
  return z.union([z.int(), z.string()]);
}
