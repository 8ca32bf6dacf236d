import { SERVER } from '../../auth/user.ts';
import { formatTime } from '../../clock.ts';
import { ownWrite } from '../../verbs/api.ts';
import { create } from '../../verbs/create.ts';
import type { Api } from '../../verbs/api.ts';

export const NODES = '/nodes';
/** The address of the node, and of pods in its network. */
export const HOST_IP = '127.0.0.1';
export const MAX_PODS = 110;

const VERSION = 'v1.37.2';

/** Makes the node where there is none of that name, ready from the start and for ever. */
export function createNode(api: Api, name: string): void {
  const kind = api.kinds.findByKind('v1', 'Node');
  if (!kind || api.store.collection(NODES).get(name)) return;
  const now = formatTime(api.clock.now());
  const draft = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
      },
    },
    spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
    status: {
      addresses: [
        { type: 'InternalIP', address: HOST_IP },
        { type: 'Hostname', address: name },
      ],
      allocatable: { ...RESOURCES },
      capacity: { ...RESOURCES },
      conditions: conditions(now),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'autopilot://0',
        kernelVersion: '',
        kubeProxyVersion: '',
        kubeletVersion: VERSION,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'autopilot-devcluster',
        systemUUID: '',
      },
    },
  };
  kind.strategy.applyDefaults(draft);
  create(api, kind, undefined, draft, ownWrite(SERVER, 'kubelet'));
}

/** Of a large machine, so that what asks for too much is told so, and nothing else. */
const RESOURCES = { cpu: '16', 'ephemeral-storage': '100Gi', memory: '64Gi', pods: String(MAX_PODS) };

function conditions(now: string): object[] {
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  const fine = (type: string, reason: string, message: string): object => ({
    type,
    status: 'False',
    ...times,
    reason,
    message,
  });
  return [
    fine('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    fine('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    fine('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    { type: 'Ready', status: 'True', ...times, reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ];
}
