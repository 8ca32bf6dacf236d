/** Random requests for a Service and for a ConfigMap. */
import { text, type Generator, type Make } from './random-steps.ts';

const ports: Make = (random) =>
  random.some([80, 81, 82], 0.5, true).flatMap((port) => [
    {
      port,
      name: `p${port}`,
      ...(random.chance(0.3) && { protocol: random.pick(['TCP', 'UDP']) }),
      ...(random.chance(0.4) && { targetPort: random.pick<unknown>([80, 'web', 8080]) }),
      ...(random.chance(0.1) && { appProtocol: 'http' }),
    },
  ]);

export const SERVICES: Generator = {
  apiVersion: 'v1',
  kind: 'Service',
  strategic: true,
  part: 'spec',
  members: {
    ports,
    selector: (random) => Object.fromEntries(random.some(['a', 'b'], 0.5).map((key) => [key, text(random)])),
    type: (random) => random.pick(['ClusterIP', 'NodePort', 'LoadBalancer']),
    clusterIP: (random) => random.pick<unknown>(['None', '', null]),
    sessionAffinity: (random) => random.pick(['None', 'ClientIP']),
    externalIPs: (random) => random.some(['1.2.3.4', '5.6.7.8'], 0.5, true),
    externalTrafficPolicy: (random) => random.pick(['Cluster', 'Local']),
    publishNotReadyAddresses: (random) => random.chance(0.5),
    allocateLoadBalancerNodePorts: (random) => random.chance(0.5),
    ipFamilyPolicy: (random) => random.pick(['SingleStack', 'PreferDualStack']),
  },
  always: () => ({ ports: [{ port: 80, name: 'p80' }] }),
  wrong: { unknown: 'x', ports: [{ port: 0 }] },
};

export const CONFIG_MAPS: Generator = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  strategic: true,
  part: '',
  members: {
    data: (random) => Object.fromEntries(random.some(['a', 'b', 'c'], 0.5).map((key) => [key, text(random)])),
    // An empty one does not equal none, for an immutable one.
    binaryData: (random) => ({ d: random.pick(['AAAA', 'AAAB']) }),
    immutable: (random) => random.pick<unknown>([false, null, false, true]),
  },
  wrong: { unknown: 'x', data: { a: 5 } },
};
