import { formatTime } from '../clock.ts';
import { forbidden } from '../http/status.ts';
import { isArray, isObject, listAt, objectAt, stringAt, valueAt } from '../schema/json.ts';
import { generateName } from '../verbs/generated-name.ts';
import { qosClass } from './qos-class.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

export const PODS = '/pods';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOLERATION_SECONDS = 300;

const GATED = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/**
 * What the real server's admission plugins add to a new pod: its service account and the token's volume (ServiceAccount), its
 * priority (Priority), the tolerations of nodes that fail (DefaultTolerationSeconds).
 */
export function admitPod(api: Api, draft: Draft): void {
  const spec = draft['spec'];
  if (!isObject(spec)) return;
  addServiceAccount(api, draft, spec);
  addPriority(api, draft, spec);
  addTolerations(spec);
  const conditions =
    listAt(spec, 'schedulingGates').length > 0
      ? { conditions: [{ ...GATED, lastTransitionTime: formatTime(api.clock.now()) }] }
      : {};
  draft['status'] = { ...objectAt(draft, 'status'), phase: 'Pending', ...conditions, qosClass: qosClass(spec) };
}

function refuse(draft: Draft, why: string): never {
  throw forbidden({ group: '', resource: 'pods' }, draft.metadata.name, why);
}

function addServiceAccount(api: Api, draft: Draft, spec: JsonObject): void {
  const { namespace = '' } = draft.metadata;
  const name = stringAt(spec, 'serviceAccountName') || 'default';
  spec['serviceAccountName'] = name;
  spec['serviceAccount'] = name;
  const account = api.store.collection('/serviceaccounts').get(`${namespace}/${name}`);
  if (!account) {
    refuse(
      draft,
      `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
    );
  }
  if (listAt(spec, 'imagePullSecrets').length === 0) {
    const secrets = listAt(account, 'imagePullSecrets');
    if (secrets.length > 0) spec['imagePullSecrets'] = secrets;
  }
  const automount = valueAt(spec, 'automountServiceAccountToken') ?? account['automountServiceAccountToken'] ?? true;
  if (automount === true) mountToken(spec);
}

function mountToken(spec: JsonObject): void {
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')].filter(isObject);
  const without = containers.filter((container) => !listAt(container, 'volumeMounts').some(mountsToken));
  if (without.length === 0) return;
  const name = generateName('kube-api-access-');
  for (const container of without) {
    const mounts = listAt(container, 'volumeMounts');
    container['volumeMounts'] = [...mounts, { name, readOnly: true, mountPath: TOKEN_PATH }];
  }
  spec['volumes'] = [...listAt(spec, 'volumes'), { name, projected: tokenSources() }];
}

function mountsToken(mount: unknown): boolean {
  return stringAt(mount, 'mountPath') === TOKEN_PATH;
}

function tokenSources(): object {
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 420,
  };
}

function addPriority(api: Api, draft: Draft, spec: JsonObject): void {
  const classes = api.store.collection('scheduling.k8s.io/priorityclasses');
  const name = stringAt(spec, 'priorityClassName');
  const found =
    name === '' ? [...classes.values()].find((other) => other['globalDefault'] === true) : classes.get(name);
  if (!found && name !== '') refuse(draft, `no PriorityClass with name ${name} was found`);
  if (found) spec['priorityClassName'] = found.metadata.name;
  spec['priority'] = found ? found['value'] : 0;
  spec['preemptionPolicy'] ??= found?.['preemptionPolicy'] ?? 'PreemptLowerPriority';
}

function addTolerations(spec: JsonObject): void {
  const tolerations = listAt(spec, 'tolerations');
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) => !tolerations.some((toleration) => tolerates(toleration, key)),
  );
  if (missing.length === 0) return;
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: TOLERATION_SECONDS,
  }));
  spec['tolerations'] = isArray(spec['tolerations']) ? [...tolerations, ...added] : added;
}

function tolerates(toleration: unknown, key: string): boolean {
  const own = stringAt(toleration, 'key');
  const effect = stringAt(toleration, 'effect');
  return (own === key || own === '') && (effect === 'NoExecute' || effect === '');
}
