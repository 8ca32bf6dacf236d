/** Random requests for a Deployment. */
import type { Random } from './random.ts';
import { text, type Generator, type Make } from './random-steps.ts';

const names: Make = (random) => Object.fromEntries(random.some(['a', 'b', 'c'], 0.4).map((key) => [key, text(random)]));

const quantity: Make = (random) => random.pick<unknown>(['1', '1000m', '0.5', '500m', 1, '1Gi', '1024Mi', '']);

const resources: Make = (random) => ({
  ...(random.chance(0.6) && {
    limits: Object.fromEntries(random.some(['cpu', 'memory'], 0.6).map((key) => [key, quantity(random)])),
  }),
});

const environment: Make = (random) => random.some(['A', 'B', 'C'], 0.5, true).map((name) => variable(random, name));

function variable(random: Random, name: string): object {
  return random.chance(0.7)
    ? { name, ...(random.chance(0.8) && { value: text(random) }) }
    : { name, valueFrom: { configMapKeyRef: { name: text(random), key: 'k' } } };
}

const ports: Make = (random) => random.some([80, 81, 82], 0.5, true).map((number) => port(random, number));

function port(random: Random, containerPort: number): object {
  return {
    containerPort,
    ...(random.chance(0.3) && { protocol: random.pick(['TCP', 'UDP']) }),
    ...(random.chance(0.4) && { name: `p${containerPort}` }),
  };
}

const mounts: Make = (random) => random.some(['/x', '/y'], 0.4, true).map((mountPath) => mount(random, mountPath));

function mount(random: Random, mountPath: string): object {
  return { name: 'data', mountPath, ...(random.chance(0.3) && { readOnly: random.chance(0.5) }) };
}

const probe: Make = (random) => ({
  ...(random.chance(0.5)
    ? { httpGet: { path: '/', port: random.pick<unknown>([80, 'web']) } }
    : { exec: { command: [text(random)] } }),
  ...(random.chance(0.4) && { periodSeconds: random.below(3) }),
  ...(random.chance(0.3) && { timeoutSeconds: null }),
});

function container(random: Random, name: string): object {
  return {
    name,
    ...(random.chance(0.9) && { image: random.pick(['nginx', 'nginx:1', 'nginx:latest']) }),
    ...(random.chance(0.3) && { env: environment(random) }),
    ...(random.chance(0.3) && { ports: ports(random) }),
    ...(random.chance(0.3) && { resources: resources(random) }),
    ...(random.chance(0.2) && { volumeMounts: mounts(random) }),
    ...(random.chance(0.2) && { args: random.some(['x', 'y'], 0.6, true) }),
    ...(random.chance(0.2) && { readinessProbe: probe(random) }),
    ...(random.chance(0.1) && { command: null }),
    ...(random.chance(0.1) && { securityContext: random.pick<unknown>([{}, { runAsNonRoot: true }]) }),
  };
}

const volumes: Make = (random) => [
  { name: 'data', ...(random.chance(0.6) ? { emptyDir: {} } : { configMap: { name: text(random) } }) },
  ...(random.chance(0.3) ? [{ name: 'more', secret: { secretName: text(random), defaultMode: 288 } }] : []),
];

const template: Make = (random) => ({
  metadata: { labels: { app: 'web', ...(random.chance(0.3) && { extra: text(random) }) } },
  spec: {
    containers: random.some(['web', 'side', 'third'], 0.6, true).map((name) => container(random, name)),
    ...(random.chance(0.5) && { volumes: volumes(random) }),
    ...(random.chance(0.2) && { nodeSelector: names(random) }),
    ...(random.chance(0.2) && { serviceAccountName: text(random) }),
    ...(random.chance(0.2) && { terminationGracePeriodSeconds: random.below(3) }),
    ...(random.chance(0.2) && {
      tolerations: random.some(['a', 'b'], 0.6, true).map((key) => ({ key, operator: 'Exists' })),
    }),
    ...(random.chance(0.2) && { imagePullSecrets: random.some(['s', 't'], 0.6, true).map((name) => ({ name })) }),
    ...(random.chance(0.1) && { initContainers: [container(random, 'init')] }),
    ...(random.chance(0.1) && { securityContext: random.pick<unknown>([{}, null, { fsGroup: 5 }]) }),
  },
});

export const DEPLOYMENTS: Generator = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  strategic: true,
  part: 'spec',
  members: {
    replicas: (random) => random.below(3),
    minReadySeconds: (random) => random.below(3),
    paused: (random) => random.chance(0.5),
    strategy: (random) =>
      random.pick<unknown>([
        { type: 'Recreate' },
        { type: 'Recreate', rollingUpdate: null },
        { type: 'RollingUpdate' },
        { rollingUpdate: { maxSurge: 1 } },
        { rollingUpdate: { maxUnavailable: '50%' } },
      ]),
    revisionHistoryLimit: (random) => random.pick<unknown>([5, null]),
    progressDeadlineSeconds: (random) => random.pick([60, 600]),
    template,
  },
  always: (random) => ({
    selector: { matchLabels: { app: 'web' } },
    template: template(random),
  }),
  wrong: { unknown: 'x', replicas: 'x', selector: { matchLabels: { other: 'x' } } },
};
