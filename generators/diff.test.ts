import assert from 'node:assert/strict';
import { diffLines } from './diff.ts';

describe('The differences that the conflict menu shows', () => {
  it('are the changed lines, and a few around them', () => {
    const same = Array.from({ length: 9 }, (_, index) => `${index}\n`).join('');
    assert.deepEqual(
      diffLines([{ value: same }, { value: 'old\n', removed: true }, { value: 'new\n', added: true }, { value: same }]),
      ['  …', '  6', '  7', '  8', '- old', '+ new', '  0', '  1', '  2', '  …'],
    );
  });

  it('leave nothing out between two changes that are near', () => {
    assert.deepEqual(diffLines([{ value: 'a\n', added: true }, { value: '1\n2\n' }, { value: 'b\n', added: true }]), [
      '+ a',
      '  1',
      '  2',
      '+ b',
    ]);
  });
});
