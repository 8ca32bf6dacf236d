import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { SchemaError, crdOf } from './crd.ts';
import type { CrdNames, CrdSchemas } from './crd.ts';

const NAMES: CrdNames = {
  group: 'examples.io',
  version: 'v1',
  kind: 'AutoRoute',
  plural: 'autoroutes',
  scope: 'Namespaced',
  phases: ['Initializing', 'Syncing', 'Ready'],
};

const schemaOf = (schemas: CrdSchemas) => crdOf(NAMES, schemas).spec.versions[0]?.schema.openAPIV3Schema;

function problemsOf(schemas: CrdSchemas): readonly string[] {
  try {
    crdOf(NAMES, schemas);
  } catch (error) {
    assert.ok(error instanceof SchemaError);
    return error.problems.map(({ path, code }) => `${path} ${code}`);
  }
  return [];
}

describe('the CRD of a kind', () => {
  it('has its names', () => {
    const { metadata, spec } = crdOf({ ...NAMES, shortNames: ['ar'], categories: ['all'] }, { spec: z.object({}) });
    assert.equal(metadata.name, 'autoroutes.examples.io');
    assert.deepEqual(spec.names, {
      kind: 'AutoRoute',
      listKind: 'AutoRouteList',
      plural: 'autoroutes',
      singular: 'autoroute',
      shortNames: ['ar'],
      categories: ['all'],
    });
    assert.deepEqual([spec.group, spec.scope, spec.versions[0]?.name], ['examples.io', 'Namespaced', 'v1']);
  });

  it('has a status subresource, and columns for phase, readiness and age', () => {
    const version = crdOf(NAMES, { spec: z.object({}) }).spec.versions[0];
    assert.deepEqual(version?.subresources, { status: {} });
    assert.deepEqual(
      version?.additionalPrinterColumns.map(({ name }) => name),
      ['Phase', 'Ready', 'Age'],
    );
  });

  it('asks for a spec only where the spec asks for something', () => {
    const needed = schemaOf({ spec: z.object({ a: z.string() }) });
    assert.deepEqual([needed?.required, needed?.properties?.['spec']?.default], [['spec'], undefined]);
    const empty = schemaOf({ spec: z.object({ a: z.string().optional() }) });
    assert.deepEqual([empty?.required, empty?.properties?.['spec']?.default], [undefined, {}]);
  });

  it('keeps the runtime’s status beside the user’s, whose keys are all optional', () => {
    const status = schemaOf({
      spec: z.object({}),
      status: z.object({ synced: z.array(z.string()), history: z.array(z.object({ at: z.int() })).optional() }),
    })?.properties?.['status'];
    assert.deepEqual(Object.keys(status?.properties ?? {}), [
      'phase',
      'revision',
      'observedGeneration',
      'conditions',
      'observedOutputs',
      'transitions',
      'synced',
      'history',
    ]);
    assert.equal(status?.required, undefined);
    assert.deepEqual(status?.default, { observedGeneration: -1 });
    assert.equal(status?.properties?.['transitions']?.maxItems, 100);
    assert.deepEqual(status?.properties?.['history']?.items?.required, ['at']);
    assert.deepEqual(status?.properties?.['conditions']?.['x-kubernetes-list-map-keys'], ['type']);
    assert.match(status?.properties?.['phase']?.description ?? '', /Initializing, Syncing, Ready/);
  });

  it('does not fix the phases: resources may be in one that was renamed', () => {
    assert.equal(schemaOf({ spec: z.object({}) })?.properties?.['status']?.properties?.['phase']?.enum, undefined);
  });

  it('refuses status keys that the runtime keeps', () => {
    const status = z.object({ phase: z.string(), conditions: z.array(z.string()), mine: z.string() });
    assert.deepEqual(problemsOf({ spec: z.object({}), status }), [
      'status.phase ERR_AP_SCHEMA_STATUS_RESERVED',
      'status.conditions ERR_AP_SCHEMA_STATUS_RESERVED',
    ]);
  });

  it('refuses defaults in the status, which the server would add to what a worker reports', () => {
    const part = z.object({ count: z.number().default(5) });
    const status = z.object({ top: z.string().default('x'), list: z.array(part), map: z.record(z.string(), part) });
    assert.deepEqual(problemsOf({ spec: z.object({ size: z.number().default(1) }), status }), [
      'status.top ERR_AP_SCHEMA_STATUS_DEFAULT',
      'status.list[].count ERR_AP_SCHEMA_STATUS_DEFAULT',
      'status.map.*.count ERR_AP_SCHEMA_STATUS_DEFAULT',
    ]);
  });

  it('refuses a spec or status that is no object', () => {
    assert.deepEqual(problemsOf({ spec: z.string(), status: z.record(z.string(), z.string()) }), [
      'spec ERR_AP_SCHEMA_NOT_OBJECT',
      'status ERR_AP_SCHEMA_NOT_OBJECT',
    ]);
    assert.deepEqual(problemsOf({ spec: undefined }), ['spec ERR_AP_SCHEMA_NOT_ZOD']);
    assert.deepEqual(problemsOf({ spec: z.object({}).nullable() }), ['spec ERR_AP_SCHEMA_NOT_OBJECT']);
  });

  it('reports all problems of both at once, each with its code, place and remedy', () => {
    assert.throws(
      () => crdOf(NAMES, { spec: z.object({ at: z.date() }), status: z.object({ pair: z.tuple([z.int()]) }) }),
      (error) =>
        error instanceof SchemaError &&
        error.code === 'ERR_AP_SCHEMA_TYPE' &&
        /^spec\.at: .* Use `z\.iso\.datetime\(\)`\. \(ERR_AP_SCHEMA_TYPE\)\nstatus\.pair: .*\(ERR_AP_SCHEMA_TUPLE\)$/.test(
          error.message,
        ),
    );
  });
});
