import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, generate, openFolder, removeFolder, runTests, tree } from './workbench.ts';

/** Both operators that the documentation of 2019 builds, with every field that its two files had. */
const AUTOROUTE = `kind: AutoRoute
apiVersion: examples.io/v1
operatorName: autoroute-operator
phases:
  - name: Initializing
    description: Initializing the AutoRoute
    initial: true
  - name: Syncing
    description: Syncing the AutoRoute with Istio
    inputs:
      - deployments
    outputs:
      - services
      - virtualservices
      - gateways
  - name: Ready
    description: AutoRoute is ready
    inputs:
      - deployments
enableFinalizer: true
`;

const CANARY = `apiVersion: autopilot.examples.io/v1
kind: CanaryDeployment
operatorName: canary-operator
phases:
  - { name: Initializing, initial: true, inputs: [deployments], outputs: [deployments, services, virtualservices] }
  - { name: Waiting, inputs: [deployments, virtualservices], outputs: [deployments, virtualservices] }
  - { name: Evaluating, inputs: [metrics, virtualservices], outputs: [virtualservices] }
  - { name: Promoting, inputs: [deployments, virtualservices], outputs: [deployments, virtualservices] }
  - { name: RollBack, inputs: [deployments, trafficsplits], outputs: [deployments, trafficsplits] }
  - { name: Done, final: true }
queries:
  - name: success-rate
    queryTemplate: |
      sum(rate(requests_total{namespace="{{ .Namespace }}", name=~"{{.Name}}"}[{{ .Interval }}]))
    parameters: [Namespace, Name, Interval]
customParameters:
  - lowerName: trafficsplits
    singleName: TrafficSplit
    pluralName: TrafficSplits
    importPrefix: smiv1alpha2
    package: github.com/deislabs/smi-sdk-go/pkg/apis/split/v1alpha2
    apiGroup: split.smi-spec.io
    isCrd: true
`;

const OPERATOR = `version: 0.0.1
meshProvider: 0
controlPlaneNs: istio-system
workInterval: 5s
metricsAddr: :9091
enableLeaderElection: true
watchNamespace: ""
leaderElectionNamespace: ""
logLevel: 1
`;

describe('A project in the two files of 2019', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
  });
  afterEach(() => removeFolder(folder));

  const read = (path: string) => readFile(join(folder, path), 'utf8');
  async function generateFrom(autopilot: string): Promise<void> {
    await writeFile(join(folder, 'autopilot.yaml'), autopilot);
    await writeFile(join(folder, 'autopilot-operator.yaml'), OPERATOR);
    await generate(folder, 'app');
    assert.equal(await read('autopilot.yaml'), autopilot);
    assert.equal(await read('autopilot-operator.yaml'), OPERATOR);
  }

  it('AutoRoute generates, type-checks and runs', async () => {
    await generateFrom(AUTOROUTE);
    await check(folder);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /4 passing/);
  });

  it('CanaryDeployment generates, type-checks and runs', async () => {
    await generateFrom(CANARY);
    await check(folder);
    assert.match(
      await read('src/metrics.ts'),
      /getSuccessRate\(namespace: string, name: string, interval: string\): Promise<number>/,
    );
    assert.match(await read('src/kinds.ts'), /group: 'split\.smi-spec\.io',\s+version: 'v1alpha2'/);
  });

  it('gets a second file where it had only one', async () => {
    await writeFile(join(folder, 'autopilot.yaml'), AUTOROUTE);
    await generate(folder, 'app');
    assert.ok((await tree(folder)).has('autopilot-operator.yaml'));
  });
});
