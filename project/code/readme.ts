import { certificateSecret, metricsPort } from '../manifests/metrics.ts';
import type { Phase, Project } from '../model.ts';
import { crdFiles } from './crds.ts';
import { mermaid } from './diagram.ts';
import { projectPaths } from './paths.ts';
import type { ScaffoldSettings } from './settings.ts';

/** `README.md`: what the operator does, how to run it, whose the files are. */
export function readme(project: Project, settings: ScaffoldSettings): string {
  const paths = projectPaths(project);
  const run = (script: string) =>
    `${settings.packageManager} ${script === 'install' || script === 'test' ? '' : 'run '}${script}`;
  const dev = (options: string) => `${run('dev')} ${settings.packageManager === 'npm' ? '-- ' : ''}${options}`;
  const worker = paths.worker('x').replace('/x/', '/<phase>/');

  return `# ${project.operatorName}

A Kubernetes operator for the kind \`${project.kind}\` (${project.group}/${project.version}), made with generator-autopilot.

## What it does

${project.phases.length === 0 ? 'Nothing yet: `ap phase Initializing --initial` adds the first phase.' : phases(project)}

Each phase that is not final has a worker, a small function in \`${worker}\`: it is given the ${project.kind} and readers of what the phase reads, and returns what shall exist and which phase comes next. The runtime does the rest.

## Running it

\`\`\`sh
${run('install')}
${run('dev')}
\`\`\`

${project.phases.length === 0 ? 'Once there is a phase, ' : ''}\`${run('dev')}\` starts an embedded Kubernetes API server and the operator, which starts anew whenever a file is saved, and prints what becomes of each resource, and what is wrong with the code. Keys apply the example, show the resources, restart, quit. \`${dev('--keep')}\` keeps the cluster's state for the next time, \`${dev('--context <name>')}\` runs on a real cluster. In another terminal:

\`\`\`sh
export KUBECONFIG=.work/kubeconfig
kubectl apply -f deploy/${project.kind.toLowerCase()}_example.yaml
kubectl get ${project.plural} --watch
\`\`\`

| Command | What it does |
| --- | --- |
${[
  row(`\`${run('check')}\``, 'type check, linter, format and tests'),
  row(`\`${run('format')}\``, 'formats all code, as the check wants it'),
  row(`\`${run('test')}\``, 'the tests: each worker on an embedded cluster'),
  row(`\`${run('start')}\``, 'the operator on the cluster of your kubeconfig'),
  row(
    `\`${run('build')}\``,
    'type check, and what the image holds in `dist/`: your code and the packages that it uses, in one file each',
  ),
  row('`ap phase <name>`', 'adds a phase'),
  row('`ap generate`', 'after a change of autopilot.yaml or of the API: brings the generated files up to date'),
].join('\n')}

