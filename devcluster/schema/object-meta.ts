/**
 * What is checked in every object's metadata, whatever its kind.
 * Source: k8s.io/apimachinery/pkg/api/validation/objectmeta.go, pkg/apis/meta/v1/validation.
 */
import { forbidden, invalid, notSupported, required, tooLong, type FieldError } from './field-error.ts';
import { byteLength, compareStrings, GoStruct, quote } from './go-text.ts';
import { deepEqual, isObject, listAt, stringAt, valueAt, type JsonObject } from './json.ts';
import { isLabelValue, isQualifiedName, nameIsDnsLabel, type NameRule } from './names.ts';

const TOTAL_ANNOTATION_BYTES = 256 * 1024;
const FIELD_MANAGER_BYTES = 128;

/** Checks of a create. The name has been generated already, if it was to be. */
export function validateObjectMeta(
  meta: JsonObject,
  namespaced: boolean,
  nameRule: NameRule,
  path = 'metadata',
): FieldError[] {
  const errors: FieldError[] = [];
  const prefix = stringAt(meta, 'generateName');
  if (prefix !== '') {
    errors.push(...nameRule(prefix, true).map((error) => invalid(`${path}.generateName`, prefix, error)));
  }
  const name = stringAt(meta, 'name');
  if (name === '') errors.push(required(`${path}.name`, 'name or generateName is required'));
  else errors.push(...nameRule(name, false).map((error) => invalid(`${path}.name`, name, error)));

  const namespace = stringAt(meta, 'namespace');
  if (!namespaced) {
    if (namespace !== '') errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  } else if (namespace === '') {
    errors.push(required(`${path}.namespace`));
  } else {
    errors.push(...nameIsDnsLabel(namespace).map((error) => invalid(`${path}.namespace`, namespace, error)));
  }
  errors.push(...validateGeneration(meta, path));
  errors.push(...validateLabels(valueAt(meta, 'labels'), `${path}.labels`));
  errors.push(...validateAnnotations(valueAt(meta, 'annotations'), `${path}.annotations`));
  errors.push(...validateOwnerReferences(listAt(meta, 'ownerReferences'), `${path}.ownerReferences`));
  errors.push(...validateFinalizers(finalizersOf(meta), `${path}.finalizers`));
  errors.push(...validateManagedFields(listAt(meta, 'managedFields'), `${path}.managedFields`));
  return errors;
}

/** Checks of an update: what may not change, and what a create checks but for name and namespace. */
export function validateObjectMetaUpdate(meta: JsonObject, old: JsonObject, path = 'metadata'): FieldError[] {
  const errors: FieldError[] = [];
  if (valueAt(old, 'deletionTimestamp') !== undefined) {
    const before = new Set(finalizersOf(old));
    const added = [...new Set(finalizersOf(meta))].filter((name) => !before.has(name)).sort(compareStrings);
    if (added.length > 0) {
      const list = `[]string{${added.map(quote).join(', ')}}`;
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.push(forbidden(`${path}.finalizers`, detail));
    }
  }
  if (stringAt(meta, 'resourceVersion') === '') {
    errors.push(invalid(`${path}.resourceVersion`, '', 'must be specified for an update'));
  }
  errors.push(...validateGeneration(meta, path));
  const [generation, before] = [generationOf(meta), generationOf(old)];
  if (generation < before) errors.push(invalid(`${path}.generation`, generation, 'must not be decremented'));
  for (const key of ['name', 'namespace', 'uid']) {
    errors.push(...immutable(stringAt(meta, key), stringAt(old, key), `${path}.${key}`));
  }
  for (const key of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds']) {
    errors.push(...immutable(valueAt(meta, key) ?? null, valueAt(old, key) ?? null, `${path}.${key}`));
  }
  errors.push(...validateLabels(valueAt(meta, 'labels'), `${path}.labels`));
  errors.push(...validateAnnotations(valueAt(meta, 'annotations'), `${path}.annotations`));
  errors.push(...validateOwnerReferences(listAt(meta, 'ownerReferences'), `${path}.ownerReferences`));
  errors.push(...validateManagedFields(listAt(meta, 'managedFields'), `${path}.managedFields`));
  return errors;
}

/** An error if the two differ. */
export function immutable(value: unknown, old: unknown, path: string): FieldError[] {
  return deepEqual(value, old) ? [] : [invalid(path, value, 'field is immutable')];
}

