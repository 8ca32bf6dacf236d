import * as z from 'zod';
import { intOrString, labelSelector, quantity } from '../../../runtime/crd/crd.ts';

const name = z
  .string()
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
  .max(63);

/** What specs of operators hold: ports, selectors, amounts, lists that are merged, rules in CEL. */
export const KUBERNETES = {
  portsOrNames: z.object({
    port: intOrString(),
    optional: intOrString().optional(),
    bounded: z.union([z.string().regex(/^[a-z]{1,15}$/), z.int().min(1).max(65_535)]).optional(),
    nullable: z.union([z.int(), z.string(), z.null()]).optional(),
    exclusive: z.xor([z.int(), z.string()]).optional(),
    list: z.array(intOrString()).optional(),
    default: intOrString().default('http'),
  }),
  amounts: z.object({
    cpu: quantity(),
    limits: z.record(z.string(), quantity()).optional(),
    storage: quantity().default('1Gi'),
  }),
  selectors: z.object({ selector: labelSelector(), optional: labelSelector().optional() }),
  sets: z.object({
    finalizers: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set' }),
    numbers: z.array(z.int()).meta({ 'x-kubernetes-list-type': 'set' }).optional(),
    atomic: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
  }),
  keyedLists: z.object({
    ports: z
      .array(z.object({ port: z.int(), protocol: z.enum(['TCP', 'UDP']).default('TCP'), name: z.string().optional() }))
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port', 'protocol'] }),
  }),
  mapTypes: z.object({
    atomic: z.record(z.string(), z.string()).meta({ 'x-kubernetes-map-type': 'atomic' }),
    granular: z.object({ a: z.int() }).meta({ 'x-kubernetes-map-type': 'granular' }).optional(),
  }),
  rules: z.object({
    range: z
      .object({ low: z.int(), high: z.int() })
      .refine(({ low, high }) => low <= high)
      .meta({
        'x-kubernetes-validations': [{ rule: 'self.low <= self.high', message: 'low has to come before high' }],
      }),
    name: z
      .string()
      .max(20)
      .refine((text) => !text.startsWith('kube-'))
      .meta({ 'x-kubernetes-validations': [{ rule: "!self.startsWith('kube-')" }] })
      .optional(),
  }),
  oneOfTwo: z.object({
    source: z
      .object({ inline: z.string().max(9).optional(), ref: z.object({ name }).optional() })
      .refine(({ inline, ref }) => (inline === undefined) !== (ref === undefined))
      .meta({ 'x-kubernetes-validations': [{ rule: 'has(self.inline) != has(self.ref)' }] }),
  }),
  serverFormats: z.object({
    interval: z
      .string()
      .regex(/^\d{1,4}(?:ms|s|m|h)$/)
      .meta({ format: 'duration' }),
    until: z
      .string()
      .regex(/^20\d\d-0[1-9]-[12]\d$/)
      .meta({ format: 'date' })
      .optional(),
  }),
  notes: z.object({
    field: z.string().meta({ title: 'Title', description: 'About.', examples: ['e'], deprecated: true, mine: 1 }),
    documented: z
      .int()
      .meta({ externalDocs: { url: 'https://example.com' } })
      .optional(),
  }),
  autoRoute: z.object({
    selector: labelSelector(),
    hosts: z.array(z.string().min(1)).min(1),
    gateways: z.array(z.string()).optional(),
    trafficPolicy: z.enum(['Even', 'Weighted']).default('Even'),
    weights: z.record(z.string(), z.int().min(0).max(100)).optional(),
    timeoutSeconds: z.number().positive().max(3600).optional(),
  }),
  canary: z.object({
    target: z.object({ apiVersion: z.string().default('apps/v1'), kind: z.enum(['Deployment', 'DaemonSet']), name }),
    analysis: z
      .object({
        intervalSeconds: z.int().min(1).default(60),
        threshold: z.number().gt(0).lte(1).default(0.99),
        stepWeights: z.array(z.int().min(1).max(99)).max(10).default([10, 50]),
      })
      .prefault({}),
    metrics: z
      .array(z.object({ name, query: z.string().min(1), max: z.number().optional() }))
      .max(3)
      .default([]),
    skip: z.boolean().optional(),
  }),
  backup: z.object({
    schedule: z.string().regex(/^(\S+ ){4}\S+$/),
    retention: z.object({ count: z.int().positive().nullable(), days: z.int().positive().nullable() }).partial(),
    destination: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('bucket'),
        bucket: z.string().min(3),
        region: z.object({ name: z.string().default('eu-1') }).optional(),
      }),
      z.object({ type: z.literal('volume'), claim: name }),
    ]),
    labels: z.record(z.string(), z.string()).prefault({}),
  }),
  podTemplate: z.object({
    template: z.looseObject({
      metadata: z.looseObject({}).optional(),
      spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })).min(1) }),
    }),
    env: z.array(z.object({ name: z.string().min(1), value: z.string().default('') })).optional(),
    resources: z
      .object({ requests: z.record(z.string(), quantity()), limits: z.record(z.string(), quantity()) })
      .partial()
      .optional(),
  }),
} satisfies Readonly<Record<string, z.ZodObject>>;
