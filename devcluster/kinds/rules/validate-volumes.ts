/** Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go, volumes. Volumes of storage vendors are not looked into. */
import { duplicate, forbidden, invalid, required, type FieldError } from '../../schema/field-error.ts';
import { isObject, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { configMapKey, dnsLabel, eachInvalid, objectsAt } from './checks.ts';

/** In the order in which the real server looks at them: of several, all but the first are refused. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

const MODE_ERROR = 'must be a number between 0 and 0777 (octal), both inclusive';

/** @returns the names of the volumes that are sound, and what is wrong with the others. */
export function validateVolumes(
  volumes: readonly JsonObject[],
  path: string,
): { names: Set<string>; errors: FieldError[] } {
  const names = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const name = stringAt(volume, 'name');
    const wrong = validateSource(volume, at);
    if (name === '') wrong.push(required(`${at}.name`));
    else wrong.push(...dnsLabel(name, `${at}.name`));
    if (names.has(name)) wrong.push(duplicate(`${at}.name`, name));
    if (wrong.length === 0) names.add(name);
    errors.push(...wrong);
  }
  return { names, errors };
}

function validateSource(volume: JsonObject, path: string): FieldError[] {
  const given = SOURCES.filter((source) => isObject(volume[source]));
  if (given.length === 0) return [required(path, 'must specify a volume type')];
  return given.flatMap((source, index) =>
    index === 0
      ? validateDetails(source, objectAt(volume, source) ?? {}, `${path}.${source}`)
      : [forbidden(`${path}.${source}`, 'may not specify more than 1 volume type')],
  );
}

function validateDetails(source: string, details: JsonObject, path: string): FieldError[] {
  const needs = (member: string): FieldError[] =>
    stringAt(details, member) === '' ? [required(`${path}.${member}`)] : [];
  switch (source) {
    case 'configMap':
      return [...needs('name'), ...validateFiles(details, path)];
    case 'secret':
      return [...needs('secretName'), ...validateFiles(details, path)];
    case 'persistentVolumeClaim':
      return needs('claimName');
    case 'hostPath':
      return [...needs('path'), ...noBacksteps(stringAt(details, 'path'), `${path}.path`)];
    default:
      return [];
  }
}

function validateFiles(details: JsonObject, path: string): FieldError[] {
  const errors = fileMode(details['defaultMode'], `${path}.defaultMode`);
  for (const [index, item] of objectsAt(details, 'items').entries()) {
    const at = `${path}.items[${index}]`;
    const key = stringAt(item, 'key');
    const file = stringAt(item, 'path');
    if (key === '') errors.push(required(`${at}.key`));
    else errors.push(...eachInvalid(`${at}.key`, key, configMapKey(key)));
    if (file === '') errors.push(required(`${at}.path`));
    errors.push(...relativePath(file, `${at}.path`));
    errors.push(...fileMode(item['mode'], `${at}.mode`));
  }
  return errors;
}

function fileMode(mode: unknown, path: string): FieldError[] {
  return typeof mode === 'number' && (mode < 0 || mode > 0o777) ? [invalid(path, mode, MODE_ERROR)] : [];
}

/** A path below a folder. */
export function relativePath(file: string, path: string): FieldError[] {
  const errors = file.startsWith('/') ? [invalid(path, file, 'must be a relative path')] : [];
  return [...errors, ...noBacksteps(file, path)];
}

function noBacksteps(file: string, path: string): FieldError[] {
  return file.split('/').includes('..') ? [invalid(path, file, "must not contain '..'")] : [];
}
