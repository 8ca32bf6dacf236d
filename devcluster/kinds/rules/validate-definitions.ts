/**
 * What the server refuses of CustomResourceDefinitions. Certificates are not read.
 * Source: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.
 */
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooMany,
  type FieldError,
} from '../../schema/field-error.ts';
import { followFieldPath } from '../../schema/field-path.ts';
import { quote } from '../../schema/go-text.ts';
import { objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isDns1035Label, isDns1123Subdomain } from '../../schema/names.ts';
import { immutable } from '../../schema/object-meta.ts';
import type { Schema } from '../../schema/schema.ts';
import { isGiven, objectsAt, textsAt } from './checks.ts';
import { partsOf, shownVersions, type DefinitionParts, type Part } from './definition-spec.ts';
import { validateDefinitionSchema } from './validate-definition-schema.ts';
import type { Validator } from './validation.ts';

export const validateDefinition: Validator = (object, old, subresource) => {
  const spec = objectAt(object, 'spec') ?? {};
  const accepted = validateNames(objectAt(object, 'status', 'acceptedNames') ?? {}, 'status.acceptedNames');
  if (subresource === 'status') return accepted;
  return [
    ...(old === undefined ? validateOwnName(object, spec) : []),
    ...validateSpec(spec),
    ...(old === undefined ? [] : validateChange(spec, old)),
    ...accepted,
    ...validateStoredVersions(object, spec),
    ...validateApproval(object, old),
    ...validatePruning(spec),
  ];
};

