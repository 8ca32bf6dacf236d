import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_KEY } from '../../project/manifests/deployment.ts';
import type { Deployment } from '../../project/manifests/settings.ts';
import type { Project } from '../../project/model.ts';
import { ProjectError } from '../../project/errors.ts';
import { describeAccess } from '../../runtime/kube/access-review.ts';
import { at, listAt, numberAt, textAt } from '../cluster/fields.ts';
import type { Manifest } from '../deploy/manifest.ts';
import { inNamespace, operatorDeployment, withImage } from '../deploy/placement.ts';
import { renderManifests } from '../deploy/render.ts';
import { differencesOf, type Definition } from './crd-check.ts';
import { fail, ok, skip, warn, type Finding } from './finding.ts';
import { notGranted } from './granted-access.ts';
import { operatorAccess } from './wanted-access.ts';

const CHECK = 'manifests';
const AGAIN = '`ap generate` writes what is missing; `git diff deploy` shows what was edited.';

/** What would be applied, and what is wrong with it. */
export interface CheckedManifests {
  /** Undefined: they cannot be put together. */
  readonly manifests: readonly Manifest[] | undefined;
  readonly findings: readonly Finding[];
}

export interface ManifestsOf {
  readonly folder: string;
  readonly project: Project;
  readonly deployment: Deployment;
  readonly namespace: string;
  readonly isProduction: boolean;
  /** What `spec.ts` makes; undefined: it makes none. */
  readonly crd: Definition | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** The manifests as they are on the disk, edited or not: whether they have what the operator needs. Nothing is asked of a cluster. */
export async function checkManifests(of: ManifestsOf): Promise<CheckedManifests> {
  const { folder, project, namespace, env } = of;
  if (!existsSync(join(folder, 'deploy/kustomization.yaml')))
    return { manifests: undefined, findings: [skip(CHECK, 'there are none yet: `ap generate` writes them')] };
  try {
    const rendered = await renderManifests(folder, 'deploy', env);
    const manifests = inNamespace(rendered, project.operatorName, namespace);
    withImage(manifests, project.operatorName, 'any');
    const findings = [
      ...deploymentFindings(manifests, of),
      ...rightsFindings(manifests, of),
      ...definitionFindings(manifests, of),
    ];
    const isWhole = findings.length === 0;
    return {
      manifests,
      findings: isWhole ? [ok(CHECK, 'those in deploy/ have all that the operator needs')] : findings,
    };
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    const findings = error.problems.map(({ message, remedy, code }) => fail(CHECK, `${message} (${code})`, remedy));
    return { manifests: undefined, findings };
  }
}

/** The environment by which the operator knows itself among others: who holds the lease, and where. */
const OWN_NAMES = ['POD_NAME', 'POD_NAMESPACE', 'POD_UID'];

function deploymentFindings(manifests: readonly Manifest[], { project }: ManifestsOf): readonly Finding[] {
  const deployment = operatorDeployment(manifests, project.operatorName);
  const pod = at(deployment, 'spec', 'template', 'spec');
  const containers = listAt(pod, 'containers');
  const container = containers.find((each) => textAt(each, 'name') === 'operator') ?? containers[0];
  const name = `Deployment ${deployment.metadata.name}`;
  const findings: Finding[] = [];
  const env = new Map(listAt(container, 'env').map((each) => [textAt(each, 'name'), each]));
  const missing = OWN_NAMES.filter((each) => !env.has(each));
  if (missing.length > 0)
    findings.push(
      fail(
        CHECK,
        `${name} does not tell the operator its ${missing.join(', ')}, by which it is elected and signs`,
        AGAIN,
      ),
    );
  const path = textAt(env.get('AUTOPILOT_CONFIG'), 'value');
  const mount = listAt(container, 'volumeMounts').find((each) => path.startsWith(`${textAt(each, 'mountPath')}/`));
  const volume = listAt(pod, 'volumes').find((each) => textAt(each, 'name') === textAt(mount, 'name'));
  const settings = textAt(volume, 'configMap', 'name');
  const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === settings);
  if (path === '' || !mount || !volume)
    findings.push(
      fail(
        CHECK,
        `${name} does not mount the operator's settings where AUTOPILOT_CONFIG says: ${path || 'nothing'}`,
        AGAIN,
      ),
    );
  else if (settings !== '' && textAt(map, 'data', CONFIG_KEY) === '')
    findings.push(fail(CHECK, `ConfigMap ${settings}, which ${name} mounts, has no ${CONFIG_KEY}`, AGAIN));
  for (const key of ['command', 'args'])
    if (listAt(container, key).length > 0)
      findings.push(
        warn(
          CHECK,
          `${name} has ${key} of its own: ${JSON.stringify(listAt(container, key))}`,
          'Leave it out, unless the image is not made with the Dockerfile of the project.',
        ),
      );
  if (at(container, 'readinessProbe') === undefined)
    findings.push(
      warn(
        CHECK,
        `${name} has no readinessProbe: \`ap deploy\` takes the operator for ready as soon as it starts`,
        AGAIN,
      ),
    );
  const replicas = numberAt(deployment, 'spec', 'replicas');
  if (replicas > 1 && !project.operator.enableLeaderElection)
    findings.push(
      fail(
        CHECK,
        `${name} has ${replicas} replicas, which would all work at once: leader election is off`,
        'Set `enableLeaderElection: true` in autopilot-operator.yaml, or take one replica.',
      ),
    );
  return findings;
}

function rightsFindings(
  manifests: readonly Manifest[],
  { project, deployment, namespace, isProduction }: ManifestsOf,
): readonly Finding[] {
  const pod = at(operatorDeployment(manifests, project.operatorName), 'spec', 'template', 'spec');
  const name = textAt(pod, 'serviceAccountName') || 'default';
  const isThere = manifests.some(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === name);
  if (!isThere && name !== 'default')
    return [fail(CHECK, `there is no ServiceAccount ${name}, which the operator's pods run as`, AGAIN)];
  const lacking = notGranted(
    manifests,
    { name, namespace },
    operatorAccess(project, { ...deployment, namespace, isProduction }),
  );
  if (lacking.length === 0) return [];
  return [
    fail(
      CHECK,
      `the roles in deploy/ do not let ServiceAccount ${name} ${describeAccess(lacking)}`,
      'Put these rules back: the operator is refused (403) where it needs them. `git diff deploy` shows what was edited.',
    ),
  ];
}

function definitionFindings(manifests: readonly Manifest[], { crd }: ManifestsOf): readonly Finding[] {
  if (!crd) return [];
  const { name } = crd.metadata;
  const found = manifests.find(({ kind, metadata }) => kind === 'CustomResourceDefinition' && metadata.name === name);
  if (!found)
    return [
      fail(CHECK, `there is no CustomResourceDefinition ${name}: the operator's kind would not be served`, AGAIN),
    ];
  const differences = differencesOf(crd, found);
  if (differences.length === 0) return [];
  const more = differences.length > 5 ? ` and ${differences.length - 5} more` : '';
  return [
    warn(
      CHECK,
      `CustomResourceDefinition ${name} is not as the schemas make it: ${differences.slice(0, 5).join('; ')}${more}`,
      'Run `ap generate`; what you edited by hand on purpose may stay, and is what is applied.',
    ),
  ];
}
