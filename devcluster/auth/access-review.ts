import { invalid, required } from '../schema/field-error.ts';
import { GoStruct } from '../schema/go-text.ts';
import { isObject, listAt, objectAt, stringAt } from '../schema/json.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import { parseLabelSelector } from '../selectors/label-selector.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Draft } from '../store/object.ts';
import type { Attributes } from './attributes.ts';
import type { Authorizer } from './authorizer.ts';
import type { User } from './user.ts';

/**
 * Answers a SubjectAccessReview, or one of its relatives, in its status; `sender` is whom a `Self…` asks about. Returns what is
 * wrong with the question, which is not answered then.
 */
export function fillAccessReview(authorizer: Authorizer, review: Draft, sender: User): readonly FieldError[] {
  const errors = problemsOf(review);
  if (errors.length > 0) return errors;
  const spec = objectAt(review, 'spec') ?? {};
  const user = review.kind === 'SelfSubjectAccessReview' ? sender : userOf(spec);
  const { allowed, reason } = authorizer.authorize(attributesOf(user, spec));
  const ignored = ignoredSelectors(objectAt(spec, 'resourceAttributes'));
  review['status'] = {
    allowed,
    ...(reason !== '' && { reason }),
    ...(ignored !== '' && { evaluationError: ignored }),
  };
  return [];
}

function userOf(spec: JsonObject): User {
  const groups = listAt(spec, 'groups').filter((group) => typeof group === 'string');
  return { name: stringAt(spec, 'user'), groups };
}

function attributesOf(user: User, spec: JsonObject): Attributes {
  const { resourceAttributes: asked } = spec;
  if (!isObject(asked)) {
    const path = objectAt(spec, 'nonResourceAttributes');
    return { user, verb: stringAt(path, 'verb'), path: stringAt(path, 'path') };
  }
  return {
    user,
    verb: stringAt(asked, 'verb'),
    resource: {
      group: stringAt(asked, 'group'),
      resource: stringAt(asked, 'resource'),
      subresource: stringAt(asked, 'subresource'),
      namespace: stringAt(asked, 'namespace'),
      name: stringAt(asked, 'name'),
    },
  };
}

const EXACTLY_ONE = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';

/** Source: k8s.io/kubernetes/pkg/apis/authorization/validation. */
function problemsOf(review: Draft): readonly FieldError[] {
  const spec = objectAt(review, 'spec') ?? {};
  const { resourceAttributes, nonResourceAttributes } = spec;
  const errors: FieldError[] = [];
  if (isObject(resourceAttributes) === isObject(nonResourceAttributes)) {
    const shown = isObject(nonResourceAttributes)
      ? new GoStruct({ Path: stringAt(nonResourceAttributes, 'path'), Verb: stringAt(nonResourceAttributes, 'verb') })
      : undefined;
    errors.push(invalid('spec', shown, EXACTLY_ONE));
  }
  if (
    review.kind !== 'SelfSubjectAccessReview' &&
    stringAt(spec, 'user') === '' &&
    listAt(spec, 'groups').length === 0
  ) {
    errors.push(invalid('spec.user', '', 'at least one of user or group must be specified'));
  }
  for (const selector of ['fieldSelector', 'labelSelector']) {
    errors.push(...selectorProblems(objectAt(resourceAttributes, selector), `spec.resourceAttributes.${selector}`));
  }
  const { managedFields: _fields, namespace = '', ...metadata } = review.metadata;
  const local = review.kind === 'LocalSubjectAccessReview';
  const named = local ? metadata : { ...metadata, ...(namespace !== '' && { namespace }) };
  if (Object.values(named).some((value) => value !== undefined && value !== '')) {
    const rule = local ? 'must be empty except for namespace' : 'must be empty';
    errors.push(invalid('metadata', metaText(review.metadata), rule));
  }
  if (!local) return errors;
  if (isObject(resourceAttributes) && stringAt(resourceAttributes, 'namespace') !== namespace) {
    const asked = stringAt(resourceAttributes, 'namespace');
    errors.push(invalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace'));
  }
  if (isObject(nonResourceAttributes)) {
    const shown = new GoStruct({
      Path: stringAt(nonResourceAttributes, 'path'),
      Verb: stringAt(nonResourceAttributes, 'verb'),
    });
    errors.push(invalid('spec.nonResourceAttributes', shown, 'disallowed on this kind of request'));
  }
  return errors;
}

/** The metadata as Go writes it. */
function metaText({ managedFields, ...metadata }: Draft['metadata']): GoStruct {
  const names = ['manager', 'operation', 'apiVersion', 'time', 'fieldsType', 'fieldsV1', 'subresource'];
  return new GoStruct({
    ...metadata,
    ...(managedFields && { managedFields: managedFields.map((entry) => GoStruct.ordered(entry, names)) }),
  });
}

function selectorProblems(selector: JsonObject | undefined, path: string): readonly FieldError[] {
  if (!selector) return [];
  const raw = stringAt(selector, 'rawSelector');
  const requirements = listAt(selector, 'requirements');
  if (raw !== '' && requirements.length > 0) {
    return [invalid(`${path}.rawSelector`, raw, 'may not specified at the same time as requirements')];
  }
  if (raw !== '' || requirements.length > 0) return [];
  const detail = `when ${path} is specified, requirements or rawSelector is required`;
  return [required(`${path}.requirements`, detail)];
}

/** Roles know nothing of selectors; those that cannot be read are told. */
function ignoredSelectors(attributes: JsonObject | undefined): string {
  const told = [
    ['fieldSelector', parseFieldSelector],
    ['labelSelector', parseLabelSelector],
  ] as const;
  return told
    .filter(([name, parse]) => !isReadable(stringAt(attributes, name, 'rawSelector'), parse))
    .map(([name]) => `spec.resourceAttributes.${name} ignored due to parse error`)
    .join('; ');
}

function isReadable(text: string, parse: (text: string) => unknown): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
