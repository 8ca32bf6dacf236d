// Records the CustomResourceDefinitions of the Prometheus operator that manifests are written for, without their texts: `node
// record-crds.mjs FOLDER > crds.json`, where FOLDER is example/prometheus-operator-crd of the Go module
// github.com/prometheus-operator/prometheus-operator (`go mod download -json MODULE@v0.85.0` says where it is).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

const [, , folder] = process.argv;
const texts = ['servicemonitors', 'prometheusrules'].map((name) =>
  readFileSync(join(folder, `monitoring.coreos.com_${name}.yaml`), 'utf8'),
);
// A property may have the name, too: only texts go.
console.log(
  JSON.stringify(
    texts.map((text) => load(text)),
    (key, value) => (key === 'description' && typeof value === 'string' ? undefined : value),
  ),
);