export function validateLabels(labels: unknown, path: string): FieldError[] {
  if (!isObject(labels)) return [];
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    errors.push(...isQualifiedName(key).map((error) => invalid(path, key, error)));
    if (typeof value === 'string') errors.push(...isLabelValue(value).map((error) => invalid(path, value, error)));
  }
  return errors;
}

export function validateAnnotations(annotations: unknown, path: string): FieldError[] {
  if (!isObject(annotations)) return [];
  const errors = Object.keys(annotations).flatMap((key) =>
    isQualifiedName(key.toLowerCase()).map((error) => invalid(path, key, error)),
  );
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += byteLength(key) + (typeof value === 'string' ? byteLength(value) : 0);
  }
  if (bytes > TOTAL_ANNOTATION_BYTES) errors.push(tooLong(path, TOTAL_ANNOTATION_BYTES));
  return errors;
}

const OWNER_REFERENCE = ['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion'];

function validateOwnerReferences(references: readonly unknown[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  references.forEach((reference, index) => {
    const at = `${path}[${index}]`;
    const apiVersion = stringAt(reference, 'apiVersion');
    const kind = stringAt(reference, 'kind');
    if (apiVersion === '') errors.push(required(`${at}.apiVersion`, 'must not be empty'));
    else if (!isGroupVersion(apiVersion)) {
      errors.push(invalid(`${at}.apiVersion`, apiVersion, 'must be <group>/<version> or <version>'));
    }
    for (const key of ['kind', 'name', 'uid']) {
      if (stringAt(reference, key) === '') errors.push(required(`${at}.${key}`, 'must not be empty'));
    }
    if (apiVersion === 'v1' && kind === 'Event') {
      const shown = GoStruct.ordered(reference, OWNER_REFERENCE);
      errors.push(invalid(at, shown, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (valueAt(reference, 'controller') !== true) return;
    const current = `${kind}/${stringAt(reference, 'name')}`;
    if (controller === '') {
      controller = current;
    } else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`;
      const shown = references.map((one) => GoStruct.ordered(one, OWNER_REFERENCE));
      errors.push(invalid(path, shown, detail));
    }
  });
  return errors;
}

/** `<group>/<version>` or `<version>`. */
function isGroupVersion(text: string): boolean {
  const parts = text.split('/');
  return parts.length <= 2 && parts.at(-1) !== '';
}

function validateFinalizers(finalizers: readonly string[], path: string): FieldError[] {
  const errors = finalizers.flatMap((name) => isQualifiedName(name).map((error) => invalid(path, name, error)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

function validateManagedFields(entries: readonly unknown[], path: string): FieldError[] {
  return entries.flatMap((entry, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    const operation = stringAt(entry, 'operation');
    if (operation === '') errors.push(required(`${at}.operation`, 'must not be empty'));
    else if (operation !== 'Apply' && operation !== 'Update') {
      errors.push(notSupported(`${at}.operation`, operation, ['Apply', 'Update']));
    }
    const fieldsType = stringAt(entry, 'fieldsType');
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
      errors.push(invalid(`${at}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
    }
    errors.push(...validateFieldManager(stringAt(entry, 'manager'), `${at}.manager`));
    if (byteLength(stringAt(entry, 'subresource')) > 256) errors.push(tooLong(`${at}.subresource`, 256));
    return errors;
  });
}

/** The name of a field manager, as a parameter of a request too: at most 128 bytes, printable. */
export function validateFieldManager(manager: string, path = 'fieldManager'): FieldError[] {
  const errors: FieldError[] = [];
  if (byteLength(manager) > FIELD_MANAGER_BYTES) errors.push(tooLong(path, FIELD_MANAGER_BYTES));
  let position = 0;
  for (const char of manager) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char)) {
      const code = `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
      errors.push(invalid(path, manager, `invalid character ${code} (at position ${position})`));
    }
    position += byteLength(char);
  }
  return errors;
}

function validateGeneration(meta: JsonObject, path: string): FieldError[] {
  const generation = generationOf(meta);
  return generation < 0 ? [invalid(`${path}.generation`, generation, 'must be greater than or equal to 0')] : [];
}

function generationOf(meta: JsonObject): number {
  const generation = valueAt(meta, 'generation');
  return typeof generation === 'number' ? generation : 0;
}

function finalizersOf(meta: JsonObject): string[] {
  return listAt(meta, 'finalizers').filter((name) => typeof name === 'string');
}
