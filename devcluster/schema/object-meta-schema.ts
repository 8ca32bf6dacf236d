import type { Schema } from './schema.ts';

const TEXT: Schema = { type: 'string' };
const TIME: Schema = { type: 'string', format: 'date-time' };
const TEXTS_BY_NAME: Schema = { type: 'object', additionalProperties: TEXT };

/**
 * The metadata of every object, as far as types and merging go; what else is checked in it is in `object-meta.ts`.
 * Source: io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta of a real server's OpenAPI.
 */
export const OBJECT_META: Schema = {
  type: 'object',
  properties: {
    name: TEXT,
    generateName: TEXT,
    namespace: TEXT,
    selfLink: TEXT,
    uid: TEXT,
    resourceVersion: TEXT,
    generation: { type: 'integer', format: 'int64' },
    creationTimestamp: TIME,
    deletionTimestamp: TIME,
    deletionGracePeriodSeconds: { type: 'integer', format: 'int64' },
    labels: TEXTS_BY_NAME,
    annotations: TEXTS_BY_NAME,
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
      items: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: {
          apiVersion: TEXT,
          kind: TEXT,
          name: TEXT,
          // Told apart by nothing, they are told what they lack.
          uid: { type: 'string', default: '' },
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
    finalizers: {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
      items: TEXT,
    },
    managedFields: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        properties: {
          manager: TEXT,
          operation: TEXT,
          apiVersion: TEXT,
          time: TIME,
          fieldsType: TEXT,
          fieldsV1: { type: 'object' },
          subresource: TEXT,
        },
      },
    },
  },
};

/** What every object has whether its schema says so or not. */
export const RESOURCE_PROPERTIES: { readonly [name: string]: Schema } = {
  apiVersion: TEXT,
  kind: TEXT,
  metadata: OBJECT_META,
};
