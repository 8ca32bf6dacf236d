import type { PolicyRule } from '../../project/model.ts';

/** One grant, `configmaps: get`. */
export interface Grant {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  /** Of the one object that it is for; undefined: for all. */
  readonly name: string | undefined;
}

export const grantsOf = (rules: readonly PolicyRule[]): readonly Grant[] =>
  rules.flatMap(({ apiGroups = [], resources = [], resourceNames: [name] = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb, name }))),
    ),
  );

export const rulesOf = (grants: readonly Grant[]): readonly PolicyRule[] =>
  grants.map(({ group, resource, verb, name }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
    ...(name !== undefined && { resourceNames: [name] }),
  }));
