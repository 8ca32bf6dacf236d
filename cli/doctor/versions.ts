import { ok, warn, type Finding } from './finding.ts';

/** What aggregated discovery needs, by which `ap` learns what a cluster serves. */
const OLDEST_MINOR = 30;

/** The minor of `v1.37.2`; undefined for what is no version of Kubernetes 1. */
export function minorOf(version: string): number | undefined {
  const [, minor] = /^v?1\.(\d+)/.exec(version) ?? [];
  return minor === undefined ? undefined : Number(minor);
}

export function checkServerVersion(server: string, version: string): Finding {
  const minor = minorOf(version);
  return minor !== undefined && minor < OLDEST_MINOR
    ? warn(
        'cluster',
        `${server}, Kubernetes ${version}`,
        `Take Kubernetes 1.${OLDEST_MINOR} or newer: \`ap deploy\` and others ask older ones what they cannot answer.`,
      )
    : ok('cluster', `${server}, Kubernetes ${version}`);
}

/** kubectl is supported within one minor version of the server. Source: https://kubernetes.io/releases/version-skew-policy/ */
export function checkSkew(kubectl: string, server: string): Finding | undefined {
  const [ours, theirs] = [minorOf(kubectl), minorOf(server)];
  if (ours === undefined || theirs === undefined || Math.abs(ours - theirs) <= 1) return undefined;
  return warn(
    'kubectl',
    `${kubectl} is ${Math.abs(ours - theirs)} minor versions ${ours < theirs ? 'older' : 'newer'} than the server, ${server}`,
    `Take kubectl of 1.${theirs}.`,
  );
}
