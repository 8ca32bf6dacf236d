import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { randomRuns } from '../testing/properties.ts';
import { APART, managersOf, wholeOf, type Managers } from './managed-fields.ts';
import type { KubernetesObject, ManagedFieldsEntry } from './types.ts';

const FILE = 'runtime/kube/managed-fields.test.ts';

/** As a server writes it: its members in their order. */
function objectOf(owner: string, time: string, more: object = {}): KubernetesObject {
  const managedFields: readonly ManagedFieldsEntry[] = [
    {
      manager: 'operator',
      operation: 'Apply',
      apiVersion: 'v1',
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:metadata': { 'f:ownerReferences': { [`k:{"uid":"${owner}"}`]: {} } } },
    },
    {
      manager: 'else',
      operation: 'Update',
      apiVersion: 'v1',
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:a]}"': {} },
    },
  ];
  const metadata = {
    name: 'a',
    uid: 'u',
    labels: { app: 'a' },
    annotations: { last: '{"metadata":{"managedFields":[{}]}}' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'o', uid: owner, controller: true }],
    managedFields,
    ...more,
  };
  return Object.assign({ kind: 'ConfigMap', apiVersion: 'v1', metadata }, { data: { managedFields: '[' } });
}

const parsedApart = (object: object): KubernetesObject => APART.object(JSON.stringify(object)) as KubernetesObject;

