import type { Deployment } from '../../project/manifests/settings.ts';
import type { Project } from '../../project/model.ts';
import { isStatus } from '../../runtime/errors.ts';
import { describeAccess, type Access } from '../../runtime/kube/access-review.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findObject } from '../cluster/definition.ts';
import { fail, ok, skip, warn, type Finding } from './finding.ts';
import { refusedTo, serviceAccount } from './reviews.ts';
import { deployAccess, escalateAccess, operatorAccess, peoplesAccess, undeployAccess } from './wanted-access.ts';
import { SERVICE_ACCOUNTS } from '../cluster/kinds.ts';

/** Where the operator is, and what is looked at. */
export interface Looked {
  readonly cluster: Cluster;
  readonly project: Project;
  readonly deployment: Deployment;
  readonly namespace: string;
  /** Whether deploy/ asks for what is in its overlay for production. */
  readonly isProduction: boolean;
  readonly signal: AbortSignal;
}

const YOURS = 'your rights';
const OPERATORS = "operator's rights";

/** Whether who asks may do what `ap deploy` does. */
export async function checkOwnRights({
  cluster,
  project,
  deployment,
  namespace,
  isProduction,
  signal,
}: Looked): Promise<readonly Finding[]> {
  const asked = (wanted: readonly Access[]): Promise<readonly Access[]> =>
    refusedTo(cluster.client, undefined, wanted, signal);
  const installed = { ...deployment, namespace, isProduction };
  const refused = await asked(deployAccess(project, installed));
  const findings: Finding[] = [];
  if (refused.length > 0)
    findings.push(
      fail(
        YOURS,
        `you may not do all that \`ap deploy\` does: ${describeAccess(refused)}`,
        'Have somebody who administers the cluster grant it, or deploy.',
      ),
    );
  // Nobody can grant by a role what he does not have himself, unless he may escalate.
  const mayEscalate = (await asked(escalateAccess(project, installed))).length === 0;
  const granted = distinct([...operatorAccess(project, installed), ...peoplesAccess(project)]);
  const lacking = mayEscalate ? [] : await asked(granted);
  if (lacking.length > 0)
    findings.push(
      fail(
        YOURS,
        `you may not grant the operator, and people, what you may not do yourself: ${describeAccess(lacking)}`,
        'Have somebody who may apply the roles in deploy/ first, or give you the verb `escalate` on roles.',
      ),
    );
  const unremovable = await asked(undeployAccess(project, installed));
  if (unremovable.length > 0)
    findings.push(
      warn(
        YOURS,
        `you may not do all that \`ap undeploy\` does: ${describeAccess(unremovable)}`,
        'Have somebody who administers the cluster grant it, or undeploy.',
      ),
    );
  return findings.length > 0 ? findings : [ok(YOURS, 'you may do all that `ap deploy` and `ap undeploy` do')];
}

function distinct(accesses: readonly Access[]): readonly Access[] {
  return [...new Map(accesses.map((access) => [describeAccess([access]), access])).values()];
}

/** Whether the operator's account may do all that the operator does. */
export async function checkOperatorsRights({
  cluster,
  project,
  deployment,
  namespace,
  isProduction,
  signal,
}: Looked): Promise<Finding> {
  const { operatorName } = project;
  if ((await findObject(cluster, { type: SERVICE_ACCOUNTS, name: operatorName, namespace }, signal)) === undefined)
    return warn(
      OPERATORS,
      `there is no ServiceAccount ${operatorName} in namespace ${namespace}: the operator is not deployed there`,
      '`ap deploy` makes it, with its roles; -n names another namespace.',
    );
  const wanted = operatorAccess(project, { ...deployment, namespace, isProduction });
  try {
    const refused = await refusedTo(cluster.client, serviceAccount(namespace, operatorName), wanted, signal);
    if (refused.length === 0)
      return ok(OPERATORS, `ServiceAccount ${namespace}/${operatorName} may do all that the operator does`);
    return fail(
      OPERATORS,
      `ServiceAccount ${namespace}/${operatorName} may not: ${describeAccess(refused)}`,
      'Apply the roles in deploy/, as `ap deploy` does.',
    );
  } catch (error) {
    if (isStatus(error, 403))
      return skip(OPERATORS, 'you may not ask what others may do (create subjectaccessreviews.authorization.k8s.io)');
    throw error;
  }
}
