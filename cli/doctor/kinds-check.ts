import type { Project, ResourceParameter } from '../../project/model.ts';
import { apiVersionOf } from '../../runtime/kube/paths.ts';
import type { ServedKinds } from '../cluster/discovery.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const CHECK = 'kinds';

/** What brings kinds that a cluster does not have by itself, by their group. */
const INSTALLED_BY: readonly (readonly [RegExp, string])[] = [
  [/\.istio\.io$/, 'Install Istio: `istioctl install`, or its chart `base` for the kinds alone.'],
  [/^gateway\.networking\.k8s\.io$/, "Install the Gateway API's kinds: https://gateway-api.sigs.k8s.io/guides/."],
  [/(^|\.)linkerd\.io$/, 'Install Linkerd: `linkerd install --crds`.'],
];

/** A kind that is used, and by whom. */
interface Use {
  readonly kind: ResourceParameter;
  readonly users: string[];
}

/** Every kind that phases and the finalizer use, each once. */
export function usedKinds({ phases, finalizer }: Project): readonly Use[] {
  const uses = new Map<string, Use>();
  const add = (user: string, parameter: ResourceParameter): void => {
    const key = `${apiVersionOf(parameter)} ${parameter.kind}`;
    const use = uses.get(key) ?? { kind: parameter, users: [] };
    if (!use.users.includes(user)) use.users.push(user);
    uses.set(key, use);
  };
  for (const { name, inputs, outputs, patches } of phases) {
    for (const { parameter } of inputs) if (parameter.type === 'resource') add(name, parameter);
    for (const { parameter } of [...outputs, ...patches]) add(name, parameter);
  }
  for (const { parameter } of finalizer.inputs) if (parameter.type === 'resource') add('the finalizer', parameter);
  for (const { parameter } of finalizer.outputs) add('the finalizer', parameter);
  return [...uses.values()];
}

/** The kinds that the project's phases need against those that the cluster serves. */
export function checkKinds(project: Project, served: ServedKinds): readonly Finding[] {
  const uses = usedKinds(project);
  const findings = uses.flatMap((use) => checkKind(use, served));
  if (findings.length > 0) return findings;
  return [
    ok(
      CHECK,
      uses.length === 0
        ? 'phases use none'
        : `the cluster serves all that phases use: ${uses.map(({ kind }) => kind.plural).join(', ')}`,
    ),
  ];
}

function checkKind({ kind, users }: Use, served: ServedKinds): readonly Finding[] {
  const apiVersion = apiVersionOf(kind);
  const name = `${kind.kind} (${apiVersion})`;
  const found = served.find(apiVersion, kind.kind);
  if (found) {
    if (found.type.namespaced === kind.namespaced && found.type.plural === kind.plural) return [];
    const is = `${found.type.namespaced ? 'Namespaced' : 'Cluster'}, as ${found.type.plural}`;
    return [
      fail(
        CHECK,
        `${name} is served with another scope or name: ${is}`,
        'Correct `scope` and `plural` of it under customParameters in autopilot.yaml.',
      ),
    ];
  }
  const needs = `which ${users.join(', ')} ${users.length > 1 ? 'need' : 'needs'}`;
  if (served.unavailable.includes(apiVersion))
    return [
      warn(
        CHECK,
        `whether ${name}, ${needs}, is served is not known: the API server of ${apiVersion} does not answer`,
        `See what is wrong with it: kubectl get apiservice ${kind.version}.${kind.group}`,
      ),
    ];
  const others = served.preferred.filter(({ type }) => type.group === kind.group && type.kind === kind.kind);
  if (others.length > 0)
    return [
      fail(
        CHECK,
        `the cluster does not serve ${name}, ${needs}, but ${others.map(({ type }) => type.version).join(', ')}`,
        'Update what brings the kind, or take that version in autopilot.yaml.',
      ),
    ];
  const how = INSTALLED_BY.find(([group]) => group.test(kind.group))?.[1] ?? 'Install what brings the kind.';
  return [
    fail(
      CHECK,
      `the cluster does not have ${name}, ${needs}`,
      `${how} Until then resources wait in these phases (InputKindMissing).`,
    ),
  ];
}
