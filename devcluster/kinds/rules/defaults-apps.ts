/** Source: defaults.go of k8s.io/kubernetes/pkg/apis/{apps,batch,autoscaling}. */
import { deepCopy, isObject, listAt, objectAt, type JsonObject } from '../../schema/json.ts';
import { isUnset, setDefault, setMissing } from './set-default.ts';
import type { Defaulter } from './default-values.ts';

function deployment(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  const strategy = objectAt(spec, 'strategy');
  if (spec === undefined || strategy === undefined) return;
  setMissing(spec, 'replicas', 1);
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') {
    setMissing(strategy, 'rollingUpdate', {});
    const rolling = objectAt(strategy, 'rollingUpdate') ?? {};
    setMissing(rolling, 'maxUnavailable', '25%');
    setMissing(rolling, 'maxSurge', '25%');
  }
  setMissing(spec, 'revisionHistoryLimit', 10);
  setMissing(spec, 'progressDeadlineSeconds', 600);
}

function daemonSet(object: JsonObject): void {
  const meta = objectAt(object, 'metadata') ?? {};
  const annotations = objectAt(meta, 'annotations');
  meta['annotations'] = { 'deprecated.daemonset.template.generation': '0', ...annotations };
  const spec = objectAt(object, 'spec');
  const strategy = objectAt(spec, 'updateStrategy');
  if (spec === undefined || strategy === undefined) return;
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') {
    setMissing(strategy, 'rollingUpdate', {});
    const rolling = objectAt(strategy, 'rollingUpdate') ?? {};
    setMissing(rolling, 'maxUnavailable', 1);
    setMissing(rolling, 'maxSurge', 0);
  }
  setMissing(spec, 'revisionHistoryLimit', 10);
}

function statefulSet(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  const strategy = objectAt(spec, 'updateStrategy');
  if (spec === undefined || strategy === undefined) return;
  setDefault(spec, 'podManagementPolicy', 'OrderedReady');
  if (isUnset(strategy['type'])) {
    strategy['type'] = 'RollingUpdate';
    setMissing(strategy, 'rollingUpdate', {});
  }
  const rolling = objectAt(strategy, 'rollingUpdate');
  if (strategy['type'] === 'RollingUpdate' && rolling !== undefined) {
    setMissing(rolling, 'partition', 0);
    setMissing(rolling, 'maxUnavailable', 1);
  }
  setMissing(spec, 'persistentVolumeClaimRetentionPolicy', {});
  const retention = objectAt(spec, 'persistentVolumeClaimRetentionPolicy') ?? {};
  setDefault(retention, 'whenDeleted', 'Retain');
  setDefault(retention, 'whenScaled', 'Retain');
  setMissing(spec, 'replicas', 1);
  setMissing(spec, 'revisionHistoryLimit', 10);
  // Claims are the only objects inside of others that are written with their type.
  for (const claim of listAt(spec, 'volumeClaimTemplates').filter(isObject)) {
    claim['apiVersion'] = 'v1';
    claim['kind'] = 'PersistentVolumeClaim';
  }
}

function job(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  const meta = objectAt(object, 'metadata');
  if (spec === undefined || meta === undefined) return;
  if ((spec['completions'] ?? null) === null && (spec['parallelism'] ?? null) === null) spec['completions'] = 1;
  setMissing(spec, 'parallelism', 1);
  setMissing(spec, 'backoffLimit', (spec['backoffLimitPerIndex'] ?? null) === null ? 6 : 2 ** 31 - 1);
  const labels = objectAt(spec, 'template', 'metadata', 'labels');
  if (labels !== undefined) setDefault(meta, 'labels', deepCopy(labels));
  setMissing(spec, 'completionMode', 'NonIndexed');
  setMissing(spec, 'suspend', false);
  const failurePolicy = objectAt(spec, 'podFailurePolicy');
  setMissing(spec, 'podReplacementPolicy', failurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed');
  setMissing(spec, 'manualSelector', false);
}

function cronJob(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return;
  setDefault(spec, 'concurrencyPolicy', 'Allow');
  setMissing(spec, 'suspend', false);
  setMissing(spec, 'successfulJobsHistoryLimit', 3);
  setMissing(spec, 'failedJobsHistoryLimit', 1);
}

const UTILIZATION = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

function horizontalPodAutoscaler(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return;
  setMissing(spec, 'minReplicas', 1);
  setDefault(spec, 'metrics', [deepCopy(UTILIZATION)]);
  const behavior = objectAt(spec, 'behavior');
  if (behavior === undefined) return;
  behavior['scaleUp'] = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    ...objectAt(behavior, 'scaleUp'),
  };
  behavior['scaleDown'] = {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    ...objectAt(behavior, 'scaleDown'),
  };
}

export const APP_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'api.apps.v1.Deployment': deployment,
  'api.apps.v1.DaemonSet': daemonSet,
  'api.apps.v1.StatefulSet': statefulSet,
  'api.apps.v1.ReplicaSetSpec': (spec) => setMissing(spec, 'replicas', 1),
  'api.batch.v1.Job': job,
  'api.batch.v1.CronJob': cronJob,
  'api.batch.v1.PodFailurePolicyOnPodConditionsPattern': (pattern) => setDefault(pattern, 'status', 'True'),
  'api.autoscaling.v2.HorizontalPodAutoscaler': horizontalPodAutoscaler,
};
