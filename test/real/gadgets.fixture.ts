/** A definition with most of what schemas can say, in two versions. */
export const GADGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.dev.example.com' },
  spec: {
    group: 'dev.example.com',
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets', shortNames: ['gd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'How big.' },
          { name: 'Colour', type: 'string', jsonPath: '.spec.colour', priority: 1 },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A gadget.',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                description: 'What is wanted.',
                required: ['size', 'maybe'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 9, description: 'How big.', default: 3 },
                  colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                  maybe: { type: 'object', nullable: true, default: {}, properties: { a: { type: 'string' } } },
                  open: {
                    type: 'object',
                    'x-kubernetes-preserve-unknown-fields': true,
                    properties: { a: { type: 'string' } },
                  },
                  port: { 'x-kubernetes-int-or-string': true },
                  other: {
                    'x-kubernetes-int-or-string': true,
                    anyOf: [{ type: 'integer' }, { type: 'string' }],
                    pattern: '^[a-z]+$',
                  },
                  list: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: {
                        name: { type: 'string' },
                        value: { type: 'number', format: 'double', multipleOf: 0.5 },
                      },
                    },
                  },
                  map: { type: 'object', additionalProperties: { type: 'string', maxLength: 5 } },
                  lists: {
                    type: 'object',
                    'x-kubernetes-map-type': 'atomic',
                    maxProperties: 3,
                    additionalProperties: {
                      type: 'array',
                      maxItems: 3,
                      items: { type: 'string', format: 'date-time' },
                    },
                  },
                  one: {
                    type: 'object',
                    oneOf: [{ required: ['x'] }, { required: ['z'] }],
                    properties: { x: { type: 'string' }, z: { type: 'boolean' } },
                  },
                  whole: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                  named: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    properties: { spec: { type: 'object', properties: { q: { type: 'string' } } } },
                  },
                  replicas: { type: 'integer', format: 'int32' },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
      {
        name: 'v1alpha1',
        served: true,
        storage: false,
        deprecated: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
