/** The checks of the level "baseline". Source: k8s.io/pod-security-admission/policy. */
import { isObject, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { quote } from '../../schema/go-text.ts';
import { names, plural, quoted, security, setters, sorted, theContainers } from './pod.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { Check } from './pod.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const APP_ARMOR_TYPES = new Set(['RuntimeDefault', 'Localhost']);

export const appArmorProfile: Check = ({ annotations, spec, containers }) => {
  const profile = (of: JsonObject): unknown => security(of, 'appArmorProfile');
  const bad = (of: JsonObject): boolean => isObject(profile(of)) && !APP_ARMOR_TYPES.has(typeOf(of));
  const typeOf = (of: JsonObject): string => stringAt(profile(of), 'type');
  const inPod = bad(spec);
  const within = containers.filter(bad);
  const values = sorted([...(inPod ? [typeOf(spec)] : []), ...within.map(typeOf)]);
  const forbidden = Object.entries(annotations)
    .filter(([name, value]) => name.startsWith(APP_ARMOR) && !/^($|runtime\/default$|localhost\/)/.test(text(value)))
    .map(([name, value]) => `${name}=${quote(text(value))}`)
    .sort();
  const annotation = forbidden.length > 0 ? [plural(forbidden.length, 'annotation')] : [];
  const who = [...setters(inPod, within), ...annotation];
  if (who.length === 0) return undefined;
  const all = [...values, ...forbidden];
  return {
    reason: plural(all.length, 'forbidden AppArmor profile'),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(all)}`,
  };
};

const CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const capabilities: Check = ({ containers }) => {
  const added = (container: JsonObject): string[] =>
    listAt(container, 'securityContext', 'capabilities', 'add')
      .map(text)
      .filter((name) => !CAPABILITIES.has(name));
  const bad = containers.filter((container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const what = quoted(sorted(bad.flatMap(added)));
  return {
    reason: 'non-default capabilities',
    detail: `${theContainers(bad)} must not include ${what} in securityContext.capabilities.add`,
  };
};

export const hostNamespaces: Check = ({ spec }) => {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
};

export const hostPathVolumes: Check = ({ spec }) => {
  const volumes = listAt(spec, 'volumes').filter((volume) => isObject(valueAt(volume, 'hostPath')));
  if (volumes.length === 0) return undefined;
  const which = quoted(names(volumes.filter(isObject)));
  return { reason: 'hostPath volumes', detail: `${plural(volumes.length, 'volume')} ${which}` };
};

export const hostPorts: Check = ({ containers }) => {
  const ports = (container: JsonObject): string[] =>
    listAt(container, 'ports').flatMap((port) => {
      const number = valueAt(port, 'hostPort');
      return typeof number === 'number' && number !== 0 ? [String(number)] : [];
    });
  const bad = containers.filter((container) => ports(container).length > 0);
  if (bad.length === 0) return undefined;
  const used = sorted(bad.flatMap(ports));
  const verb = plural(bad.length, 'uses', 'use');
  return {
    reason: 'hostPort',
    detail: `${theContainers(bad)} ${verb} ${plural(used.length, 'hostPort')} ${used.join(', ')}`,
  };
};

const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

export const hostProbes: Check = ({ containers }) => {
  const hosts = (container: JsonObject): string[] =>
    HANDLERS.flatMap((path) =>
      ['httpGet', 'tcpSocket'].map((action) => stringAt(container, ...path, action, 'host')),
    ).filter((host) => host !== '');
  const bad = containers.filter((container) => hosts(container).length > 0);
  if (bad.length === 0) return undefined;
  const who = sorted(names(bad));
  const used = sorted(bad.flatMap(hosts));
  const what = `${plural(used.length, 'probe or lifecycle host')} ${quoted(used)}`;
  const verb = plural(who.length, 'uses', 'use');
  return {
    reason: 'probe or lifecycle host',
    detail: `${plural(who.length, 'container')} ${quoted(who)} ${verb} ${what}`,
  };
};

export const privileged: Check = ({ containers }) => {
  const bad = containers.filter((container) => security(container, 'privileged') === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${theContainers(bad)} must not set securityContext.privileged=true` };
};

