/**
 * A custom resource with every type of list and map, and what is done to it on its way into the store: the least that is
 * needed around the functions under test.
 */
import { ApplyConflictError, ApplyRefusedError, applyServerSide } from '../../devcluster/apply/apply.ts';
import { settleManagedFields, trackUpdate } from '../../devcluster/apply/managed-fields.ts';
import { shapeEmbeddedMetadata } from '../../devcluster/kinds/embedded-metadata.ts';
import { applyJsonPatch } from '../../devcluster/patch/json-patch.ts';
import { applyMergePatch } from '../../devcluster/patch/merge-patch.ts';
import { PatchError } from '../../devcluster/patch/patch-error.ts';
import { applyDefaults, dropForbiddenNulls } from '../../devcluster/schema/defaults.ts';
import { aggregateMessage } from '../../devcluster/schema/field-error.ts';
import { deepCopy, isArray, isObject, objectAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { pruneUnknown } from '../../devcluster/schema/prune.ts';
import type { Schema } from '../../devcluster/schema/schema.ts';
import { validateSchema, validateStatusSchema } from '../../devcluster/schema/validate.ts';
import type { Outcome, Step } from './steps.ts';

const TEXT: Schema = { type: 'string' };
const NUMBER: Schema = { type: 'integer' };

const ITEM: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: TEXT,
    value: TEXT,
    on: { type: 'boolean', default: false },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: TEXT },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
      items: { type: 'object', required: ['id'], properties: { id: NUMBER, note: TEXT } },
    },
  },
};

const NAMED_ITEMS: Schema = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: ITEM,
};

export const SCHEMA: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        text: TEXT,
        number: NUMBER,
        float: { type: 'number' },
        flag: { type: 'boolean' },
        amount: { 'x-kubernetes-int-or-string': true },
        maybe: { type: 'string', nullable: true },
        preset: { type: 'string', default: 'preset' },
        inner: {
          type: 'object',
          properties: { a: TEXT, b: NUMBER, deep: { type: 'object', properties: { x: TEXT, y: TEXT } } },
        },
        atomicMap: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: TEXT },
        atomicStruct: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: TEXT, b: TEXT } },
        labels: { type: 'object', additionalProperties: TEXT },
        objects: { type: 'object', additionalProperties: { type: 'object', properties: { a: TEXT, b: TEXT } } },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: TEXT },
        numbers: { type: 'array', 'x-kubernetes-list-type': 'set', items: NUMBER },
        atomicList: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: ITEM },
        plainList: { type: 'array', items: TEXT },
        named: NAMED_ITEMS,
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port'],
            properties: { port: NUMBER, protocol: { type: 'string', default: 'TCP' }, name: TEXT },
          },
        },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        halfOpen: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { named: NAMED_ITEMS } },
        embedded: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    },
    status: {
      type: 'object',
      properties: {
        phase: TEXT,
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: { type: 'object', required: ['type'], properties: { type: TEXT, status: TEXT } },
        },
      },
    },
  },
};

export const GROUP = 'fidelity.example.com';
export const API_VERSION = `${GROUP}/v1`;
export const KIND = 'Sample';