function validateOwnName(object: JsonObject, spec: JsonObject): FieldError[] {
  const name = stringAt(object, 'metadata', 'name');
  if (name === '' || name === `${stringAt(spec, 'names', 'plural')}.${stringAt(spec, 'group')}`) return [];
  return [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function validateSpec(spec: JsonObject): FieldError[] {
  const parts = partsOf(spec);
  const errors = [...validateGroup(stringAt(spec, 'group')), ...validateScope(stringAt(spec, 'scope'))];
  if (parts.shared.schema === undefined) {
    parts.versions.forEach(({ schema }, index) => {
      if (schema === undefined) errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
    });
  }
  if (spec['preserveUnknownFields'] === true && JSON.stringify(parts).includes('"default":')) {
    errors.push(invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  }
  errors.push(...validateVersions(parts));
  errors.push(...validateNamesGiven(objectAt(spec, 'names') ?? {}));
  errors.push(...validateNames(objectAt(spec, 'names') ?? {}, 'spec.names'));
  const anyStatus = parts.versions.some(({ hasStatus }) => hasStatus);
  errors.push(...validatePart(parts.shared, anyStatus, 'spec', 'validation'));
  return [...errors, ...validateConversion(spec)];
}

function validateGroup(group: string): FieldError[] {
  if (group === '') return [required('spec.group')];
  const wrong = isDns1123Subdomain(group);
  if (wrong.length > 0) return [invalid('spec.group', group, wrong.join(','))];
  return group.includes('.') ? [] : [invalid('spec.group', group, 'should be a domain with at least one dot')];
}

function validateScope(scope: string): FieldError[] {
  if (scope === '') return [required('spec.scope')];
  const scopes = ['Cluster', 'Namespaced'];
  return scopes.includes(scope) ? [] : [notSupported('spec.scope', scope, scopes)];
}

function validateVersions(parts: DefinitionParts): FieldError[] {
  const errors: FieldError[] = [];
  parts.versions.forEach((part, index) => {
    const path = `spec.versions[${index}]`;
    const name = stringAt(part.version, 'name');
    const wrong = isDns1035Label(name);
    if (wrong.length > 0) errors.push(invalid(`${path}.name`, name, wrong.join(',')));
    errors.push(...validateDeprecation(part.version, path), ...validatePart(part, part.hasStatus, path, 'schema'));
  });
  const names = parts.versions.map(({ version }) => stringAt(version, 'name'));
  if (new Set(names).size < names.length) {
    errors.push(invalid('spec.versions', shownVersions(parts), 'must contain unique version names'));
  }
  if (parts.versions.filter(({ version }) => version['storage'] === true).length !== 1) {
    const detail = 'must have exactly one version marked as storage version';
    errors.push(invalid('spec.versions', shownVersions(parts), detail));
  }
  // The first version is also known by itself.
  const [first = ''] = names;
  const wrong = first === '' ? [] : isDns1035Label(first);
  if (wrong.length > 0) errors.push(invalid('spec.version', first, wrong.join(',')));
  return errors;
}

function validateDeprecation(version: JsonObject, path: string): FieldError[] {
  const warning = version['deprecationWarning'];
  if (typeof warning !== 'string') return [];
  const at = `${path}.deprecationWarning`;
  if (version['deprecated'] !== true) return [invalid(at, warning, 'can only be set for deprecated versions')];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(warning) > 256) errors.push(invalid(at, warning, 'must be <= 256 characters long'));
  if (warning === '') errors.push(invalid(at, warning, 'must not be an empty string'));
  const hidden = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (hidden !== null) {
    const position = Buffer.byteLength(warning.slice(0, hidden.index));
    const detail = `must only contain printable UTF-8 characters; non-printable character found at index ${position}`;
    errors.push(invalid(at, warning, detail));
  }
  return errors;
}

/** @param name of the member that the schema is in. */
function validatePart(part: Part, hasStatus: boolean, path: string, name: 'schema' | 'validation'): FieldError[] {
  const schemaPath = `${path}.${name}`;
  return [
    ...(part.schema === undefined ? [] : validateDefinitionSchema(part.schema, hasStatus, schemaPath)),
    ...validateScale(objectAt(part.subresources, 'scale'), `${path}.subresources`),
    ...part.columns.flatMap((column, index) => validateColumn(column, `${path}.additionalPrinterColumns[${index}]`)),
    ...validateSelectable(part, `${path}.selectableFields`, name),
  ];
}

function validateScale(scale: JsonObject | undefined, path: string): FieldError[] {
  if (scale === undefined) return [];
  return [
    ...validateScalePath(scale, 'specReplicasPath', ['.spec.'], path),
    ...validateScalePath(scale, 'statusReplicasPath', ['.status.'], path),
    ...(stringAt(scale, 'labelSelectorPath') === ''
      ? []
      : validateScalePath(scale, 'labelSelectorPath', ['.spec.', '.status.'], path)),
  ];
}

function validateScalePath(scale: JsonObject, name: string, under: readonly string[], path: string): FieldError[] {
  const value = stringAt(scale, name);
  const at = `${path}.scale.${name}`;
  if (value === '') return [required(at)];
  if (!value.startsWith('.')) return [invalid(at, value, 'must be a simple json path starting with .')];
  if (under.some((prefix) => value.startsWith(prefix))) return [];
  const where = under.map((prefix) => prefix.slice(0, -1)).join(' or ');
  return [invalid(at, value, `should be a json path under ${under.length > 1 ? 'either ' : ''}${where}`)];
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function validateColumn(column: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const [type, format, jsonPath] = ['type', 'format', 'jsonPath'].map((name) => stringAt(column, name));
  if (stringAt(column, 'name') === '') errors.push(required(`${path}.name`));
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (type === undefined || type === '') errors.push(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(`${path}.type`, type, types));
  if (format !== undefined && format !== '' && !COLUMN_FORMATS.includes(format)) {
    errors.push(invalid(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  }
  if (jsonPath === undefined || jsonPath === '') errors.push(required(`${path}.JSONPath`));
  else if (!jsonPath.startsWith('.')) {
    errors.push(invalid(`${path}.JSONPath`, jsonPath, 'must be a simple json path starting with .'));
  }
  return errors;
}

const SELECTABLE: ReadonlySet<string> = new Set(['string', 'boolean', 'integer']);
const MOST_SELECTABLE = 8;

function validateSelectable(part: Part, path: string, name: 'schema' | 'validation'): FieldError[] {
  const { schema, selectableFields } = part;
  if (selectableFields.length === 0) return [];
  if (schema === undefined) {
    const detail =
      name === 'schema'
        ? 'may only be set when `version.schema.openAPIV3Schema` is not included'
        : 'may only be set when validations.schema is included';
    return [invalid(path, '', detail)];
  }
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  selectableFields.forEach((field, index) => {
    const jsonPath = stringAt(field, 'jsonPath');
    errors.push(...validateSelectableField(schema, jsonPath, seen, `${path}[${index}].jsonPath`));
  });
  if (seen.size > MOST_SELECTABLE) errors.push(tooMany(path, seen.size, MOST_SELECTABLE));
  return errors;
}

function validateSelectableField(schema: Schema, jsonPath: string, seen: Set<string>, at: string): FieldError[] {
  if (jsonPath === '') return [required(at)];
  const found = followFieldPath(schema, jsonPath, false);
  if ('problem' in found) return [invalid(at, jsonPath, `is an invalid path: ${found.problem}`)];
  const errors: FieldError[] = [];
  if (found.names[0] === 'metadata') errors.push(invalid(at, jsonPath, 'must not point to fields in metadata'));
  if (!SELECTABLE.has(found.schema?.type ?? '')) {
    const detail =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    errors.push(invalid(at, jsonPath, detail));
  }
  const key = found.names.join('.');
  if (seen.has(key)) {
    errors.push(duplicate(at, jsonPath));
  }
  seen.add(key);
  return errors;
}

function validateNamesGiven(names: JsonObject): FieldError[] {
  return ['plural', 'singular', 'kind', 'listKind'].flatMap((name) =>
    stringAt(names, name) === '' ? [required(`spec.names.${name}`)] : [],
  );
}

function validateNames(names: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const check = (name: string, value: string, lower: boolean): void => {
    const wrong = value === '' ? [] : isDns1035Label(lower ? value.toLowerCase() : value);
    if (wrong.length === 0) return;
    const prefix = lower ? 'may have mixed case, but should otherwise match: ' : '';
    errors.push(invalid(`${path}.${name}`, value, `${prefix}${wrong.join(',')}`));
  };
  for (const name of ['plural', 'singular']) check(name, stringAt(names, name), false);
  for (const name of ['kind', 'listKind']) check(name, stringAt(names, name), true);
  textsAt(names, 'shortNames').forEach((name, index) => check(`shortNames[${index}]`, name, false));
  const kind = stringAt(names, 'kind');
  if (kind !== '' && kind === names['listKind']) {
    errors.push(invalid(`${path}.listKind`, kind, 'kind and listKind may not be the same'));
  }
  textsAt(names, 'categories').forEach((name, index) => check(`categories[${index}]`, name, false));
  return errors;
}

function validateConversion(spec: JsonObject): FieldError[] {
  const conversion = objectAt(spec, 'conversion');
  if (conversion === undefined) return [];
  const strategy = stringAt(conversion, 'strategy');
  const strategies = ['None', 'Webhook'];
  const errors: FieldError[] = [];
  if (strategy === '') errors.push(required('spec.conversion.strategy'));
  else if (!strategies.includes(strategy)) {
    errors.push(notSupported('spec.conversion.strategy', strategy, strategies));
  }
  const webhook = objectAt(conversion, 'webhook');
  const client = objectAt(webhook, 'clientConfig');
  const versions = textsAt(webhook, 'conversionReviewVersions');
  const at = 'spec.conversion.webhookClientConfig';
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    if (client !== undefined) errors.push(forbidden(at, detail));
    if (versions.length > 0) errors.push(forbidden('spec.conversion.conversionReviewVersions', detail));
    return errors;
  }
  if (client === undefined) errors.push(required(at, 'required when strategy is set to Webhook'));
  else if (isGiven(client['url']) === isGiven(client['service'])) {
    errors.push(required(at, 'exactly one of url or service is required'));
  }
  const reviewPath = 'spec.conversion.conversionReviewVersions';
  if (versions.length === 0) errors.push(required(reviewPath));
  else if (!versions.some((version) => version === 'v1' || version === 'v1beta1')) {
    errors.push(invalid(reviewPath, versions, 'must include at least one of v1, v1beta1'));
  }
  return errors;
}

function validateChange(spec: JsonObject, old: JsonObject): FieldError[] {
  const conditions = objectsAt(old, 'status', 'conditions');
  const established = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  const fixed = (...path: string[]): FieldError[] =>
    immutable(valueAt(spec, ...path) ?? '', valueAt(old, 'spec', ...path) ?? '', ['spec', ...path].join('.'));
  return [
    ...(established ? [...fixed('scope'), ...fixed('names', 'kind')] : []),
    ...fixed('group'),
    ...fixed('names', 'plural'),
  ];
}

/** The first version that is marked as the storage version is stored from now on, whatever the status says yet. */
function validateStoredVersions(object: JsonObject, spec: JsonObject): FieldError[] {
  const path = 'status.storedVersions';
  const versions = objectsAt(spec, 'versions').map((version) => ({
    name: stringAt(version, 'name'),
    isStorage: version['storage'] === true,
  }));
  const current = versions.find(({ isStorage }) => isStorage)?.name;
  const told = textsAt(object, 'status', 'storedVersions');
  const stored = current === undefined || told.includes(current) ? told : [...told, current];
  if (stored.length === 0) return [invalid(path, null, 'must have at least one stored version')];
  const errors: FieldError[] = [];
  const left = new Set(stored);
  for (const { name, isStorage } of versions) {
    // Each is found once: a second version of the same name is not.
    if (!left.delete(name) && isStorage) errors.push(invalid(path, stored, `must have the storage version ${name}`));
  }
  stored.forEach((name, index) => {
    if (!left.has(name)) return;
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalid(`${path}[${index}]`, name, detail));
  });
  return errors;
}

const APPROVAL = 'api-approved.kubernetes.io';
const APPROVALS = 'see https://github.com/kubernetes/enhancements/pull/1111';

function approvalOf(object: JsonObject): 'missing' | 'invalid' | 'bypassed' | 'approved' {
  const approval = stringAt(object, 'metadata', 'annotations', APPROVAL);
  if (approval === '') return 'missing';
  if (approval.startsWith('unapproved')) return 'bypassed';
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.test(approval) ? 'approved' : 'invalid';
}

/** Groups of the Kubernetes community need an approval. */
function validateApproval(object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const group = `.${stringAt(object, 'spec', 'group')}`;
  if (!group.endsWith('.k8s.io') && !group.endsWith('.kubernetes.io')) return [];
  const state = approvalOf(object);
  if (old !== undefined && approvalOf(old) === state) return [];
  const at = `metadata.annotations[${APPROVAL}]`;
  const must = `protected groups must have approval annotation ${quote(APPROVAL)}`;
  if (state === 'missing') return [required(at, `${must}, ${APPROVALS}`)];
  if (state !== 'invalid') return [];
  const detail = `${must} with either a URL or a reason starting with "unapproved", ${APPROVALS}`;
  return [invalid(at, stringAt(object, 'metadata', 'annotations', APPROVAL), detail)];
}

function validatePruning(spec: JsonObject): FieldError[] {
  if (spec['preserveUnknownFields'] !== true) return [];
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalid('spec.preserveUnknownFields', true, detail)];
}
