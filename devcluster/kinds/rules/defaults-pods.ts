/** Source: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, what makes up a pod. */
import { isObject, listAt, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { parseQuantity } from '../quantity.ts';
import { isUnset, setDefault, setMissing } from './set-default.ts';
import type { Defaulter } from './default-values.ts';

/** Only what a pod itself gets, and templates of pods do not. */
function pod(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return;
  if (Number(spec['terminationGracePeriodSeconds'] ?? 0) < 0) spec['terminationGracePeriodSeconds'] = 1;
  const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].filter(isObject);
  for (const container of containers) {
    const limits = objectAt(container, 'resources', 'limits');
    const resources = objectAt(container, 'resources');
    if (limits !== undefined && resources !== undefined) {
      resources['requests'] = { ...limits, ...objectAt(resources, 'requests') };
    }
  }
  setMissing(spec, 'enableServiceLinks', true);
  if (spec['hostNetwork'] !== true) return;
  for (const container of containers) {
    for (const port of listAt(container, 'ports').filter(isObject)) setDefault(port, 'hostPort', port['containerPort']);
  }
}

function podSpec(spec: JsonObject): void {
  setDefault(spec, 'serviceAccountName', spec['serviceAccount']);
  if (isUnset(spec['serviceAccountName'])) delete spec['serviceAccountName'];
  else spec['serviceAccount'] = spec['serviceAccountName'];
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'restartPolicy', 'Always');
  setMissing(spec, 'securityContext', {});
  setMissing(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'schedulerName', 'default-scheduler');
}

function container(object: JsonObject): void {
  const policy = imageTag(stringAt(object, 'image')) === 'latest' ? 'Always' : 'IfNotPresent';
  setDefault(object, 'imagePullPolicy', policy);
  setDefault(object, 'terminationMessagePath', '/dev/termination-log');
  setDefault(object, 'terminationMessagePolicy', 'File');
}

const DOMAIN = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?';
const NAME = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?${NAME}(?:/${NAME})*(?::(\\w[\\w.-]{0,127}))?(@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$`,
);

/** The tag of an image; `latest` where it has neither tag nor digest, '' where the reference is none. */
export function imageTag(image: string): string {
  const match = REFERENCE.exec(image);
  if (match === null) return '';
  const [, tag, digest] = match;
  return tag ?? (digest === undefined ? 'latest' : '');
}

function probe(object: JsonObject): void {
  const defaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  for (const [name, value] of Object.entries(defaults)) {
    if (isUnset(object[name]) || object[name] === 0) object[name] = value;
  }
}

/** Volumes without a source are empty directories. */
function volume(object: JsonObject): void {
  const sources = Object.keys(object).filter((key) => key !== 'name' && object[key] !== null);
  if (sources.length === 0) object['emptyDir'] = {};
  const image = objectAt(object, 'image');
  if (image !== undefined) {
    const latest = imageTag(stringAt(image, 'reference')) === 'latest';
    setDefault(image, 'pullPolicy', latest ? 'Always' : 'IfNotPresent');
  }
}

/** Amounts are counted in thousandths. */
function roundToMillis(object: JsonObject): void {
  for (const list of ['limits', 'requests', 'capacity', 'hard', 'max', 'min', 'default', 'defaultRequest']) {
    const amounts = objectAt(object, list);
    for (const [name, text] of Object.entries(amounts ?? {})) {
      const quantity = typeof text === 'string' ? parseQuantity(text) : undefined;
      if (amounts === undefined || quantity === undefined || 'error' in quantity) continue;
      if (quantity.nanos % 1_000_000n === 0n) continue;
      const up = quantity.nanos > 0n ? 999_999n : -999_999n;
      const rounded = parseQuantity(`${(quantity.nanos + up) / 1_000_000n}m`);
      if ('text' in rounded) amounts[name] = rounded.text;
    }
  }
}

const mode: Defaulter = (object) => setMissing(object, 'defaultMode', 0o644);

export const POD_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'api.core.v1.Pod': pod,
  'api.core.v1.PodSpec': podSpec,
  'api.core.v1.Container': container,
  'api.core.v1.EphemeralContainer': container,
  'api.core.v1.Probe': probe,
  'api.core.v1.HTTPGetAction': (object) => {
    setDefault(object, 'path', '/');
    setDefault(object, 'scheme', 'HTTP');
  },
  'api.core.v1.ObjectFieldSelector': (object) => setDefault(object, 'apiVersion', 'v1'),
  'api.core.v1.Volume': volume,
  'api.core.v1.SecretVolumeSource': mode,
  'api.core.v1.ConfigMapVolumeSource': mode,
  'api.core.v1.DownwardAPIVolumeSource': mode,
  'api.core.v1.ProjectedVolumeSource': mode,
  'api.core.v1.ServiceAccountTokenProjection': (object) => setMissing(object, 'expirationSeconds', 3600),
  'api.core.v1.HostPathVolumeSource': (object) => setMissing(object, 'type', ''),
  'api.core.v1.ResourceRequirements': roundToMillis,
  'api.core.v1.VolumeResourceRequirements': roundToMillis,
};
