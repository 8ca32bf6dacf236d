import * as baseline from './baseline.ts';
import * as restricted from './restricted.ts';
import { unlessOwnUsers, unlessWindows } from './restricted.ts';
import type { Check, PodView, Violation } from './pod.ts';
import type { LevelVersion } from './policy.ts';

/** A check as it is from a minor version on. */
interface Since {
  readonly since: number;
  readonly check: Check;
  /** The check of "baseline" that this one of "restricted" takes the place of. */
  readonly instead?: string;
}

const RESERVED_PORTS = 'net.ipv4.ip_local_reserved_ports';
const KEEPALIVE = [
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const BUFFERS = ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];
const IDLE = ['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'];

/** By the names that decide on their order. */
const BASELINE: Readonly<Record<string, readonly Since[]>> = {
  appArmorProfile: [{ since: 0, check: baseline.appArmorProfile }],
  capabilities_baseline: [{ since: 0, check: baseline.capabilities }],
  hostNamespaces: [{ since: 0, check: baseline.hostNamespaces }],
  hostPathVolumes: [{ since: 0, check: baseline.hostPathVolumes }],
  hostPorts: [{ since: 0, check: baseline.hostPorts }],
  hostProbesAndHostLifecycle: [{ since: 34, check: baseline.hostProbes }],
  privileged: [{ since: 0, check: baseline.privileged }],
  procMount: [
    { since: 0, check: baseline.procMount },
    { since: 35, check: unlessOwnUsers(baseline.procMount) },
  ],
  seLinuxOptions: [
    { since: 0, check: baseline.seLinuxOptions() },
    { since: 31, check: baseline.seLinuxOptions('container_engine_t') },
  ],
  seccompProfile_baseline: [
    { since: 0, check: baseline.seccompAnnotations },
    { since: 19, check: baseline.seccompProfile },
  ],
  sysctls: [
    { since: 0, check: baseline.sysctls() },
    { since: 27, check: baseline.sysctls(RESERVED_PORTS) },
    { since: 29, check: baseline.sysctls(RESERVED_PORTS, ...KEEPALIVE) },
    { since: 32, check: baseline.sysctls(RESERVED_PORTS, ...KEEPALIVE, ...BUFFERS) },
    { since: 37, check: baseline.sysctls(RESERVED_PORTS, ...KEEPALIVE, ...BUFFERS, ...IDLE) },
  ],
  windowsHostProcess: [{ since: 0, check: baseline.windowsHostProcess }],
};

const RESTRICTED: Readonly<Record<string, readonly Since[]>> = {
  allowPrivilegeEscalation: [
    { since: 8, check: restricted.allowPrivilegeEscalation },
    { since: 25, check: unlessWindows(restricted.allowPrivilegeEscalation) },
  ],
  capabilities_restricted: [
    { since: 22, check: restricted.droppedCapabilities, instead: 'capabilities_baseline' },
    { since: 25, check: unlessWindows(restricted.droppedCapabilities), instead: 'capabilities_baseline' },
  ],
  procMount_restricted: [{ since: 35, check: baseline.procMount, instead: 'procMount' }],
  restrictedVolumes: [{ since: 0, check: restricted.volumeTypes, instead: 'hostPathVolumes' }],
  runAsNonRoot: [
    { since: 0, check: restricted.runAsNonRoot },
    { since: 35, check: unlessOwnUsers(restricted.runAsNonRoot) },
  ],
  runAsUser: [
    { since: 23, check: restricted.runAsUser },
    { since: 35, check: unlessOwnUsers(restricted.runAsUser) },
  ],
  seccompProfile_restricted: [
    { since: 19, check: restricted.someSeccompProfile, instead: 'seccompProfile_baseline' },
    { since: 25, check: unlessWindows(restricted.someSeccompProfile), instead: 'seccompProfile_baseline' },
  ],
};

/** What keeps a pod from a level, in the order in which it is told. */
export function violations({ level, version }: LevelVersion, pod: PodView): readonly Violation[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? Infinity : version;
  const strict = level === 'restricted' ? inVersion(RESTRICTED, minor) : [];
  const replaced = new Set(strict.map(([, { instead }]) => instead));
  const all = [...inVersion(BASELINE, minor).filter(([name]) => !replaced.has(name)), ...strict];
  return all.map(([, { check }]) => check(pod)).filter((violation) => violation !== undefined);
}

function inVersion(checks: Readonly<Record<string, readonly Since[]>>, minor: number): [string, Since][] {
  return Object.entries(checks).flatMap(([name, versions]): [string, Since][] => {
    const found = versions.findLast(({ since }) => since <= minor);
    return found ? [[name, found]] : [];
  });
}

/** `privileged (container "a" must not …), hostPort (…)` */
export function told(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}
