/** Types of volumes that no driver provides any more. Source: k8s.io/kubernetes/pkg/api/pod, pkg/api/persistentvolume. */
import { isObject, type JsonObject } from '../../schema/json.ts';
import { fieldOf } from './path.ts';

interface Outdated {
  /** The member that holds the volume's source. */
  readonly type: string;
  /** As warnings name it, where that is another name. */
  readonly told?: string;
  readonly what: string;
  /** PersistentVolumes of this type are not warned of. */
  readonly podsOnly?: boolean;
}

const OUTDATED: readonly Outdated[] = [
  { type: 'photonPersistentDisk', what: 'deprecated in v1.11, non-functional in v1.16+' },
  { type: 'gitRepo', what: 'deprecated in v1.11, and disabled by default in v1.33+', podsOnly: true },
  { type: 'scaleIO', what: 'deprecated in v1.16, non-functional in v1.22+' },
  { type: 'flocker', what: 'deprecated in v1.22, non-functional in v1.25+', podsOnly: true },
  { type: 'storageos', told: 'storageOS', what: 'deprecated in v1.22, non-functional in v1.25+' },
  { type: 'quobyte', what: 'deprecated in v1.22, non-functional in v1.25+', podsOnly: true },
  { type: 'glusterfs', what: 'deprecated in v1.25, non-functional in v1.26+' },
  { type: 'cephfs', what: 'deprecated in v1.28, non-functional in v1.31+' },
  { type: 'rbd', what: 'deprecated in v1.28, non-functional in v1.31+' },
];

/** About the type of a pod's volume. @param path of the volume. */
export function volumeTypeWarnings(volume: JsonObject, path: string): string[] {
  return warningsOf(OUTDATED, volume, path);
}

/** About the type of a PersistentVolume. */
export function persistentVolumeTypeWarnings(spec: JsonObject): string[] {
  const some = OUTDATED.filter(({ podsOnly }) => podsOnly !== true);
  return warningsOf(some, spec, 'spec');
}

function warningsOf(types: readonly Outdated[], source: JsonObject, path: string): string[] {
  const used = types.filter(({ type }) => isObject(source[type]));
  return used.map(({ type, told = type, what }) => `${fieldOf(path, told)}: ${what}`);
}
