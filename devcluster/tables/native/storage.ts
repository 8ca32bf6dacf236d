import { isObject, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { ageOf, flagOr, nameOf, printer, sizeOf, text, textOr } from './define.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Printers } from './define.ts';

export const STORAGE: Printers = {
  '/PersistentVolume': printer(
    [
      'Name',
      'Capacity',
      'Access Modes',
      'Reclaim Policy',
      'Status',
      'Claim',
      'StorageClass',
      'VolumeAttributesClass',
      'Reason',
      'Age',
      'VolumeMode*',
    ],
    (volume, now) => [
      nameOf(volume),
      textOr('0', volume, 'spec', 'capacity', 'storage'),
      accessModes(valueAt(volume, 'spec', 'accessModes')),
      text(volume, 'spec', 'persistentVolumeReclaimPolicy'),
      phase(volume),
      claim(volume),
      storageClass(volume),
      textOr('<unset>', volume, 'spec', 'volumeAttributesClassName'),
      text(volume, 'status', 'reason'),
      ageOf(volume, now),
      textOr('<unset>', volume, 'spec', 'volumeMode'),
    ],
  ),
  '/PersistentVolumeClaim': printer(
    [
      'Name',
      'Status',
      'Volume',
      'Capacity',
      'Access Modes',
      'StorageClass',
      'VolumeAttributesClass',
      'Age',
      'VolumeMode*',
    ],
    (object, now) => {
      const volume = text(object, 'spec', 'volumeName');
      return [
        nameOf(object),
        phase(object),
        volume,
        volume === '' ? '' : textOr('0', object, 'status', 'capacity', 'storage'),
        volume === '' ? '' : accessModes(valueAt(object, 'status', 'accessModes')),
        storageClass(object),
        textOr('<unset>', object, 'spec', 'volumeAttributesClassName'),
        ageOf(object, now),
        textOr('<unset>', object, 'spec', 'volumeMode'),
      ];
    },
  ),
  'storage.k8s.io/StorageClass': printer(
    ['Name', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'],
    (object, now) => [
      `${nameOf(object)}${isDefaultClass(object) ? ' (default)' : ''}`,
      text(object, 'provisioner'),
      textOr('Delete', object, 'reclaimPolicy'),
      textOr('<unset>', object, 'volumeBindingMode'),
      flagOr(false, object, 'allowVolumeExpansion'),
      ageOf(object, now),
    ],
  ),
  'storage.k8s.io/VolumeAttributesClass': printer(['Name', 'DriverName', 'Age'], (object, now) => [
    nameOf(object),
    text(object, 'driverName'),
    ageOf(object, now),
  ]),
  'storage.k8s.io/VolumeAttachment': printer(
    ['Name', 'Attacher', 'PV', 'Node', 'Attached:boolean', 'Age'],
    (object, now) => [
      nameOf(object),
      text(object, 'spec', 'attacher'),
      text(object, 'spec', 'source', 'persistentVolumeName'),
      text(object, 'spec', 'nodeName'),
      flagOr(false, object, 'status', 'attached'),
      ageOf(object, now),
    ],
  ),
  'storage.k8s.io/CSINode': printer(['Name', 'Drivers:integer', 'Age'], (object, now) => [
    nameOf(object),
    sizeOf(object, 'spec', 'drivers'),
    ageOf(object, now),
  ]),
  'storage.k8s.io/CSIDriver': printer(
    [
      'Name',
      'AttachRequired:boolean',
      'PodInfoOnMount:boolean',
      'StorageCapacity:boolean',
      'TokenRequests',
      'RequiresRepublish:boolean',
      'Modes',
      'Age',
    ],
    (object, now) => [
      nameOf(object),
      flagOr(true, object, 'spec', 'attachRequired'),
      flagOr(false, object, 'spec', 'podInfoOnMount'),
      flagOr(false, object, 'spec', 'storageCapacity'),
      valueAt(object, 'spec', 'tokenRequests') === undefined
        ? '<unset>'
        : listAt(object, 'spec', 'tokenRequests')
            .map((request) => stringAt(request, 'audience'))
            .join(','),
      flagOr(false, object, 'spec', 'requiresRepublish'),
      listAt(object, 'spec', 'volumeLifecycleModes')
        .filter((mode) => typeof mode === 'string')
        .join(',') || '<none>',
      ageOf(object, now),
    ],
  ),
  'storage.k8s.io/CSIStorageCapacity': printer(['Name', 'StorageClassName', 'Capacity'], (object) => [
    nameOf(object),
    text(object, 'storageClassName'),
    textOr('<unset>', object, 'capacity'),
  ]),
};

function phase(object: ApiObject): string {
  return object.metadata.deletionTimestamp ? 'Terminating' : text(object, 'status', 'phase');
}

function claim(volume: ApiObject): string {
  const reference = valueAt(volume, 'spec', 'claimRef');
  return isObject(reference) ? `${stringAt(reference, 'namespace')}/${stringAt(reference, 'name')}` : '';
}

function storageClass(object: ApiObject): string {
  return (
    object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? text(object, 'spec', 'storageClassName')
  );
}

function isDefaultClass({ metadata }: ApiObject): boolean {
  return ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (key) => metadata.annotations?.[key] === 'true',
  );
}

const MODES: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

function accessModes(modes: unknown): string {
  const given: readonly unknown[] = Array.isArray(modes) ? modes : [];
  return MODES.flatMap(([mode, short]) => (given.includes(mode) ? [short] : [])).join(',');
}
