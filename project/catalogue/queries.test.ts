import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BUILTIN_QUERIES, queryMethod } from './queries.ts';

describe('built-in queries', () => {
  it('have the names and methods of 2019', () => {
    assert.deepEqual(
      BUILTIN_QUERIES.map(({ name, method }) => [name, method]),
      [
        ['istio-success-rate', 'getIstioSuccessRate'],
        ['istio-request_duration', 'getIstioRequestDuration'],
        ['envoy-success-rate', 'getEnvoySuccessRate'],
        ['envoy-request-duration', 'getEnvoyRequestDuration'],
      ],
    );
    assert.equal(queryMethod('my-own_query2'), 'getMyOwnQuery2');
  });

  it('use each of their parameters and no other placeholder', () => {
    for (const { template, parameters } of BUILTIN_QUERIES) {
      const used = new Set([...template.matchAll(/\{\{ \.(\w+) \}\}/g)].map((match) => match[1]));
      assert.deepEqual(used, new Set(parameters));
      assert.doesNotMatch(template.replaceAll(/\{\{ \.\w+ \}\}/g, ''), /\{\{|\}\}/);
    }
  });
});
