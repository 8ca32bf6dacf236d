import assert from 'node:assert/strict';
import { History } from './history.ts';

function recorded(capacity: number, count: number): History {
  const history = new History(capacity);
  for (let version = 1; version <= count; version++) {
    const metadata = { name: `m${version}`, resourceVersion: String(version) };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    history.record({ version, type: 'ADDED', key: metadata.name, object, previous: undefined });
  }
  return history;
}

const versions = (history: History, after: number): readonly number[] | undefined =>
  history.since(after)?.map(({ version }) => version);

describe('The history of a collection', () => {
  it('tells exactly as many changes as it has room for, however many it still holds', () => {
    const history = recorded(5, 12);
    assert.equal(history.lost, 7);
    assert.equal(history.since(1), undefined);
    assert.equal(history.since(6), undefined);
    assert.equal(history.stateAt(6, new Map()), undefined);
    assert.deepEqual(versions(history, 7), [8, 9, 10, 11, 12]);
    assert.deepEqual(versions(history, 12), []);
  });

  it('tells all while there is room', () => {
    assert.deepEqual(versions(recorded(5, 5), 0), [1, 2, 3, 4, 5]);
    assert.equal(recorded(5, 6).since(0), undefined);
  });

  it('tells the same once it has freed what is beyond', () => {
    const history = recorded(5, 100);
    assert.equal(history.since(94), undefined);
    assert.deepEqual(versions(history, 95), [96, 97, 98, 99, 100]);
  });

  it('without room tells what comes next only', () => {
    const history = recorded(0, 3);
    assert.equal(history.since(2), undefined);
    assert.deepEqual(versions(history, 3), []);
  });

  it('forgets up to a version', () => {
    const history = recorded(5, 3);
    history.clear(9);
    assert.equal(history.lost, 9);
    assert.equal(history.since(8), undefined);
    assert.deepEqual(versions(history, 9), []);
  });
});
