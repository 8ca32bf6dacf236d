import assert from 'node:assert/strict';
import { carried } from './carried.ts';
import { withHeld, withoutGivenUp } from './managed-values.ts';

describe('a server-side apply that is played on', () => {
  it('takes away what its manager gives up and nobody else holds', () => {
    const object = {
      data: { kept: '1', gone: '2', shared: '3' },
      ports: [
        { port: 80, name: 'http' },
        { port: 81, name: 'gone' },
      ],
      finalizers: ['ours', 'theirs'],
      atomic: [1, 2],
    };
    const before = {
      'f:data': { 'f:kept': {}, 'f:gone': {}, 'f:shared': {} },
      'f:ports': {
        'k:{"port":80}': { '.': {}, 'f:port': {}, 'f:name': {} },
        'k:{"port":81}': { '.': {}, 'f:port': {} },
      },
      'f:finalizers': { 'v:"ours"': {} },
      'f:atomic': {},
    };
    const after = { 'f:data': { 'f:kept': {} }, 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:port': {} } } };
    assert.deepEqual(withoutGivenUp(object, before, after, [{ 'f:data': { 'f:shared': {} } }]), {
      data: { kept: '1', shared: '3' },
      ports: [{ port: 80 }],
      finalizers: ['theirs'],
    });
  });

  it('sets what its manager holds, and nothing else', () => {
    const held = {
      'f:data': { 'f:a': {} },
      'f:ports': { 'k:{"port":80}': { '.': {}, 'f:name': {} }, 'k:{"port":82}': {} },
    };
    const now = { data: { a: 'now', b: 'now' }, ports: [{ port: 80, name: 'now', other: 'now' }] };
    const answer = {
      data: { a: 'set', b: 'live' },
      ports: [{ port: 80, name: 'set' }, { port: 82 }],
      status: 'live',
    };
    assert.deepEqual(withHeld(now, answer, held), {
      data: { a: 'set', b: 'now' },
      ports: [{ port: 80, name: 'set', other: 'now' }, { port: 82 }],
    });
  });

  it('carries what it changes in one state over to another', () => {
    const base = {
      spec: { a: 1, b: 1 },
      items: [
        { name: 'x', v: 1 },
        { name: 'y', v: 1 },
      ],
      plain: [1],
    };
    const answer = {
      spec: { a: 2 },
      items: [
        { name: 'x', v: 2 },
        { name: 'z', v: 1 },
      ],
      plain: [1],
    };
    const now = {
      spec: { a: 1, b: 1, c: 9 },
      items: [
        { name: 'x', v: 1, more: 9 },
        { name: 'y', v: 1 },
      ],
      plain: [1, 9],
    };
    assert.deepEqual(carried(base, answer, now), {
      spec: { a: 2, c: 9 },
      items: [
        { name: 'x', v: 2, more: 9 },
        { name: 'z', v: 1 },
      ],
      plain: [1, 9],
    });
  });
});
