import assert from 'node:assert/strict';
import { carried } from './carried.ts';
import { changesTo } from './dry-run.ts';
import { withHeld } from './managed-values.ts';
import { shownObjects } from './shown-object.ts';

const object = (data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data });
const bookkeeping = { group: 'example.io', kind: 'Route' };

/** Names that are valid keys of a ConfigMap and a Secret, and that all objects of JavaScript have too. */
describe('members named as those of Object.prototype', () => {
  it('are carried over as any other', () => {
    const [one, both] = [{ a: '1' }, { a: '1', constructor: 'x' }];
    assert.deepEqual(carried(both, one, both), one);
    assert.deepEqual(carried(one, both, one), both);
  });

  it('are removed by patches as any other', () => {
    assert.deepEqual(
      changesTo({ ...object({}), constructor: 'x' } as object as ReturnType<typeof object>, object({})),
      [{ op: 'remove', path: '/constructor' }],
    );
  });

  it('are held as any other', () => {
    const held = { 'f:constructor': { '.': {} } };
    assert.deepEqual(withHeld({}, { constructor: {} }, held), { constructor: {} });
    assert.deepEqual(withHeld({ a: 1 }, {}, held), { a: 1 });
  });

  it('differ only where both sides have them', () => {
    const { after } = shownObjects(object({}), object({ constructor: 'x', same: 'y' }), bookkeeping);
    assert.deepEqual(Reflect.get(after ?? {}, 'data'), { constructor: '***', same: '***' });
  });
});
