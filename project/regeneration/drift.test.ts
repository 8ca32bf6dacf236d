import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { Owner } from '../code/rendered-file.ts';
import { deletionsChange, newDeletions } from './deletions.ts';
import { driftOf } from './drift.ts';
import { changesOf, plan } from './plan.ts';

interface State {
  readonly owner?: Owner | 'tool';
  readonly base?: string;
  readonly disk?: string;
  readonly next?: string;
}

function planned({ owner = 'generated', base, disk, next }: State) {
  return plan(
    next === undefined ? [] : [{ path: 'a', contents: Buffer.from(next), owner, required: false }],
    base === undefined || owner === 'tool' ? new Map() : new Map([['a', { owner, text: base }]]),
    disk === undefined ? new Map() : new Map([['a', Buffer.from(disk)]]),
  );
}

describe('Drift', () => {
  const reasons = (state: State) => {
    const files = planned(state);
    return driftOf(files, changesOf(files, new Map())).map(({ path, reason }) => `${path} ${reason}`);
  };

  it('is what a command would write or remove', () => {
    assert.deepEqual(reasons({ next: 'new' }), ['a is missing']);
    assert.deepEqual(reasons({ base: 'old', disk: 'old', next: 'new' }), ['a is out of date']);
    assert.deepEqual(reasons({ base: 'old', disk: 'old' }), ['a is no longer needed']);
    assert.deepEqual(reasons({ owner: 'tool', disk: 'old', next: 'new' }), ['a is out of date']);
    assert.deepEqual(reasons({ disk: 'new', next: 'new' }), ['.autopilot/base/generated/a is missing']);
  });

  it('is an edit of what is generated, and none of what is to be edited', () => {
    const edited = { base: 'old', disk: 'edited', next: 'old' };
    assert.deepEqual(reasons(edited), ['a was edited by hand']);
    assert.deepEqual(reasons({ ...edited, owner: 'scaffold' }), []);
    assert.deepEqual(reasons({ ...edited, owner: 'yours', next: 'new' }), []);
  });

  it('is what would be merged, asked about or refused', () => {
    const edited = { base: 'a\nb\nc\n', disk: 'mine\nb\nc\n' };
    assert.deepEqual(reasons({ ...edited, next: 'a\nb\nnew\n' }), ['a is out of date, and was edited by hand']);
    assert.deepEqual(reasons({ ...edited, next: 'new\nb\nc\n' }), [
      'a is out of date, and was edited by hand in the same place (line 1)',
    ]);
    assert.deepEqual(reasons(edited), ['a is no longer needed, but was edited by hand']);
    assert.deepEqual(reasons({ disk: 'mine', next: 'new' }), [
      'a is not as it would be written, and .autopilot/ does not say what was written last',
    ]);
    const markers = { base: 'old', disk: '<<<<<<< x\n=======\n>>>>>>> y\n', next: 'old' };
    assert.deepEqual(reasons({ ...markers, owner: 'scaffold' }), ['a has conflict markers of a merge in line 1']);
  });

  it('is no deletion of the user’s', () => {
    const files = planned({ owner: 'scaffold', base: 'old', next: 'new' });
    const changes = [...changesOf(files, new Map()), ...deletionsChange(files, undefined)];
    assert.deepEqual(driftOf(files, changes), []);
  });
});

describe('Deletions by the user', () => {
  const files = planned({ owner: 'scaffold', base: 'old', next: 'new' });

  it('are new until they have been told', () => {
    assert.deepEqual(
      newDeletions(files, undefined).map(({ path }) => path),
      ['a'],
    );
    const [change] = deletionsChange(files, undefined);
    assert.equal(change?.after?.toString(), 'a\n');
    assert.deepEqual(newDeletions(files, change?.after), []);
    assert.deepEqual(deletionsChange(files, Buffer.from('a\r\n')), []);
  });

  it('are forgotten once the file is back', () => {
    const back = planned({ owner: 'scaffold', base: 'old', disk: 'old', next: 'old' });
    assert.deepEqual(
      deletionsChange(back, Buffer.from('a\n')).map(({ after }) => after),
      [undefined],
    );
  });
});
