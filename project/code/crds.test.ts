import assert from 'node:assert/strict';
import { parse } from 'yaml';
import type { ResourceParameter } from '../model.ts';
import { crdFiles } from './crds.ts';
import { projectFixture } from './project.fixture.ts';

function crdsOf(kind: Partial<ResourceParameter>) {
  const usages: ResourceParameter = {
    type: 'resource',
    name: 'usages',
    key: 'usages',
    group: 'usage.example.com',
    version: 'v1',
    kind: 'Usage',
    plural: 'usages',
    namespaced: true,
    ...kind,
  };
  return crdFiles(projectFixture({ Reading: { initial: true, inputs: ['usages'] } }, { customParameters: [usages] }));
}

describe('Definitions for the embedded cluster', () => {
  it('are made of kinds that a vendor’s CRD or API server makes, and say what they stand for', () => {
    const [crd] = crdsOf({ isCrd: true });
    assert.equal(crd?.path, 'crds/usages.usage.example.com.yaml');
    assert.match(crd?.contents ?? '', /put the\n# CustomResourceDefinition of its vendor here/);
    const [served] = crdsOf({ isCrd: false });
    assert.equal(served?.path, 'crds/usages.usage.example.com.yaml');
    assert.match(served?.contents ?? '', /an API server of its vendor's serves it/);
    assert.deepEqual(parse(served?.contents ?? ''), parse(crd?.contents ?? ''));
  });

  it('are not made of kinds that the cluster has', () => {
    assert.deepEqual(crdsOf({}), []);
  });

  it('have the approval that groups of Kubernetes’ own ask for', () => {
    const [crd] = crdsOf({ group: 'metrics.k8s.io', isCrd: false });
    assert.match(crd?.contents ?? '', /^ {4}api-approved\.kubernetes\.io: unapproved/m);
    assert.doesNotMatch(crdsOf({ isCrd: false })[0]?.contents ?? '', /api-approved/);
  });
});
