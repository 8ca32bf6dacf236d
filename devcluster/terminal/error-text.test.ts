import assert from 'node:assert/strict';
import { missingPackage, ownFrames, readableLines } from './error-text.ts';

const FOLDER = '/home/me/my project';
const CRASH = `node:internal/modules/run_main:107
    triggerUncaughtException(
    ^

file:///home/me/my project/src/a.ts:3
))
^

SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected
    at parseTypeScript (node:internal/modules/typescript:68:40)
    at x (file:///home/me/my project/node_modules/zod/index.js:1:1)
    at worker (file:///home/me/my project/src/a.ts:9:3)
    at async file:///home/me/my project/src/main.ts:5:1
    at Object.<anonymous> (/somewhere/else.ts:1:1) {
  code: 'ERR_INVALID_TYPESCRIPT_SYNTAX'
}

Node.js v24.1.0
`;

describe('What a program says of its end', () => {
  it('is shown with the project’s own places only', () => {
    assert.deepEqual(readableLines(CRASH, FOLDER), [
      'src/a.ts:3',
      '))',
      '^',
      '',
      'SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected',
      '    at worker (src/a.ts:9:3)',
      '    at async src/main.ts:5:1',
      '',
    ]);
    assert.deepEqual(ownFrames(CRASH, FOLDER), ['at worker (src/a.ts:9:3)', 'at async src/main.ts:5:1']);
  });

  it('tells which package is missing', () => {
    assert.equal(missingPackage("Error: Cannot find package '@scope/x' imported from src/a.ts"), '@scope/x');
    assert.equal(missingPackage("Error: Cannot find module '/home/me/src/b.ts'"), undefined);
  });
});
