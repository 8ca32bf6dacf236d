import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUTOROUTE, CANARY, OPERATOR, OTHER } from './projects-of-2019.ts';
import { check, differences, generate, openFolder, removeFolder, runTests, tree } from './workbench.ts';

/** For each field of autopilot.yaml a file of {@link CANARY} and what it says there because of the field. */
const EFFECTS: Readonly<Record<string, readonly [file: string, shows: RegExp]>> = {
  kind: ['deploy/base/crd.yaml', /^ {4}kind: CanaryDeployment$/m],
  apiVersion: ['deploy/base/crd.yaml', /^ {2}group: autopilot\.examples\.io$[^]*^ {4}- name: v1$/m],
  operatorName: ['deploy/base/deployment.yaml', /app\.kubernetes\.io\/name: canary-operator$/m],
  enableFinalizer: ['src/operator.ts', /finalizer: \{\s+worker: finalizer,?\s+\}/],
  'phases.name': ['src/workers/roll-back/io.ts', /export type RollBackWorker =/],
  'phases.description': ['src/workers/waiting/worker.ts', /Waits for a new pod template/],
  'phases.initial': ['src/operator.ts', /Initializing: \{\s+initial: true,/],
  'phases.final': ['src/operator.ts', /Done: \{\s+final: true,/],
  'phases.inputs': ['src/workers/evaluating/io.ts', /readonly metrics: Metrics;\s+readonly virtualServices: Reader</],
  'phases.outputs': ['src/workers/evaluating/io.ts', /readonly virtualServices\?: readonly Desired<IVirtualService>/],
  'customParameters.lowerName': ['README.md', /^\| RollBack .*\btrafficsplits\b/m],
  'customParameters.singleName': ['src/kinds.ts', /kind: 'TrafficSplit'/],
  'customParameters.pluralName': ['src/workers/roll-back/io.ts', /readonly trafficSplits: Reader</],
  'customParameters.package': ['src/kinds.ts', /version: 'v1alpha2'/],
  'customParameters.apiGroup': ['deploy/overlays/cluster/clusterrole.yaml', /split\.smi-spec\.io/],
  'customParameters.isCrd': ['crds/trafficsplits.split.smi-spec.io.yaml', /CustomResourceDefinition of its vendor/],
  'queries.name': ['src/metrics.ts', /getSuccessRate\(/],
  'queries.queryTemplate': ['src/metrics.ts', /sum\(rate\(requests_total\{namespace="\{\{ \.Namespace \}\}"/],
  'queries.parameters': [
    'src/metrics.ts',
    /getSuccessRate\(namespace: string, name: string, interval: string\): Promise<number \| undefined>/,
  ],
};

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
    assert.match(stdout, /5 passing/);
  });

  it('CanaryDeployment generates, type-checks and runs', async () => {
    await generateFrom(CANARY);
    await check(folder);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
    // The phase with a kind that only this file knows.
    assert.match(stdout, /RollBack\n\s+✔/);
  });

  it('runs with a kind that no CRD makes, too', async () => {
    await generateFrom(OTHER);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
  });

  it('has an effect of each field of autopilot.yaml', async () => {
    await generateFrom(CANARY);
    const files = await tree(folder);
    const other = await openFolder();
    try {
      await writeFile(join(other, 'autopilot.yaml'), OTHER);
      await generate(other, 'app');
      const others = await tree(other);
      for (const [field, [file, shows]] of Object.entries(EFFECTS)) {
        assert.match(files.get(file) ?? `there is no ${file}`, shows, field);
        assert.doesNotMatch(others.get(file) ?? '', shows, field);
      }
    } finally {
      await removeFolder(other);
    }
  });

  it('is the same whatever `importPrefix` says, which is for Go only', async () => {
    await generateFrom(CANARY);
    const before = await tree(folder);
    await writeFile(join(folder, 'autopilot.yaml'), CANARY.replace('smiv1alpha2', 'another'));
    await generate(folder, 'app');
    const changed = differences(before, await tree(folder)).filter((path) => !path.startsWith('.autopilot/'));
    assert.deepEqual(changed, ['autopilot.yaml']);
  });

  it('gets a second file where it had only one', async () => {
    await writeFile(join(folder, 'autopilot.yaml'), AUTOROUTE);
    await generate(folder, 'app');
    assert.ok((await tree(folder)).has('autopilot-operator.yaml'));
  });
});
