/** The checks that the level "restricted" has beside those of "baseline". Source: k8s.io/pod-security-admission/policy. */
import { isObject, listAt, stringAt } from '../../schema/json.ts';
import { seccomp, seccompProfile } from './baseline.ts';
import { names, plural, quoted, security, setters, sorted, theContainers } from './pod.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { Check, PodView } from './pod.ts';

/** What holds for Linux only is not asked of pods that say that they are for Windows. */
export const unlessWindows =
  (check: Check): Check =>
  (pod) =>
    stringAt(pod.spec, 'os', 'name') === 'windows' ? undefined : check(pod);

/** What is harmless for users that are none outside of the pod is not asked of pods with users of their own. */
export const unlessOwnUsers =
  (check: Check): Check =>
  (pod) =>
    hasOwnUsers(pod) ? undefined : check(pod);

function hasOwnUsers({ spec }: PodView): boolean {
  return spec['hostUsers'] === false;
}

export const allowPrivilegeEscalation: Check = ({ containers }) => {
  const bad = containers.filter((container) => security(container, 'allowPrivilegeEscalation') !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${theContainers(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

export const droppedCapabilities: Check = ({ containers }) => {
  const keeping = containers.filter(
    (container) => !listAt(container, 'securityContext', 'capabilities', 'drop').includes('ALL'),
  );
  const added = (container: JsonObject): string[] =>
    listAt(container, 'securityContext', 'capabilities', 'add')
      .map((name) => (typeof name === 'string' ? name : ''))
      .filter((name) => name !== 'NET_BIND_SERVICE');
  const adding = containers.filter((container) => added(container).length > 0);
  const details: string[] = [];
  if (keeping.length > 0) details.push(`${theContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const what = quoted(sorted(adding.flatMap(added)));
    details.push(`${theContainers(adding)} must not include ${what} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export const volumeTypes: Check = ({ spec }) => {
  const bad = listAt(spec, 'volumes')
    .filter(isObject)
    .filter((volume) => !VOLUMES.some((type) => isObject(volume[type])));
  if (bad.length === 0) return undefined;
  const types = sorted(
    bad.map((volume) => Object.keys(volume).find((member) => isObject(volume[member])) ?? 'unknown'),
  );
  const what = `${plural(types.length, 'restricted volume type')} ${quoted(types)}`;
  const verb = plural(bad.length, 'uses', 'use');
  return {
    reason: 'restricted volume types',
    detail: `${plural(bad.length, 'volume')} ${quoted(names(bad))} ${verb} ${what}`,
  };
};

export const runAsNonRoot: Check = ({ spec, containers }) => {
  const asked = (of: JsonObject): unknown => security(of, 'runAsNonRoot');
  const reason = 'runAsNonRoot != true';
  const who = setters(
    asked(spec) === false,
    containers.filter((container) => asked(container) === false),
  );
  if (who.length > 0) {
    return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  }
  const silent = containers.filter((container) => asked(container) === undefined);
  if (asked(spec) === true || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${theContainers(silent)} must set securityContext.runAsNonRoot=true` };
};

export const runAsUser: Check = ({ spec, containers }) => {
  const root = (of: JsonObject): boolean => security(of, 'runAsUser') === 0;
  const who = setters(root(spec), containers.filter(root));
  if (who.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` };
};

export const someSeccompProfile: Check = (pod) => {
  const { spec, containers } = pod;
  const bad = seccompProfile(pod);
  if (bad) return bad;
  const silent = containers.filter((container) => !seccomp(container).set);
  if (seccomp(spec).set || silent.length === 0) return undefined;
  const types = '"RuntimeDefault" or "Localhost"';
  return {
    reason: 'seccompProfile',
    detail: `pod or ${theContainers(silent)} must set securityContext.seccompProfile.type to ${types}`,
  };
};
