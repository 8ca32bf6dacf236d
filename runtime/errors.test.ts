import assert from 'node:assert/strict';
import { ApiError, isKindMissing } from './errors.ts';

describe('an answer of the server', () => {
  for (const [what, status, reason, message, missing] of [
    ['plain text for a path that nobody serves', 404, '', '404 page not found', true],
    ['a Status for such a path', 404, 'NotFound', 'the server could not find the requested resource', true],
    [
      'a definition on its way out',
      405,
      'MethodNotAllowed',
      'create not allowed while custom resource definition is terminating',
      true,
    ],
    ['an object that is gone', 404, 'NotFound', 'configmaps "a" not found', false],
    ['a namespace that is not there', 404, 'NotFound', 'namespaces "a" not found', false],
    ['a verb that the kind does not have', 405, 'MethodNotAllowed', 'the server does not allow this method', false],
    ['a refusal', 403, 'Forbidden', 'no', false],
  ] as const) {
    it(`says ${missing ? '' : 'not '}that the kind is missing: ${what}`, () => {
      assert.equal(isKindMissing(new ApiError({ status, reason, message, request: 'POST /x' })), missing);
    });
  }
});
