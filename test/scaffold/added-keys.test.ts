import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, generate, openFolder, removeFolder, tree } from './workbench.ts';

/** Every key that the files of 2019 did not have, as far as it is supported, away from its default. */
const ADDED = `kind: Tenant
apiVersion: examples.io/v1
operatorName: tenant-operator
scope: Cluster
transitions: 5
enableFinalizer: true
finalizer: { inputs: [{ name: pods, metadataOnly: true }], outputs: [jobs] }
plural: tenancies
shortNames: [tn]
categories: [all]
onSpecChange: Working
onOutputDrift: Repairing
rbac:
  - { apiGroups: [''], resources: [pods/log], verbs: [get] }
phases:
  - { name: Starting, initial: true, next: [Working], outputs: [namespaces] }
  - name: Working
    inputs:
      - { name: pods, metadataOnly: true, selector: { matchLabels: { app: web } } }
      - widgets
    next: [Done]
    interval: 1m30s
    timeout: 10s
    adopt: true
    rollback: true
    outputs: [{ name: jobs, replace: true }]
    renamedFrom: [Doing]
    patches: [deployments, { name: nodes, force: true }]
  - { name: Repairing, next: [Done] }
  - { name: Done, final: true, ready: false }
customParameters:
  - { lowerName: widgets, singleName: Widget, apiGroup: widgets.io, version: v1beta2, scope: Cluster, types: ./src/widget.ts#MyWidget }
`;

/** The same without any of them. */
const PLAIN = `kind: Tenant
apiVersion: examples.io/v1
operatorName: tenant-operator
phases:
  - { name: Starting, initial: true, outputs: [configmaps] }
  - { name: Working, inputs: [pods, widgets] }
  - { name: Repairing }
  - { name: Done, final: true }
customParameters:
  - { lowerName: widgets, singleName: Widget, apiGroup: widgets.io, package: widgets.io/v1 }
`;

const WIDGET = `import type { KubernetesObject } from 'autopilot-runtime';

export interface MyWidget extends KubernetesObject {
  readonly spec?: { readonly size: number };
}
`;

const CRD = 'deploy/base/crd.yaml';
const OPERATOR = 'src/operator.ts';

const EFFECTS: Readonly<Record<string, readonly [file: string, shows: RegExp]>> = {
  transitions: [OPERATOR, /transitions: 5/],
  'finalizer.inputs': [
    'src/api/tenancies/v1/types.ts',
    /interface TenantFinalizerInputs \{\s+.*\s+readonly pods: MetadataReader;/,
  ],
  'finalizer.outputs': [
    'src/api/tenancies/v1/types.ts',
    /interface TenantFinalizerOutputs \{\s+readonly jobs\?: readonly Desired<IJob>\[\];/,
  ],
  'finalizer.inputs and outputs at run time': [
    OPERATOR,
    /finalizer: \{\s+inputs: \{\s+pods: \{.*\},\s+\},\s+outputs: \{\s+jobs: \{ type: jobs \},\s+\},\s+worker: finalizer,/,
  ],
  config: [
    'src/config.ts',
    /config = z\.strictObject\(\{\s+greeting: z\.string\(\),\s+limits: z\.strictObject\(\{ hosts: z\.array\(z\.number\(\)\) \}\),\s+\}\);/,
  ],
  'config at run time': [OPERATOR, /^ {2}config,$/m],
  'config, for workers': ['src/workers/working/io.ts', /config: TenantConfig;/],
  'config, deployed': ['deploy/base/configmap.yaml', /config:\n\s+greeting: hello\n\s+limits:\n\s+hosts:\n\s+- 1$/m],
  scope: [CRD, /^ {2}scope: Cluster$/m],
  plural: [CRD, /^ {2}name: tenancies\.examples\.io$/m],
  shortNames: [CRD, /shortNames:\n\s+- tn$/m],
  categories: [CRD, /categories:\n\s+- all$/m],
  onSpecChange: [OPERATOR, /onSpecChange: 'Working'/],
  onOutputDrift: [OPERATOR, /onOutputDrift: 'Repairing'/],
  rbac: ['deploy/overlays/cluster/clusterrole.yaml', /pods\/log/],
  'phase.next': ['src/workers/repairing/io.ts', /export type RepairingNext = 'Repairing' \| 'Done';/],
  'phase.next at run time': [OPERATOR, /next: \['Working'\]/],
  'phase.interval': [OPERATOR, /interval: '1m30s'/],
  'phase.timeout': [OPERATOR, /timeout: '10s'/],
  'phase.ready': [OPERATOR, /ready: false/],
  'phase.adopt': [OPERATOR, /adopt: true/],
  'phase.rollback': [OPERATOR, /rollback: true/],
  'output.replace': [OPERATOR, /jobs: \{ type: jobs, replace: true \}/],
  'phase.patches': ['src/workers/working/io.ts', /readonly deployments\?: readonly Patch<IDeployment, 'any'>\[\];/],
  'phase.patches, of cluster scope': [
    'src/workers/working/io.ts',
    /readonly nodes\?: readonly Patch<INode, 'none'>\[\];/,
  ],
  'phase.patches at run time': [OPERATOR, /patches: \{\s+deployments: \{ type: deployments \},\s+nodes: \{/],
  'phase.patches, the finalizer’s rights': [
    'deploy/overlays/cluster/clusterrole.yaml',
    /resources:\n\s+- tenancies\n\s+verbs:\n\s+- get\n\s+- list\n\s+- patch\n\s+- watch/,
  ],
  'patch.force': [OPERATOR, /nodes: \{ type: nodes, force: true \}/],
  'phase.renamedFrom': [OPERATOR, /renamedFrom: \['Doing'\]/],
  'input.selector': [OPERATOR, /selector: \{ matchLabels: \{ app: 'web' \} \}/],
  'input.namespace, by the scope': [OPERATOR, /namespace: 'any'/],
  'input.metadataOnly': ['src/workers/working/io.ts', /readonly pods: MetadataReader;/],
  'customParameters.version': ['src/kinds.ts', /version: 'v1beta2'/],
  'customParameters.scope': ['src/kinds.ts', /kind: 'Widget',\s+plural: 'widgets',\s+namespaced: false/],
  'customParameters.types': ['src/workers/working/io.ts', /import type \{ MyWidget \} from '\.\.\/\.\.\/widget\.ts';/],
};

describe('The keys that were added to those of 2019', function () {
  this.timeout(60_000);

  let folders: string[];
  before(async () => {
    folders = [await openFolder(), await openFolder()];
  });
  after(() => Promise.all(folders.map((folder) => removeFolder(folder))));

  it('have their effect each, and the project compiles', async () => {
    const [added = '', plain = ''] = folders;
    await writeFile(join(added, 'autopilot.yaml'), ADDED);
    await writeFile(join(added, 'autopilot-operator.yaml'), 'config: { greeting: hello, limits: { hosts: [1] } }\n');
    await writeFile(join(plain, 'autopilot.yaml'), PLAIN);
    await generate(added, 'app');
    await writeFile(join(added, 'src/widget.ts'), WIDGET);
    await generate(plain, 'app');
    const [files, others] = [await tree(added), await tree(plain)];
    for (const [key, [file, shows]] of Object.entries(EFFECTS)) {
      assert.match(files.get(file) ?? `there is no ${file}`, shows, key);
      assert.doesNotMatch(others.get(file) ?? '', shows, key);
    }
    await check(added);
    await check(plain);
  });
});
