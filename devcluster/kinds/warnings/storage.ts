/** Source: the strategies in k8s.io/kubernetes/pkg/registry/storage and core, pkg/api/persistentvolume, pkg/api/storage. */
import { isGiven, objectsAt } from '../rules/checks.ts';
import { deepEqual, listAt, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { claimSpecWarnings } from './claims.ts';
import { deprecationOf, selectorWarnings, termWarnings } from './node-labels.ts';
import { persistentVolumeTypeWarnings } from './volume-types.ts';
import type { Warner } from './warner.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const OPTIONS_ANNOTATION = 'volume.beta.kubernetes.io/mount-options';
const RECYCLE =
  'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';

export const persistentVolume: Warner = (object) => {
  const spec = objectAt(object, 'spec') ?? {};
  const terms = objectsAt(spec, 'nodeAffinity', 'required', 'nodeSelectorTerms');
  return [
    ...annotationWarnings(object, CLASS_ANNOTATION, 'deprecated since v1.8; use "storageClassName" attribute instead'),
    ...annotationWarnings(object, OPTIONS_ANNOTATION, 'deprecated since v1.31; use "mountOptions" attribute instead'),
    ...(spec['persistentVolumeReclaimPolicy'] === 'Recycle' ? [`spec.persistentVolumeReclaimPolicy: ${RECYCLE}`] : []),
    ...terms.flatMap((term, index) =>
      termWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`, false),
    ),
    ...persistentVolumeTypeWarnings(spec),
  ];
};

export const persistentVolumeClaim: Warner = (object) => [
  ...annotationWarnings(object, CLASS_ANNOTATION, 'deprecated since v1.8; use "storageClassName" attribute instead'),
  ...claimSpecWarnings(object['spec'], 'spec'),
];

export const storageClass: Warner = (object) =>
  objectsAt(object, 'allowedTopologies').flatMap((topology, index) =>
    objectsAt(topology, 'matchLabelExpressions').flatMap((expression, position) => {
      const deprecation = deprecationOf(stringAt(expression, 'key'));
      const at = `allowedTopologies[${index}].matchLabelExpressions[${position}].key`;
      return deprecation === undefined ? [] : [`${at}: ${deprecation}`];
    }),
  );

export const storageCapacity: Warner = (object) => selectorWarnings(object['nodeTopology'], 'nodeTopology');

/** A driver that gets tokens, and does not say whether it takes them from secrets. */
export const storageDriver: Warner = (object, old) => {
  const tokens = listAt(object, 'spec', 'tokenRequests');
  const asBefore = old !== undefined && deepEqual(tokens, listAt(old, 'spec', 'tokenRequests'));
  if (tokens.length === 0 || asBefore || isGiven(valueAt(object, 'spec', 'serviceAccountTokenInSecrets'))) return [];
  const what =
    'if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';
  return [`spec.serviceAccountTokenInSecrets is unset; ${what}`];
};

function annotationWarnings(object: JsonObject, name: string, what: string): string[] {
  const there = isGiven(valueAt(object, 'metadata', 'annotations', name));
  return there ? [`metadata.annotations[${name}]: ${what}`] : [];
}
