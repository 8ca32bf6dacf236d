import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { BUILTIN_PARAMETERS, BUILTIN_RESOURCES, ORIGINAL_NAMES } from './catalogue.ts';
import discovery from './discovery.fixture.json' with { type: 'json' };
import manifest from '../../package.json' with { type: 'json' };
import { TYPES_PACKAGES } from './kinds.ts';

const root = join(import.meta.dirname, '../..');

const apiVersionOf = ({ group, version }: { group: string; version: string }) =>
  group === '' ? version : `${group}/${version}`;

describe('catalogue', () => {
  it('describes each kind as a real server does', () => {
    const served = new Map(
      discovery.resources.map((resource) => [`${resource.apiVersion} ${resource.plural}`, resource]),
    );
    for (const { plural, kind, namespaced, ...api } of BUILTIN_RESOURCES) {
      const { verbs, ...found } = served.get(`${apiVersionOf(api)} ${plural}`) ?? {};
      assert.deepEqual(found, { apiVersion: apiVersionOf(api), plural, kind, namespaced });
      for (const verb of ['create', 'delete', 'get', 'list', 'patch', 'watch'])
        assert.ok(verbs?.includes(verb), plural);
    }
  });

  it('has every stable kind of Kubernetes', () => {
    const have = new Set(BUILTIN_RESOURCES.map((resource) => `${apiVersionOf(resource)} ${resource.kind}`));
    const lacking = discovery.resources
      .filter(({ apiVersion }) => /(^|\/)v\d+$/.test(apiVersion) && !/istio\.io|^gateway\./.test(apiVersion))
      .map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)
      .filter((name) => !have.has(name));
    // v1 of autoscaling is there for old clients only: v2 is the same objects.
    assert.deepEqual(lacking, ['autoscaling/v1 HorizontalPodAutoscaler']);
  });

  it('has every kind of Istio’s APIs and of the Gateway API, in its newest version', () => {
    const isAddOn = (group: string) => group.endsWith('.istio.io') || group === 'gateway.networking.k8s.io';
    const served = new Map<string, string[]>();
    for (const { apiVersion, kind } of discovery.resources) {
      const [group = '', version = ''] = apiVersion.split('/');
      if (isAddOn(group)) served.set(`${group} ${kind}`, [...(served.get(`${group} ${kind}`) ?? []), version]);
    }
    const newest = [...served].map(([name, versions]) => `${name} ${versions.includes('v1') ? 'v1' : versions[0]}`);
    const have = BUILTIN_RESOURCES.filter(({ group }) => isAddOn(group));
    assert.deepEqual(have.map(({ group, kind, version }) => `${group} ${kind} ${version}`).sort(), newest.sort());
  });

  it('names types that exist, for every kind that its package has one for', () => {
    for (const { kind, types, ...api } of BUILTIN_RESOURCES) {
      const untyped = join(root, 'node_modules/kubernetes-models', apiVersionOf(api), `${kind}.d.ts`);
      if (!types) assert.ok(!existsSync(untyped), `there is a type of ${kind} by now`);
      if (!types) continue;
      const declarations = readFileSync(join(root, 'node_modules', `${types.module}.d.ts`), 'utf8');
      assert.match(declarations, new RegExp(`^export interface ${types.name} `, 'm'));
    }
  });

  it('asks for the versions of the types that it was tried with', () => {
    const ranges = new Map(Object.entries(manifest.devDependencies));
    for (const { name, range } of TYPES_PACKAGES) assert.equal(ranges.get(name), range);
  });

  it('has names and keys that are unique, whatever their case', () => {
    for (const field of ['name', 'key'] as const) {
      const values = [...BUILTIN_PARAMETERS.values()].map((parameter) => parameter[field].toLowerCase());
      assert.deepEqual([...new Set(values)], values);
    }
  });

  it('keeps the names of 2019', () => {
    const expected = {
      events: ['', 'v1', 'events'],
      configmaps: ['', 'v1', 'configMaps'],
      services: ['', 'v1', 'services'],
      pods: ['', 'v1', 'pods'],
      jobs: ['batch', 'v1', 'jobs'],
      deployments: ['apps', 'v1', 'deployments'],
      replicasets: ['apps', 'v1', 'replicaSets'],
      virtualservices: ['networking.istio.io', 'v1', 'virtualServices'],
      gateways: ['networking.istio.io', 'v1', 'gateways'],
    };
    for (const [name, [group, version, key]] of Object.entries(expected)) {
      const parameter = BUILTIN_PARAMETERS.get(name);
      assert.ok(parameter?.type === 'resource', name);
      assert.deepEqual(
        [parameter.group, parameter.version, parameter.key, parameter.plural],
        [group, version, key, name],
      );
    }
    assert.equal(BUILTIN_PARAMETERS.get('metrics')?.type, 'metrics');
    assert.deepEqual([...ORIGINAL_NAMES], [...Object.keys(expected), 'metrics']);
  });

  it('puts the API before a name that is taken', () => {
    const parameter = BUILTIN_PARAMETERS.get('eventsApiEvents');
    assert.ok(parameter?.type === 'resource');
    assert.deepEqual(
      [parameter.group, parameter.plural, parameter.key],
      ['events.k8s.io', 'events', 'eventsApiEvents'],
    );
    assert.equal(BUILTIN_PARAMETERS.get('gatewayApiGateways')?.key, 'gatewayApiGateways');
  });
});
