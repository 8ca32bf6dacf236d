import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { addOnDefinitions } from '../../devcluster/kinds/add-ons.ts';
import { manifestFiles } from '../../project/manifests/manifests.ts';
import { AUTOROUTE, crdFor, project, SURVEY, TENANT } from '../../project/manifests/projects.fixture.test.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const PROJECTS: Readonly<Record<string, string>> = {
  'of a resource in a namespace': AUTOROUTE,
  'of a resource of cluster scope': TENANT,
  'of an operator that reads beyond its namespace': SURVEY,
};

describe('manifests on a real Kubernetes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let folder: string;

  before(async () => {
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    const crds = { apiVersion: 'v1', kind: 'List', items: addOnDefinitions('istio') };
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(crds));
  });
  after(() => cluster.stop());
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'manifests-'))));
  afterEach(() => rm(folder, { recursive: true }));

  for (const [what, text] of Object.entries(PROJECTS)) {
    it(`are taken strictly: ${what}`, async () => {
      const of = project(text);
      const files = manifestFiles(of, {}, crdFor(of));
      for (const { path, contents } of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), contents);
      }
      const overlays = new Set(files.flatMap(({ path }) => /^deploy\/overlays\/[^/]+/.exec(path)?.[0] ?? []));
      for (const overlay of overlays) {
        const rendered = kubectl(['kustomize', join(folder, overlay)]);
        kubectl(['apply', '--server-side', '--validate=strict', '--force-conflicts', '-f', '-'], rendered);
      }
      kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
      const example = files.find(({ path }) => path.endsWith('_example.yaml'))?.path ?? '';
      kubectl(['apply', '--server-side', '--validate=strict', '--dry-run=server', '-f', join(folder, example)]);
    });
  }
});
