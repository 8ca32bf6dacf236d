import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { unifiedDiff } from './diff.ts';

describe('A difference that is shown', () => {
  const diff = (before: string | undefined, after: string | undefined) =>
    unifiedDiff(
      'a/b.txt',
      before === undefined ? undefined : Buffer.from(before),
      after === undefined ? undefined : Buffer.from(after),
    );

  it('is the changed lines, and a few around them', () => {
    const lines = (middle: string) => `1\n2\n3\n4\n${middle}\n6\n7\n8\n9\n`;
    assert.equal(
      diff(lines('old'), lines('new')),
      '--- a/a/b.txt\n+++ b/a/b.txt\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-old\n+new\n 6\n 7\n 8\n',
    );
  });

  it('is all of a file that comes or goes', () => {
    assert.equal(diff(undefined, 'new\n'), '--- /dev/null\n+++ b/a/b.txt\n@@ -0,0 +1,1 @@\n+new\n');
    assert.equal(diff('old\n', undefined), '--- a/a/b.txt\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-old\n');
  });

  it('is none about line ends and byte order marks', () => {
    assert.doesNotMatch(diff('\uFEFFa\r\nb\r\n', 'a\nc\n'), /[-+]a\r?\n|\r/);
  });

  it('is a sentence about what is no text', () => {
    const bytes = Buffer.from([0xff, 0xfe]);
    assert.equal(unifiedDiff('x.tgz', undefined, bytes), 'Binary file x.tgz would be created (2 bytes).\n');
    assert.equal(unifiedDiff('x.tgz', bytes, undefined), 'Binary file x.tgz would be removed.\n');
  });
});
