// Records what a real server serves, for catalogue.test.ts: `node record-discovery.mjs > discovery.fixture.json`, with kubectl on
// PATH and KUBECONFIG set to a server that has the CRDs of Istio (module istio.io/api, kubernetes/customresourcedefinitions.gen.yaml)
// and of the Gateway API (module sigs.k8s.io/gateway-api, config/crd/experimental), in the versions that the packages with their
// types are made from.
import { execFileSync } from 'node:child_process';

const get = (path) => JSON.parse(execFileSync('kubectl', ['get', '--raw', path], { encoding: 'utf8' }));
const groupVersions = [
  'v1',
  ...get('/apis').groups.flatMap((group) => group.versions.map((each) => each.groupVersion)),
];
const resources = groupVersions.flatMap((groupVersion) =>
  get(groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`)
    .resources.filter((resource) => !resource.name.includes('/') && resource.verbs.includes('watch'))
    .map(({ name, kind, namespaced, verbs }) => ({
      apiVersion: groupVersion,
      plural: name,
      kind,
      namespaced,
      verbs: verbs.sort(),
    })),
);
console.log(`{\n  "version": "${get('/version').gitVersion}",\n  "resources": [`);
console.log(resources.map((resource) => `    ${JSON.stringify(resource)}`).join(',\n'));
console.log('  ]\n}');