describe('managed fields, apart from their object', () => {
  it('are not in it, and are told when asked for', () => {
    const whole = objectOf('o1', '2026-01-01T00:00:00Z', { resourceVersion: '7' });
    const object = parsedApart(whole);
    const { managedFields, ...metadata } = whole.metadata;
    assert.deepEqual(object, { ...whole, metadata });
    assert.deepEqual(managersOf(object)?.entries, managedFields);
    assert.deepEqual(wholeOf(object), whole);
    assert.deepEqual(managersOf(whole)?.entries, managedFields);
    assert.equal(wholeOf(whole), whole);

    const frame = APART.frame(JSON.stringify({ type: 'ADDED', object: whole })) as { readonly managers?: Managers };
    assert.deepEqual(frame.managers?.entries, managedFields);
  });

  it('are told of objects that are metadata and nothing else, as servers send them', () => {
    const more = { labels: { managedFields: '[' }, annotations: { last: '"managedFields":[{}]' } };
    const { metadata } = objectOf('o2', '2026-01-01T00:00:00Z', more);
    const whole = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    const { managedFields, ...rest } = metadata;
    const frame = APART.frame(JSON.stringify({ type: 'MODIFIED', object: whole })) as {
      readonly object: KubernetesObject;
      readonly managers?: Managers;
    };
    for (const object of [parsedApart(whole), frame.object]) assert.deepEqual(object, { ...whole, metadata: rest });
    assert.deepEqual(managersOf(parsedApart(whole))?.entries, managedFields);
    assert.deepEqual(frame.managers?.entries, managedFields);
    assert.deepEqual(parsedApart({ ...whole, metadata: rest }), { ...whole, metadata: rest });
    assert.equal(managersOf(parsedApart({ ...whole, metadata: rest })), undefined);
  });

  it('have the same form where all is the same but times and the uid of the controller, and else another one', () => {
    const formOf = (object: object) => managersOf(parsedApart(object))?.form;
    const one = formOf(objectOf('11111111', '2026-01-01T00:00:00Z'));
    assert.ok(one);
    assert.equal(formOf(objectOf('22222222', '2026-02-02T02:02:02Z', { name: 'b' })), one);
    const { managedFields = [], ...metadata } = objectOf('33333333', '2026-01-01T00:00:00Z').metadata;
    const [ours, theirs] = managedFields;
    const variants = [
      [ours, { ...theirs, manager: 'Else' }],
      [ours, { ...theirs, fieldsV1: { 'f:b]}"': {} } }],
      [{ ...ours, time: '2026-01-01T00:00:00.1Z' }, theirs],
      [ours],
    ];
    for (const entries of variants)
      assert.notEqual(formOf({ metadata: { ...metadata, managedFields: entries } }), one, JSON.stringify(entries));
    // Of another one than the controller.
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Owner', name: 'o', uid: '44444444' }];
    assert.notEqual(formOf({ metadata: { ...metadata, ownerReferences, managedFields } }), one);
  });

  it('have no form where the uid of the controller is part of something else too', () => {
    const whole = objectOf('55555555', '2026-01-01T00:00:00Z');
    const managedFields = [...(whole.metadata.managedFields ?? []), { manager: 'for 55555555', fieldsV1: {} }];
    const object = parsedApart({ ...whole, metadata: { ...whole.metadata, managedFields } });
    assert.deepEqual(managersOf(object)?.entries, managedFields);
    assert.equal(managersOf(object)?.form, undefined);
  });

  it('are as JSON.parse has them where there are two members of that name', () => {
    const json = '{"metadata":{"name":"a","managedFields":[{"manager":"a"}],"managedFields":[{"manager":"b"}]}}';
    const object = APART.object(json) as KubernetesObject;
    assert.deepEqual(object, JSON.parse(json));
    assert.deepEqual(managersOf(object)?.entries, [{ manager: 'b' }]);
  });

  it('are refused where a time of known ones is no JSON', () => {
    const time = '2026-01-01T00:00:00Z';
    const json = JSON.stringify(objectOf('66666666', time));
    APART.object(json);
    for (const wrong of ['2026-01-01T00:00:00\n', '2026-01-01T00:00:00"', '2026-01-01T00:00:0\\0'])
      assert.throws(() => APART.object(json.replace(time, wrong)), SyntaxError);
  });

  describe('whatever is sent', () => {
    const name = fc.constantFrom(
      'metadata',
      'managedFields',
      'object',
      'ownerReferences',
      'uid',
      'time',
      'a"',
      '}],',
      'b',
    );
    const text = fc.constantFrom(
      '',
      '}]',
      '"managedFields":[',
      '\\',
      '"',
      ',"metadata":{',
      '2026-01-01T00:00:00Z',
      'ä',
    );
    const { value } = fc.letrec<{ readonly value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const entry = fc.record({ manager: text, time: text, fieldsV1: fc.dictionary(name, value, { maxKeys: 3 }) });
    const owner = fc.record({ uid: text, controller: fc.boolean() });
    const metadata = fc
      .tuple(
        fc.dictionary(name, value, { maxKeys: 3 }),
        fc.array(entry, { maxLength: 3 }),
        fc.array(owner, { maxLength: 2 }),
        fc.dictionary(name, value, { maxKeys: 3 }),
      )
      .map(([before, managedFields, ownerReferences, after]) =>
        Object.assign({}, before, { ownerReferences, managedFields }, after),
      );
    const object = fc
      .tuple(fc.dictionary(name, value, { maxKeys: 2 }), metadata, fc.dictionary(name, value, { maxKeys: 2 }))
      .map(([before, own, after]) => Object.assign({}, before, after, { metadata: own }));
    const space = fc.constantFrom(undefined, 1);

    /** The parsed text with all that was apart back in its place; undefined where it is no JSON. */
    const joined = (parse: (text: string) => unknown, json: string): unknown => {
      let parsed: unknown;
      try {
        parsed = parse(json);
      } catch {
        return undefined;
      }
      if (typeof parsed !== 'object' || parsed === null) return parsed;
      if (!('managers' in parsed))
        return 'metadata' in parsed && parse === APART.object ? wholeOf(parsed as KubernetesObject) : parsed;
      const { managers, ...frame } = parsed as { readonly managers: Managers; readonly object: KubernetesObject };
      const { object: inFrame } = frame;
      return { ...frame, object: { ...inFrame, metadata: { ...inFrame.metadata, managedFields: managers.entries } } };
    };

    it('both together are what the whole is', () => {
      fc.assert(
        fc.property(object, space, (sent, indent) => {
          const json = JSON.stringify(sent, undefined, indent);
          assert.deepEqual(joined(APART.object, json), JSON.parse(json));
          const line = JSON.stringify({ type: 'ADDED', object: sent }, undefined, indent);
          assert.deepEqual(joined(APART.frame, line), JSON.parse(line));
        }),
        randomRuns(FILE, 3_000, 5_000),
      );
    });

    it('the same is refused', () => {
      fc.assert(
        fc.property(
          object,
          fc.nat(),
          fc.nat(),
          fc.constantFrom('', '"', '{', '}', ']', ',', '\\', '\n'),
          (sent, at, length, put) => {
            const line = JSON.stringify({ type: 'ADDED', object: sent });
            const from = at % line.length;
            const broken = line.slice(0, from) + put + line.slice(from + (length % 3));
            assert.deepEqual(joined(APART.frame, broken), joined(JSON.parse, broken));
          },
        ),
        randomRuns(FILE, 3_000, 5_000),
      );
    });
  });
});
