import assert from 'node:assert/strict';
import { configMaps } from '../testing/objects.ts';
import { bodyOf, marksOf, type BodyContext } from './body.ts';

const context: BodyContext = {
  type: configMaps,
  marks: marksOf('example.io'),
  phase: 'Syncing',
  owner: { apiVersion: 'example.io/v1', kind: 'Route', name: 'r', uid: 'u1', controller: true },
  namespace: 'default',
};

describe('body of an output', () => {
  it('carries kind, namespace, owner, and the marks by which it is found again', () => {
    const body = bodyOf({ metadata: { name: 'a', labels: { app: 'x' }, annotations: { note: 'y' } } }, context);
    assert.equal(body.key, 'default/a');
    assert.deepEqual(body.object, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: 'default',
        labels: { app: 'x', 'example.io/owner': 'u1' },
        annotations: { note: 'y', 'example.io/phase': 'Syncing', 'example.io/applied': body.hash },
        ownerReferences: [context.owner],
      },
    });
  });

  it('lets nobody forge a mark', () => {
    const { object } = bodyOf(
      {
        metadata: { name: 'a', labels: { 'example.io/owner': 'other' }, annotations: { 'example.io/phase': 'Other' } },
      },
      context,
    );
    assert.equal(object.metadata.labels?.['example.io/owner'], 'u1');
    assert.equal(object.metadata.annotations?.['example.io/phase'], 'Syncing');
  });

  it('has one hash for the same content in any order, and another for other content, phase or owner', () => {
    const hash = (data: object, over: Partial<BodyContext> = {}): string =>
      bodyOf({ metadata: { name: 'a' }, ...data }, { ...context, ...over }).hash;
    const one = hash({ data: { a: '1', b: { c: [1, 2], d: 3 } } });
    assert.equal(hash({ data: { b: { d: 3, c: [1, 2] }, a: '1' } }), one);
    assert.notEqual(hash({ data: { a: '1', b: { c: [2, 1], d: 3 } } }), one);
    assert.notEqual(hash({ data: { a: '1', b: { c: [1, 2], d: 3 } } }, { phase: 'Other' }), one);
  });

  it('is the same where the marks of what is there are given with it', () => {
    const marks = { 'example.io/applied': 'x', 'example.io/phase': 'Other', 'applied.example.io/0123': 'x' };
    const body = bodyOf({ metadata: { name: 'a', annotations: Object.freeze({ note: 'y', ...marks }) } }, context);
    assert.deepEqual(body, bodyOf({ metadata: { name: 'a', annotations: { note: 'y' } } }, context));
  });

  it('has the hash that it has always had: with another one, a new version would write all outputs anew', () => {
    const data = { b: [{ z: 1, a: 'é"\n' }, null, [2, 'x']], a: { '10': 1, '9': { k: undefined, j: -1.5 } }, d: {} };
    const { hash } = bodyOf({ metadata: { name: 'a' }, ...data }, context);
    assert.equal(hash, 'df0b8123be17915972860471df174e63');
  });

  it('of a Secret has its text as the data that the server would make of it', () => {
    const secret = (fields: object): object =>
      bodyOf(
        { metadata: { name: 'a' }, ...fields },
        { ...context, type: { ...configMaps, kind: 'Secret', plural: 'secrets' } },
      ).object;
    const sent = secret({ data: { a: 'eA==', b: 'eA==' }, stringData: { b: 'ü', c: '' } });
    assert.deepEqual(
      { ...sent, metadata: 0 },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: 0,
        data: { a: 'eA==', b: 'w7w=', c: '' },
      },
    );
    assert.deepEqual(Object.keys(secret({ stringData: {} })).toSorted(), ['apiVersion', 'kind', 'metadata']);
    // For the server to refuse.
    assert.ok('stringData' in secret({ stringData: { port: 80 } }));
  });

  it('of a kind of cluster scope has no namespace', () => {
    const body = bodyOf({ metadata: { name: 'a' } }, { ...context, type: { ...configMaps, namespaced: false } });
    assert.equal(body.key, 'a');
    assert.equal('namespace' in body.object.metadata, false);
  });
});
