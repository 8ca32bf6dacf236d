import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { Owner } from '../code/rendered-file.ts';
import { basePath } from './base.ts';
import type { Base } from './base.ts';
import { changesOf, plan } from './plan.ts';
import type { Answer, PlanOptions } from './plan.ts';

interface State {
  readonly owner?: Owner | 'tool';
  readonly base?: string;
  readonly disk?: string;
  readonly next?: string;
}

/** The texts that the changes of one file `a.ts` lead to; null: removed. */
function changed(
  { owner = 'generated', base, disk, next }: State,
  answer?: Answer,
  options?: PlanOptions,
): Record<string, string | null> {
  const bases = new Map<string, Base>();
  if (base !== undefined && owner !== 'tool') bases.set('a.ts', { owner, text: base });
  const files = plan(
    next === undefined ? [] : [{ path: 'a.ts', contents: Buffer.from(next), owner, required: false }],
    bases,
    disk === undefined ? new Map() : new Map([['a.ts', Buffer.from(disk)]]),
    options,
  );
  const changes = changesOf(files, answer ? new Map([['a.ts', answer]]) : new Map());
  return Object.fromEntries(changes.map(({ path, after }) => [path, after?.toString() ?? null]));
}

const generated = basePath('generated', 'a.ts');
const scaffold = basePath('scaffold', 'a.ts');
const yours = basePath('yours', 'a.ts');

describe('The changes of a regeneration', () => {
  it('are a new file and its base version', () => {
    assert.deepEqual(changed({ next: 'new' }), { 'a.ts': 'new', [generated]: 'new' });
  });

  it('are none where nothing is new', () => {
    assert.deepEqual(changed({ base: 'same', disk: 'same', next: 'same' }), {});
  });

  it('leave an edited file of the user and its base version alone', () => {
    assert.deepEqual(changed({ owner: 'yours', base: 'old', disk: 'edited', next: 'new' }), {});
  });

  it('give an edited file of the user a base version where it has none', () => {
    assert.deepEqual(changed({ owner: 'yours', disk: 'theirs', next: 'new' }), { [yours]: 'new' });
  });

  it('merge what is new into an edited file of the tool', () => {
    const state = { base: 'a\nb\nc\n', disk: 'mine\nb\nc\n', next: 'a\nb\nnew\n' };
    for (const owner of ['generated', 'scaffold'] as const) {
      assert.deepEqual(changed({ ...state, owner }), {
        'a.ts': 'mine\nb\nnew\n',
        [basePath(owner, 'a.ts')]: state.next,
      });
    }
  });

  it('leave a file alone in which the user has done what is new', () => {
    const state = { base: 'a\nb\nc\n', disk: 'mine\nb\nnew\n', next: 'a\nb\nnew\n' };
    assert.deepEqual(changed(state), { [generated]: state.next });
  });

  it('write a generated file anew where that is asked for, and merge a scaffold file all the same', () => {
    const state = { base: 'a\nb\nc\n', disk: 'mine\nb\nc\n', next: 'a\nb\nnew\n' };
    assert.equal(changed(state, undefined, { force: true })['a.ts'], state.next);
    assert.equal(changed({ ...state, owner: 'scaffold' }, undefined, { force: true })['a.ts'], 'mine\nb\nnew\n');
    assert.equal(changed({ ...state, next: state.base }, undefined, { force: true })['a.ts'], state.base);
  });

  it('touch nothing that is no text, without an answer', () => {
    const files = plan(
      [{ path: 'a.ts', contents: Buffer.from('new'), owner: 'scaffold', required: false }],
      new Map([['a.ts', { owner: 'scaffold', text: 'old' }]]),
      new Map([['a.ts', Buffer.from([0xff])]]),
    );
    assert.deepEqual(
      files.map(({ decision, merge }) => [decision, merge]),
      [['ask', undefined]],
    );
  });

  it('move a file of the user whose place another one takes', () => {
    const start = { from: 'old.ts', text: 'mine' };
    const wanted = { path: 'a.ts', contents: Buffer.from('new'), owner: 'yours', required: true, start } as const;
    const bases = new Map<string, Base>([['old.ts', { owner: 'yours', text: 'old' }]]);
    const files = plan([wanted], bases, new Map([['old.ts', Buffer.from('edited')]]));
    assert.deepEqual(
      Object.fromEntries(changesOf(files, new Map()).map(({ path, after }) => [path, after?.toString()])),
      {
        'a.ts': 'mine',
        [yours]: 'new',
        'old.ts': undefined,
        [basePath('yours', 'old.ts')]: undefined,
      },
    );
  });

  it('refresh an untouched file of the user', () => {
    const state = { owner: 'yours', base: 'old', disk: 'old', next: 'new' } as const;
    assert.deepEqual(changed(state), { 'a.ts': 'new', [yours]: 'new' });
  });

  it('keep an edited file of the tool where that was answered, and do not offer the same again', () => {
    const state = { owner: 'scaffold', base: 'old', disk: 'edited', next: 'new' } as const;
    assert.deepEqual(changed(state, { action: 'keep' }), { [scaffold]: 'new' });
    assert.deepEqual(changed({ ...state, base: 'new' }), {});
  });

  it('write what was answered, which an editor may have changed', () => {
    const state = { base: 'old', disk: 'edited', next: 'new' };
    const answer = { action: 'write', contents: Buffer.from('merged') } as const;
    assert.deepEqual(changed(state, answer), { 'a.ts': 'merged', [generated]: 'new' });
  });

  it('keep an edited file without an answer', () => {
    assert.equal('a.ts' in changed({ base: 'old', disk: 'edited', next: 'new' }), false);
  });

  it('remove a file with its base version', () => {
    assert.deepEqual(changed({ base: 'old', disk: 'old' }), { 'a.ts': null, [generated]: null });
  });

  it('forget a file that is gone', () => {
    assert.deepEqual(changed({ base: 'old' }), { [generated]: null });
  });

  it('forget an edited file that nobody needs and its user wants to keep', () => {
    assert.deepEqual(changed({ base: 'old', disk: 'edited' }, { action: 'keep' }), { [generated]: null });
  });

  it("write what is the tool's alone, without a base version", () => {
    assert.deepEqual(changed({ owner: 'tool', disk: 'edited', next: 'new' }), { 'a.ts': 'new' });
    assert.deepEqual(changed({ owner: 'tool', disk: 'new', next: 'new' }), {});
  });

  it('keep the line endings of the disk, and plain ones in the base version', () => {
    const state = { base: 'a\n', disk: 'a\r\n', next: 'b\n' };
    assert.deepEqual(changed(state), { 'a.ts': 'b\r\n', [generated]: 'b\n' });
  });
});
