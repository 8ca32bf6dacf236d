import type { PolicyRule, Project } from '../model.ts';
import { role } from './objects.ts';

const VIEW = ['get', 'list', 'watch'];
const EDIT = ['create', 'delete', 'patch', 'update'];

interface UserRole {
  /** Of Kubernetes' own roles, the one that has these rights too. It hands them on: who may edit may view. */
  readonly of: 'view' | 'edit' | 'admin';
  readonly verbs: readonly string[];
  readonly header: string;
}

/** For people, by the end of the role's name. The operator itself uses none of them. */
const ROLES: Readonly<Record<string, UserRole>> = {
  viewer: {
    of: 'view',
    verbs: VIEW,
    header: 'For people who look at resources.',
  },
  editor: {
    of: 'edit',
    verbs: [...EDIT, ...VIEW],
    header: 'For people who make and change resources.',
  },
  admin: {
    of: 'admin',
    verbs: [...EDIT, 'deletecollection', ...VIEW],
    header: "For people who have charge of all resources of a namespace; their status is the operator's.",
  },
};

/**
 * ClusterRoles to view, edit and administer the operator's kind, by file name. Kubernetes adds them to its roles of these names, so that
 * whoever has one of those in a namespace has this there, too; a kind of cluster scope needs a ClusterRoleBinding.
 */
export function userRoles(project: Project): Readonly<Record<string, string>> {
  const kind = project.kind.toLowerCase();
  return Object.fromEntries(
    Object.entries(ROLES).map(([name, { of, verbs, header }]) => [
      `${kind}_${name}_role.yaml`,
      role(
        project,
        `${project.operatorName}-${kind}-${name}`,
        undefined,
        rules(project, verbs),
        `${header} Part of Kubernetes' role "${of}" wherever that is given.`,
        { [`rbac.authorization.k8s.io/aggregate-to-${of}`]: 'true' },
      ),
    ]),
  );
}

/** All that they grant. */
export function userRules(project: Project): readonly PolicyRule[] {
  return rules(project, [...new Set(Object.values(ROLES).flatMap(({ verbs }) => verbs))]);
}

function rules({ group, plural }: Project, verbs: readonly string[]): readonly PolicyRule[] {
  return [
    { apiGroups: [group], resources: [plural], verbs: verbs.toSorted((a, b) => a.localeCompare(b)) },
    { apiGroups: [group], resources: [`${plural}/status`], verbs: ['get'] },
  ];
}
