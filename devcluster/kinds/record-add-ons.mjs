// Records what the CustomResourceDefinitions of Istio and of the Gateway API say beside schemas and texts: `node record-add-ons.mjs >
// add-ons.json`, with kubectl on PATH and KUBECONFIG set to a server that has them (from the modules istio.io/api 1.29,
// kubernetes/customresourcedefinitions.gen.yaml, and sigs.k8s.io/gateway-api 1.5, config/crd/experimental).
import { execFileSync } from 'node:child_process';

const text = execFileSync('kubectl', ['get', 'crd', '-o', 'json'], { encoding: 'utf8', maxBuffer: 2 ** 27 });
const definitions = JSON.parse(text)
  .items.filter(({ spec: { group } }) => /istio\.io$|^gateway\.networking\.k8s\.io$/.test(group))
  .map(({ metadata, spec: { group, names, scope, versions } }) => ({
    // Groups of Kubernetes itself have to have it.
    approved: metadata.annotations?.['api-approved.kubernetes.io'],
    group,
    scope,
    names,
    versions: versions.map(
      ({ name, served, storage, deprecated, subresources, additionalPrinterColumns: columns }) => ({
        name,
        served,
        storage,
        deprecated,
        subresources,
        additionalPrinterColumns: columns?.map(({ jsonPath, name, type, priority }) => ({
          jsonPath,
          name,
          type,
          priority,
        })),
      }),
    ),
  }));
console.log(JSON.stringify(definitions));