export const procMount: Check = ({ containers }) => {
  const type = (container: JsonObject): string => text(security(container, 'procMount'));
  const bad = containers.filter((container) => !['', 'Default'].includes(type(container)));
  if (bad.length === 0) return undefined;
  const types = quoted(sorted(bad.map(type)));
  return { reason: 'procMount', detail: `${theContainers(bad)} must not set securityContext.procMount to ${types}` };
};

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

export const seLinuxOptions =
  (...more: readonly string[]): Check =>
  ({ spec, containers }) => {
    const options = (of: JsonObject): unknown => security(of, 'seLinuxOptions');
    const member = (of: JsonObject, name: string): string => stringAt(options(of), name);
    const badType = (of: JsonObject): boolean => ![...SELINUX_TYPES, ...more].includes(member(of, 'type'));
    const bad = (of: JsonObject): boolean => badType(of) || member(of, 'user') !== '' || member(of, 'role') !== '';
    const all = [spec, ...containers].filter(bad);
    if (all.length === 0) return undefined;
    const types = sorted(all.filter(badType).map((of) => member(of, 'type')));
    const what = [
      ...(types.length > 0 ? [`${plural(types.length, 'type')} ${quoted(types)}`] : []),
      ...['user', 'role']
        .filter((name) => all.some((of) => member(of, name) !== ''))
        .map((name) => `${name} may not be set`),
    ];
    const who = setters(bad(spec), containers.filter(bad)).join(' and ');
    return {
      reason: 'seLinuxOptions',
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
    };
  };

const SECCOMP_TYPES = new Set(['RuntimeDefault', 'Localhost']);
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/';

/** Whether the profile of a pod or container is set, to one that is not allowed where `bad`. */
export function seccomp(of: JsonObject): { readonly set: boolean; readonly bad: boolean; readonly type: string } {
  const profile = security(of, 'seccompProfile');
  const type = stringAt(profile, 'type');
  return { set: isObject(profile), bad: isObject(profile) && !SECCOMP_TYPES.has(type), type };
}

/** Before profiles were fields, they were annotations. */
export const seccompAnnotations: Check = ({ annotations, containers }) => {
  const all = [`${SECCOMP}pod`, ...names(containers).map((name) => `container.${SECCOMP}${name}`)];
  const bad = all.filter(
    (name) =>
      Object.hasOwn(annotations, name) &&
      !/^(runtime\/default$|docker\/default$|localhost\/)/.test(text(annotations[name])),
  );
  if (bad.length === 0) return undefined;
  const what = sorted(bad.map((name) => `${name}=${quote(text(annotations[name]))}`));
  return { reason: 'seccompProfile', detail: `forbidden ${plural(what.length, 'annotation')} ${what.join(', ')}` };
};

export const seccompProfile: Check = ({ spec, containers }) => {
  const all = [spec, ...containers].filter((of) => seccomp(of).bad);
  if (all.length === 0) return undefined;
  const who = setters(
    seccomp(spec).bad,
    containers.filter((of) => seccomp(of).bad),
  ).join(' and ');
  const types = quoted(sorted(all.map((of) => seccomp(of).type)));
  return { reason: 'seccompProfile', detail: `${who} must not set securityContext.seccompProfile.type to ${types}` };
};

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];

export const sysctls =
  (...more: readonly string[]): Check =>
  ({ spec }) => {
    const set = listAt(spec, 'securityContext', 'sysctls').map((sysctl) => stringAt(sysctl, 'name'));
    const bad = set.filter((name) => ![...SYSCTLS, ...more].includes(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };

export const windowsHostProcess: Check = ({ spec, containers }) => {
  const bad = (of: JsonObject): boolean => security(of, 'windowsOptions', 'hostProcess') === true;
  const who = setters(bad(spec), containers.filter(bad));
  if (who.length === 0) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};
