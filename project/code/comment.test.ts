import assert from 'node:assert/strict';
import { commented, docComment, wrap } from './comment.ts';

describe('Comments in generated code', () => {
  it('cannot be ended by the text in them', () => {
    assert.equal(docComment('a */ process.exit() /* b'), '/** a * / process.exit() /* b */');
  });

  it('are left out where there is nothing to say', () => {
    assert.equal(docComment('', ' '), '');
    assert.equal(commented('', 'code'), 'code');
  });

  it('are broken at words', () => {
    assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
    assert.deepEqual(wrap('incomprehensibilities', 7), ['incomprehensibilities']);
  });

  it('keep paragraphs apart', () => {
    assert.equal(docComment('One.', 'Two.'), '/**\n * One.\n *\n * Two.\n */');
  });
});
