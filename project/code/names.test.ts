import assert from 'node:assert/strict';
import { kebab, kindNames, phaseNames } from './names.ts';

describe('Names in generated code', () => {
  it('know the resource by its kind in lower camel case', () => {
    assert.equal(kindNames('AutoRoute').key, 'autoRoute');
    assert.equal(kindNames('HTTPRoute').key, 'httpRoute');
    assert.equal(kindNames('Widget2').key, 'widget2');
  });

  it('leave reserved words and the context’s own members alone', () => {
    assert.equal(kindNames('Class').key, 'classResource');
    assert.equal(kindNames('Delete').key, 'deleteResource');
    assert.equal(kindNames('Client').key, 'clientResource');
    assert.equal(kindNames('Signal').key, 'signalResource');
  });

  it('leave what stubs and tests call things themselves alone', () => {
    assert.equal(kindNames('Found').key, 'foundResource');
    assert.equal(kindNames('Settled').key, 'settledResource');
  });

  it('make folders of phases', () => {
    assert.equal(kebab('Syncing'), 'syncing');
    assert.equal(kebab('RollBack'), 'roll-back');
    assert.equal(kebab('HTTPCheck'), 'http-check');
    assert.equal(kebab('Step2Done'), 'step2-done');
  });

  it('keep the worker’s variable apart from kinds of the same name', () => {
    assert.equal(phaseNames('Jobs').workerVariable, 'jobsWorker');
  });
});
