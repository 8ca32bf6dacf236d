import type { Project } from '../model.ts';
import type { Files } from './kustomization.ts';
import { role, roleBinding } from './objects.ts';
import { leaseRules } from './rights.ts';
import type { Deployment } from './settings.ts';

/** The rights on the lease, where that is. */
export function leaderElectionFiles(project: Project, settings: Deployment): Files {
  const { operatorName, operator } = project;
  const namespace = operator.leaderElectionNamespace === '' ? settings.namespace : operator.leaderElectionNamespace;
  const name = `${operatorName}-leader-election`;
  return {
    'leader_election_role.yaml': role(
      project,
      name,
      namespace,
      leaseRules(operatorName),
      'The lease by which one operator of several is elected.',
    ),
    'leader_election_rolebinding.yaml': roleBinding(project, name, namespace, settings),
  };
}
