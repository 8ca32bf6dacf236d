import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BUILTIN_PARAMETERS, BUILTIN_RESOURCES } from '../catalogue/catalogue.ts';
import { nearest, suggestion } from './suggest.ts';

describe('suggestions', () => {
  it('find what was meant', () => {
    const meant: Record<string, string> = {
      pod: 'pods',
      Pods: 'pods',
      pdos: 'pods',
      depoyments: 'deployments',
      delpoyments: 'deployments',
      Deployment: 'deployments',
      virtualServices: 'virtualservices',
      'virtual-service': 'virtualservices',
      ingress: 'ingresses',
      configMap: 'configmaps',
      serviceaccount: 'serviceaccounts',
      metric: 'metrics',
    };
    for (const [word, expected] of Object.entries(meant))
      assert.equal(nearest(word, BUILTIN_PARAMETERS.keys()), expected, word);
  });

  it('find every kind by its singular', () => {
    for (const { kind, name } of BUILTIN_RESOURCES.filter((each) => each.name === each.plural))
      assert.equal(nearest(kind, BUILTIN_PARAMETERS.keys()), name, kind);
  });

  it('say nothing where nothing is near', () => {
    for (const word of ['trafficsplits', 'foo', 'x', ''])
      assert.equal(nearest(word, BUILTIN_PARAMETERS.keys()), undefined, word);
  });

  it('name what there is instead', () => {
    assert.equal(suggestion('Zzz', ['Initializing', 'Ready']), 'There is `Initializing`, `Ready`.');
    assert.equal(suggestion('Redy', ['Initializing', 'Ready']), 'Did you mean `Ready`?');
    assert.equal(suggestion('x', []), 'Remove it.');
  });
});
