import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BUILTIN_RESOURCES } from './catalogue.ts';
import { lowerCamel, pluralOf } from './plural.ts';

describe('plural', () => {
  it('is what Kubernetes calls its own kinds', () => {
    for (const { kind, plural } of BUILTIN_RESOURCES) {
      if (kind === 'Endpoints') continue;
      assert.equal(pluralOf(kind).toLowerCase(), plural);
    }
  });

  it('keeps the case', () => {
    assert.equal(pluralOf('VirtualService'), 'VirtualServices');
    assert.equal(pluralOf('Canary'), 'Canaries');
    assert.equal(pluralOf('HTTPRoute'), 'HTTPRoutes');
  });

  it('lowers a leading acronym as a whole', () => {
    assert.equal(lowerCamel('VirtualServices'), 'virtualServices');
    assert.equal(lowerCamel('HTTPRoutes'), 'httpRoutes');
    assert.equal(lowerCamel('CSIDrivers'), 'csiDrivers');
    assert.equal(lowerCamel('PVC'), 'pvc');
    assert.equal(lowerCamel('A'), 'a');
  });
});
