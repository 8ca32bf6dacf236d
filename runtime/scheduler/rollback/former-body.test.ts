import assert from 'node:assert/strict';
import { entryOf } from '../../cache/store.ts';
import type { FieldsV1, KubernetesObject } from '../../kube/types.ts';
import { formerBody } from './former-body.ts';

const services = { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true };
const live = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'out',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '5',
    labels: { ours: 'x', theirs: 'y' },
    annotations: { 'example.io/applied': 'hash' },
    finalizers: ['example.io/ours', 'example.io/theirs'],
  },
  spec: {
    clusterIP: '10.0.0.1',
    selector: { app: 'x' },
    ports: [
      { name: 'a', port: 80, protocol: 'TCP', targetPort: 80 },
      { name: 'b', port: 81, protocol: 'TCP', targetPort: 81 },
    ],
  },
  status: { loadBalancer: {} },
};

const former = (...fields: readonly FieldsV1[]): KubernetesObject & Record<string, unknown> => {
  const managedFields = [
    ...fields.map((fieldsV1) => ({ manager: 'ours', operation: 'Apply' as const, fieldsV1 })),
    { manager: 'theirs', operation: 'Update' as const, fieldsV1: { 'f:metadata': { 'f:labels': { 'f:theirs': {} } } } },
    { manager: 'ours', operation: 'Update' as const, subresource: 'status', fieldsV1: { 'f:status': {} } },
  ];
  const entry = entryOf({ ...live, metadata: { ...live.metadata, managedFields } }, 'ours');
  const { object, hash, key } = formerBody(services, entry, 'example.io/applied');
  assert.deepEqual([hash, key], ['hash', 'default/out']);
  return { ...object };
};

describe('a former body', () => {
  it('has what our entries hold, with the values that it had, and nothing else', () => {
    const metadata = {
      'f:metadata': { 'f:labels': { '.': {}, 'f:ours': {} }, 'f:finalizers': { 'v:"example.io/ours"': {} } },
    };
    const spec = {
      'f:spec': { 'f:selector': {}, 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} } } },
    };
    assert.deepEqual(former(metadata, spec), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'out', namespace: 'default', labels: { ours: 'x' }, finalizers: ['example.io/ours'] },
      spec: { selector: { app: 'x' }, ports: [{ port: 80, protocol: 'TCP', name: 'a' }] },
    });
  });

  it('takes lists and maps that are held as a whole as they are, and empty ones as empty', () => {
    assert.deepEqual(former({ 'f:spec': { 'f:ports': {}, 'f:selector': { '.': {} } } })['spec'], {
      ports: live.spec.ports,
      selector: {},
    });
  });

  it('leaves out what is held and is not there, and is empty where nothing is held', () => {
    assert.deepEqual(former({ 'f:spec': { 'f:gone': {}, 'f:ports': { 'k:{"port":9}': {} } } })['spec'], { ports: [] });
    assert.deepEqual(former(), { apiVersion: 'v1', kind: 'Service', metadata: { name: 'out', namespace: 'default' } });
  });
});