\`ap\` comes with generator-autopilot: \`npm install -g generator-autopilot\`. \`yo autopilot:phase\` and \`yo autopilot\` do the same.

## Deploying it

\`\`\`sh
ap build registry.example.com/${project.operatorName}:0.0.1 --push
ap deploy registry.example.com/${project.operatorName}:0.0.1
\`\`\`

\`ap build\` takes docker, podman, buildah or nerdctl, and needs the lock file of the packages; \`docker build\` does as well. \`ap deploy\` waits until the operator runs, \`ap undeploy\` takes it away again. By other means: \`ap deploy-manifests --image <image> --yes\`, then \`kubectl apply -k deploy\`.

\`deploy/\` grants the operator what follows from autopilot.yaml, and nothing else. \`deploy/kustomization.yaml\` says what of it is installed: name the overlays there that you want. Each wants something of your cluster, so one is there at first; all are kept up to date:

${overlays(project)}

The operator's pods fit the Pod Security Standard "restricted". The ClusterRoles of \`deploy/base/*_role.yaml\` are for people: they are parts of Kubernetes' own roles \`view\`, \`edit\` and \`admin\`, so that whoever has one of those in a namespace has it for ${project.plural}, too.

${replicas(project)}
## Whose the files are

| Files | Whose |
| --- | --- |
${[
  row(
    `\`autopilot.yaml\`, \`autopilot-operator.yaml\`, \`${paths.spec}\`, \`${worker}\`, ${project.enableFinalizer ? `\`${paths.finalizer}\`, ` : ''}\`${paths.main}\`, ${crdFiles(project).length > 0 ? `\`${paths.crds}/\`, ` : ''}\`test/\``,
    'Yours: written once, never overwritten.',
  ),
  row(
    `\`${paths.operator}\`, \`${paths.kinds}\`, \`${paths.types}\`, \`${worker.replace('worker.ts', 'io.ts')}\`, \`deploy/\``,
    'Generated from autopilot.yaml and your API. Edit those instead.',
  ),
  row('`package.json`, `tsconfig.json`, `Dockerfile`, this file', 'A start, for you to change.'),
  row('`.autopilot/`, `vendor/`', 'What the generator wrote last, and the packages that it brings. Commit both.'),
].join('\n')}
`;
}

/** The overlays as a table, and what those need that are not for every cluster. */
function overlays(project: Project): string {
  const isScraped = metricsPort(project) !== undefined;
  const isSecure = isScraped && !project.operator.metricsSecure;
  const rows = [
    row('Overlay', 'What it is'),
    row('---', '---'),
    row('`cluster`', 'The operator, which watches all namespaces'),
    ...(project.scope === 'Namespaced' ? [row('`namespaced`', 'The operator, which watches one namespace')] : []),
    row(
      '`production`',
      `One of these with two replicas on different nodes, and a PodDisruptionBudget${isSecure ? '; metrics over TLS, for those who may get /metrics' : ''}`,
    ),
    ...(isScraped
      ? [
          row(
            '`monitoring`',
            'Beside it: a ServiceMonitor and alerts for the Prometheus operator, a dashboard for Grafana',
          ),
        ]
      : []),
    row(
      '`network-policy`',
      `Beside it: who may connect to the pods${isScraped ? ' (namespaces with the label `metrics: enabled`)' : ''}`,
    ),
  ];
  return isScraped ? `${rows.join('\n')}\n\n${secureMetrics(project)}` : rows.join('\n');
}

function secureMetrics({ operatorName }: Project): string {
  const secret = certificateSecret(operatorName);
  return `Metrics over TLS are for callers whose token the API server knows and lets get /metrics. Prometheus' account needs that right: \`kubectl create clusterrolebinding prometheus-${operatorName} --clusterrole=${operatorName}-metrics-reader --serviceaccount=<namespace>:<name>\`, unless it may get /metrics anyway. The certificate is that of the Secret \`${secret}\` (type kubernetes.io/tls, as cert-manager's Certificates make it), and is taken up anew when that changes. Without one the operator signs its own, which nobody can check.`;
}

/** What is promised of several replicas, and what is not. */
function replicas({ operatorName, operator }: Project): string {
  if (!operator.enableLeaderElection)
    return `\`enableLeaderElection\` is false in autopilot-operator.yaml: run one replica at a time.\n`;
  return `With \`ap deploy-manifests --replicas 2 --yes\` a second pod stands by. One works, the one that holds the Lease \`${operatorName}\` in the operator's namespace; the others watch, and take over within a second when it ends, within 15 s when it dies. Who cannot renew the lease for 10 s sends nothing more; a request that was on its way by then may still land, and is put right by the next sync: no phase is ever set back by it. Not promised: that calls which a worker makes by itself, other than through its \`client\`, end in time. They have to heed \`signal\`.
`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The phase machine as a diagram and as a table. */
function phases(project: Project): string {
  const hasPatches = project.phases.some(({ patches }) => patches.length > 0);
  const columns = ['Phase', 'What happens', 'Reads', 'Makes', ...(hasPatches ? ['Patches'] : [])];
  return `\`\`\`mermaid
${mermaid(project).join('\n')}
\`\`\`

${row(...columns)}
${row(...columns.map(() => '---'))}
${project.phases.map((phase) => row(...phaseRow(phase).slice(0, columns.length))).join('\n')}${hasPatches ? `\n\n${ABOUT_PATCHES}` : ''}`;
}

const ABOUT_PATCHES =
  "What a phase patches is somebody else's object: the operator sets the fields that a worker returns, and never creates, owns or deletes it. " +
  'A field that is no longer returned is given up, and so are all when the resource is deleted, which therefore waits for the operator (it has a ' +
  'finalizer). A field that nobody else holds is then back at its default, and not at the value that it had before. ' +
  'Before a kind is taken out of `patches`, have its fields given up (an empty list does that): afterwards the operator cannot.';

function phaseRow({ name, description, initial, final, inputs, outputs, patches }: Phase): string[] {
  const marks = [initial ? 'initial' : '', final ? 'final' : ''].filter(Boolean).join(', ');
  const list = (entries: readonly { readonly parameter: { readonly name: string } }[]) =>
    entries.map(({ parameter }) => parameter.name).join(', ');
  return [
    marks ? `${name} (${marks})` : name,
    description.replace(/\|/g, '\\|'),
    list(inputs),
    list(outputs),
    list(patches),
  ];
}
