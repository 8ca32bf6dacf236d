import type { Problem } from '../../project/model.ts';

/** What can go wrong in `ap deploy` and `ap undeploy`, beside what {@link explain} knows of clusters. Codes are stable. */
const problem = (code: `ERR_AP_${string}`, message: string, remedy: string, path?: string): Problem => ({
  code,
  message,
  remedy,
  ...(path !== undefined && { path }),
});

export const noManifests = (folder: string): Problem =>
  problem(
    'ERR_AP_NO_MANIFESTS',
    `There is no ${folder}/kustomization.yaml.`,
    'Write the manifests with `ap generate`.',
  );

export const noKubectl = (program: string): Problem =>
  problem(
    'ERR_AP_KUBECTL',
    `${program} cannot be started, which puts the manifests together (\`kubectl kustomize\`).`,
    'Install kubectl (https://kubernetes.io/docs/tasks/tools), or name one with KUBECTL.',
  );

export const notRendered = (folder: string, reason: string): Problem =>
  problem(
    'ERR_AP_KUSTOMIZE',
    `The manifests in ${folder} cannot be put together: ${reason}.`,
    `Mend that; \`kubectl kustomize ${folder}\` shows the same.`,
  );

export const notAnObject = (folder: string, number: number): Problem =>
  problem(
    'ERR_AP_MANIFEST',
    `Document ${number} of the manifests in ${folder} has no apiVersion, kind or name.`,
    'Give it all three.',
  );

export const twice = (object: string): Problem =>
  problem('ERR_AP_MANIFEST', `${object} is in the manifests more than once.`, 'Remove one of the two.');

export const noDeployment = (name: string, found: readonly string[]): Problem =>
  problem(
    'ERR_AP_NO_DEPLOYMENT',
    `The manifests have no Deployment ${name}${found.length > 1 ? `, and several others: ${found.join(', ')}` : ''}.`,
    'Give the operator’s Deployment the operator’s name.',
  );

export const noContainer = (deployment: string, containers: readonly string[]): Problem =>
  problem(
    'ERR_AP_NO_CONTAINER',
    `Deployment ${deployment} has no container \`operator\` that the image is for, but ${containers.join(', ') || 'none'}.`,
    'Call the operator’s container `operator`.',
  );

export const watchesFormer = (from: string, to: string): Problem =>
  problem(
    'ERR_AP_WATCHES_OTHER_NAMESPACE',
    `The manifests say that the operator works in namespace ${from} (\`watchNamespace\`), and its role there would go with it to ${to}.`,
    `To have it work in ${to}, remove \`watchNamespace\` from autopilot-operator.yaml and run \`ap generate\`: the overlay for a namespace works in its own. To have it work in ${from}, deploy without --namespace, or with --cluster-scoped.`,
    '--namespace',
  );

export const notServed = (object: string, apiVersion: string): Problem =>
  problem(
    'ERR_AP_KIND_NOT_SERVED',
    `${object}: the cluster does not serve this kind of ${apiVersion}.`,
    'Install what brings it, or take the object out of the manifests.',
  );

export const strangers = (objects: readonly string[]): Problem =>
  problem(
    'ERR_AP_NOT_DEPLOYED_BY_AP',
    `These objects exist, and \`ap deploy\` did not make them: ${objects.join(', ')}.`,
    'Choose another namespace or operatorName; or take them over with --adopt: then `ap undeploy` deletes them, too.',
  );

export const deployedElsewhere = (object: string, namespace: string): Problem =>
  problem(
    'ERR_AP_DEPLOYED_ELSEWHERE',
    `${object} is of the operator that is deployed in namespace ${namespace}, which would lose its rights.`,
    `Undeploy that first (\`ap undeploy -n ${namespace}\`), or deploy both with -c=false.`,
  );

export const notAccepted = (object: string, answer: string): Problem =>
  problem(
    'ERR_AP_NOT_ACCEPTED',
    `${object} is not accepted by the cluster: ${answer}`,
    'Mend the manifest in deploy/, or what it is made of; nothing was written.',
  );

export const conflicting = (object: string, answer: string): Problem =>
  problem(
    'ERR_AP_FIELD_CONFLICT',
    `${object} has fields that somebody else has set: ${answer}.`,
    'Leave these fields out of the manifests, or take them over with --force-conflicts; nothing was written.',
  );

export const notEstablished = (name: string, seconds: number): Problem =>
  problem(
    'ERR_AP_CRD_NOT_ESTABLISHED',
    `CustomResourceDefinition ${name} was applied, and is not served after ${seconds} s.`,
    `\`kubectl describe crd ${name}\` tells why.`,
  );

export const stillThere = (objects: readonly string[], seconds: number, remedy: string): Problem =>
  problem('ERR_AP_STILL_THERE', `Deleted, and still there after ${seconds} s: ${objects.join(', ')}.`, remedy);

export const notUp = (deployment: string, reason: string, rolledBack: string): Problem =>
  problem(
    'ERR_AP_NOT_UP',
    `Deployment ${deployment} does not come up: ${reason}.`,
    `${rolledBack}Mend what is told above, and deploy again.`,
  );

export const option = (name: string, message: string, remedy: string): Problem =>
  problem('ERR_AP_OPTION_VALUE', message, remedy, name);

export const wouldOutlive = (resources: readonly string[], finalizer: string): Problem =>
  problem(
    'ERR_AP_FINALIZERS',
    `Without the operator nobody would take the finalizer ${finalizer} off these resources, and they could not be deleted any more: ${resources.join(', ')}.`,
    'Delete them while the operator works, with --with-resources; or have the finalizer taken off, so that what it would have cleaned up stays, with --force-finalizers. Nothing was deleted.',
  );

export const foreignFile = (path: string): Problem =>
  problem(
    'ERR_AP_NOT_OURS',
    `${path} was not written by \`ap deploy\`, and would be overwritten.`,
    'Name an empty folder, or remove the file.',
  );
