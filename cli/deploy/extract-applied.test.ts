import assert from 'node:assert/strict';
import type { FieldsV1, KubernetesObject } from '../../runtime/kube/types.ts';
import { extractApplied } from './extract-applied.ts';

const FIELDS = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} }, 'f:finalizers': { 'v:"ours"': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:args': {},
    'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {} } },
    'f:places': { 'i:1': {} },
    'f:gone': {},
  },
} satisfies FieldsV1;

const LIVE = {
  apiVersion: 'example.io/v1',
  kind: 'Thing',
  metadata: {
    name: 'a',
    namespace: 'b',
    labels: { app: 'x', theirs: 'y' },
    finalizers: ['theirs', 'ours'],
    managedFields: [
      { manager: 'other', operation: 'Apply', fieldsV1: { 'f:spec': {} } },
      { manager: 'me', operation: 'Update', fieldsV1: { 'f:spec': {} } },
      { manager: 'me', operation: 'Apply', subresource: 'status', fieldsV1: { 'f:status': {} } },
      { manager: 'me', operation: 'Apply', fieldsV1: FIELDS },
    ],
  },
  spec: {
    replicas: 2,
    paused: true,
    args: [['a'], { b: 1 }],
    ports: [
      { port: 443, protocol: 'TCP', name: 'theirs' },
      { port: 80, protocol: 'TCP', name: 'ours', targetPort: 8080 },
    ],
    places: ['first', 'second'],
  },
  status: { ready: true },
} satisfies KubernetesObject & Readonly<Record<string, unknown>>;

describe('what a manager had applied', () => {
  it('is made from its entry: maps, lists by key, value and place, and whole values', () => {
    assert.deepEqual(extractApplied(LIVE, 'me'), {
      apiVersion: 'example.io/v1',
      kind: 'Thing',
      metadata: { name: 'a', namespace: 'b', labels: { app: 'x' }, finalizers: ['ours'] },
      spec: { replicas: 2, args: [['a'], { b: 1 }], ports: [{ port: 80, name: 'ours' }], places: ['second'] },
    });
  });

  it('is undefined for who has applied nothing', () => {
    assert.equal(extractApplied(LIVE, 'nobody'), undefined);
  });
});