export const DEFINITION: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `samples.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'samples', singular: 'sample', kind: KIND, listKind: 'SampleList' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA }, subresources: { status: {} } },
    ],
  },
};

/** One stored object, worked on by steps as the API server would. */
export class SampleStore {
  stored: JsonObject | undefined;

  step(step: Step, now: string): Outcome {
    try {
      return this.#write(step, now);
    } catch (error) {
      if (error instanceof ApplyConflictError) return { code: 409, message: error.message };
      if (error instanceof ApplyRefusedError) return { code: error.code, message: error.message };
      if (error instanceof PatchError) return { code: error.code, message: error.message };
      throw error;
    }
  }

  #write(step: Step, now: string): Outcome {
    const { stored } = this;
    if (step.verb === 'delete') {
      this.stored = undefined;
      return { code: stored === undefined ? 404 : 200 };
    }
    if (step.verb === 'create' && stored !== undefined) return { code: 409 };
    if (stored === undefined && step.verb !== 'create' && (step.verb !== 'apply' || step.subresource !== '')) {
      return { code: 404 };
    }
    const wanted = this.#make(step, now);
    const object = reset(wanted, stored, step.subresource);
    dropEmptyMeta(object);
    const meta = objectAt(object, 'metadata');
    if (meta !== undefined) meta['uid'] = 'some-uid';
    const errors =
      step.subresource === 'status'
        ? validateStatusSchema(SCHEMA, object, stored)
        : validateSchema(SCHEMA, object, { old: stored });
    if (errors.length > 0) {
      return { code: 422, message: `${KIND}.${GROUP} "sample" is invalid: ${aggregateMessage(errors)}` };
    }
    // The store's own reader shapes what an apply left as it was.
    shapeEmbeddedMetadata(SCHEMA, object);
    this.stored = stored === undefined ? object : settleManagedFields(stored, object).object;
    return { code: stored === undefined ? 201 : 200, object: comparable(this.stored) };
  }

  #make(step: Step, now: string): JsonObject {
    const { stored } = this;
    const resetFields = step.subresource === 'status' ? [['metadata'], ['spec']] : [['status']];
    const common = { schema: SCHEMA, manager: step.manager, subresource: step.subresource, now, resetFields };
    if (step.verb === 'apply') {
      const config = isObject(step.body) ? step.body : {};
      const { object } = applyServerSide({ ...common, live: stored, config, force: step.force });
      // A real server does not prune what an apply made, nor drop its nulls.
      applyDefaults(SCHEMA, object);
      return object;
    }
    if (step.verb === 'create') {
      return trackUpdate({ ...common, before: stored, after: admitted(isObject(step.body) ? step.body : {}) });
    }
    const patched = step.verb === 'json' ? applyJsonPatch(stored, step.body) : applyMergePatch(stored ?? {}, step.body);
    const after = admitted(isObject(patched) ? patched : {});
    return trackUpdate({ ...common, before: stored, after });
  }
}

function admitted(object: JsonObject): JsonObject {
  const copy = deepCopy(object);
  dropEmptyMeta(copy);
  pruneUnknown(SCHEMA, copy);
  shapeEmbeddedMetadata(SCHEMA, copy);
  dropForbiddenNulls(SCHEMA, copy);
  applyDefaults(SCHEMA, copy);
  return copy;
}

/** The main resource does not write the status, the subresource nothing else. */
function reset(wanted: JsonObject, stored: JsonObject | undefined, subresource: string): JsonObject {
  if (subresource === 'status' && stored !== undefined) {
    const managedFields = objectAt(wanted, 'metadata')?.['managedFields'];
    const { status: _status, ...rest } = deepCopy(stored);
    const status = wanted['status'];
    return {
      ...rest,
      metadata: { ...objectAt(rest, 'metadata'), managedFields },
      ...(status !== undefined && { status }),
    };
  }
  const { status: _status, ...rest } = wanted;
  const status = stored?.['status'];
  return status === undefined ? rest : { ...rest, status };
}

/** Metadata is read into a Go type, which leaves out what is empty. */
function dropEmptyMeta(object: JsonObject): void {
  const meta = objectAt(object, 'metadata') ?? {};
  for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields']) {
    const value = meta[key];
    const size = isObject(value) ? Object.keys(value).length : isArray(value) ? value.length : 0;
    if (size === 0) delete meta[key];
  }
}

/** What both servers should agree on. */
export function comparable(object: JsonObject): JsonObject {
  const copy = deepCopy(object);
  const meta = objectAt(copy, 'metadata');
  for (const key of ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'namespace']) delete meta?.[key];
  return copy;
}
