import { BUILTIN_RESOURCES } from '../catalogue/catalogue.ts';
import type { PolicyRule, Project, ResourceParameter } from '../model.ts';

/**
 * The least rights with which an operator can do all that its project describes; it sends nothing else. Where it watches one
 * namespace, `namespaced` holds what belongs there, and `cluster` what a project reads beyond it and kinds that have no
 * namespace. Where it watches all, everything is in `cluster`.
 */
export interface Rights {
  readonly namespaced: readonly PolicyRule[];
  readonly cluster: readonly PolicyRule[];
}

type Place = keyof Rights;

/**
 * The first write of an output creates it, and a 409 is followed by one GET; later writes are server-side apply, which needs
 * `create` wherever it may create. Outputs are found again by list and watch, and pruned.
 */
const OUTPUT_VERBS = ['create', 'delete', 'get', 'list', 'patch', 'watch'];
const INPUT_VERBS = ['list', 'watch'];
/** An event is made, and counted when the same happens again. */
const EVENTS = { group: 'events.k8s.io', resource: 'events', verbs: ['create', 'patch'] };
/** Patches are applied to objects that are there; what they hold is found again by list and watch. */
const PATCH_VERBS = ['list', 'patch', 'watch'];

export function rightsOf(project: Project, watch: Place): Rights {
  const { group, plural } = project;
  const home: Place = project.scope === 'Cluster' ? 'cluster' : watch;
  const placeOf = ({ namespaced }: ResourceParameter, anywhere: boolean): Place =>
    namespaced && !anywhere ? home : 'cluster';
  const grants: Grant[] = [
    // GET: a fresh read tells a lost compare-and-swap from a refused one.
    {
      place: home,
      group,
      resource: plural,
      verbs: ['get', 'list', 'watch', ...(hasFinalizer(project) ? ['patch'] : [])],
    },
    { place: home, group, resource: `${plural}/status`, verbs: ['patch'] },
    { place: home, group: EVENTS.group, resource: EVENTS.resource, verbs: EVENTS.verbs },
  ];
  for (const { inputs, outputs } of [...project.phases, project.finalizer]) {
    for (const { parameter, namespace } of inputs) {
      if (parameter.type === 'metrics') continue;
      const place = placeOf(parameter, namespace === 'any');
      grants.push({ place, group: parameter.group, resource: parameter.plural, verbs: INPUT_VERBS });
    }
    for (const { parameter, namespace } of outputs) {
      grants.push({
        place: placeOf(parameter, namespace === 'any'),
        group: parameter.group,
        resource: parameter.plural,
        verbs: OUTPUT_VERBS,
      });
    }
  }
  for (const { parameter } of project.phases.flatMap(({ patches }) => patches)) {
    const place = placeOf(parameter, false);
    grants.push({ place, group: parameter.group, resource: parameter.plural, verbs: PATCH_VERBS });
  }
  const own = project.rbac.flatMap((rule) => placed(rule, project, home));
  const rulesFor = (place: Place) => [
    ...rulesOf(grants, place),
    ...own.filter((each) => each.place === place).map(({ rule }) => rule),
  ];
  return { namespaced: rulesFor('namespaced'), cluster: rulesFor('cluster') };
}

/** Whether resources get a finalizer: the project has one, or makes what no owner reference can be on, or patches what is others'. */
function hasFinalizer({ enableFinalizer, scope, phases }: Project): boolean {
  const beyond = phases.some(({ outputs }) => outputs.some(({ namespace }) => namespace === 'any'));
  const patches = phases.some((phase) => phase.patches.length > 0);
  return enableFinalizer || (scope === 'Namespaced' && beyond) || patches;
}

/** The operator's own lease, by name; a creation cannot be bound to a name. */
export function leaseRules(name: string): readonly PolicyRule[] {
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return [
    { ...leases, verbs: ['create'] },
    { ...leases, resourceNames: [name], verbs: ['list', 'patch', 'watch'] },
  ];
}

/**
 * Of an operator that watches another namespace than its own: what becomes of its configuration it tells by events about its pod, which are
 * in the pod's namespace.
 */
export const HOME_RULES: readonly PolicyRule[] = [
  { apiGroups: [EVENTS.group], resources: [EVENTS.resource], verbs: EVENTS.verbs },
];

interface Grant {
  readonly place: Place;
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

/** One rule for all resources of a group with the same verbs; what is granted in the whole cluster is left out of a namespace. */
function rulesOf(grants: readonly Grant[], place: Place): readonly PolicyRule[] {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>();
  const seen = new Set<string>();
  for (const { group, resource } of grants) {
    const name = `${group}/${resource}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const verbsIn = (where: Place) =>
      grants
        .filter((each) => each.place === where && each.group === group && each.resource === resource)
        .flatMap(({ verbs }) => verbs);
    const elsewhere = place === 'namespaced' ? verbsIn('cluster') : [];
    const verbs = [...new Set(verbsIn(place))]
      .filter((verb) => !elsewhere.includes(verb))
      .toSorted((a, b) => a.localeCompare(b));
    if (verbs.length === 0) continue;
    const key = [group, ...verbs].join(' ');
    const rule = rules.get(key) ?? { apiGroups: [group], resources: [], verbs };
    rule.resources.push(resource);
    rules.set(key, rule);
  }
  return [...rules.values()];
}

/**
 * A rule of the user's: what has no namespace, or is written in any, cannot stand in a Role. Kinds that nobody declared count as
 * namespaced.
 */
function placed(rule: PolicyRule, project: Project, home: Place): readonly { place: Place; rule: PolicyRule }[] {
  if (home === 'cluster' || rule.nonResourceURLs) return [{ place: 'cluster', rule }];
  const clusterWide = (rule.resources ?? []).filter((resource) =>
    isClusterWide(rule.apiGroups ?? [], resource, project),
  );
  if (clusterWide.length === 0) return [{ place: home, rule }];
  const namespaced = (rule.resources ?? []).filter((resource) => !clusterWide.includes(resource));
  return [
    ...(namespaced.length > 0 ? [{ place: home, rule: { ...rule, resources: namespaced } }] : []),
    { place: 'cluster', rule: { ...rule, resources: clusterWide } },
  ];
}

function isClusterWide(groups: readonly string[], resource: string, project: Project): boolean {
  const [plural] = resource.split('/');
  const is = (kind: ResourceParameter): boolean => kind.plural === plural && groups.includes(kind.group);
  const outputs = [...project.phases, project.finalizer].flatMap((phase) => phase.outputs);
  return (
    [...BUILTIN_RESOURCES, ...project.customParameters].some(
      (kind) => kind.type === 'resource' && !kind.namespaced && is(kind),
    ) || outputs.some(({ parameter, namespace }) => namespace === 'any' && is(parameter))
  );
}
