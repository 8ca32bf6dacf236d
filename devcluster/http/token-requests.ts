import { formatTime } from '../clock.ts';
import { ISSUER } from '../auth/service-account-tokens.ts';
import { definitionName, definitionSchema } from '../kinds/builtin-definitions.ts';
import { nativeKind } from '../kinds/native-kind.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { quote } from '../schema/go-text.ts';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../schema/json.ts';
import { objectKey } from '../store/object.ts';
import { decode } from '../verbs/decode.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { answer, namespaceOf } from './resource-request.ts';
import { badRequest, conflict, invalid, methodNotAllowed, notFound } from './status.ts';
import { readObject, writeOptions } from './writes.ts';
import type { BoundObject, ServiceAccountTokens, TokenWish } from '../auth/service-account-tokens.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { ApiResponse } from './exchange.ts';
import type { ResourceRequest } from './resource-request.ts';

const GROUP = 'authentication.k8s.io';
const KIND = 'TokenRequest';

/** What is posted to `serviceaccounts/token`; a kind that no resource has. */
const TOKEN_REQUEST = nativeKind({
  group: GROUP,
  version: 'v1',
  kind: KIND,
  plural: 'tokenrequests',
  singular: 'tokenrequest',
  namespaced: true,
  shortNames: [],
  categories: [],
  verbs: ['create'],
  subresources: [],
  storageVersionHash: undefined,
  stored: false,
  schema: () => definitionSchema(definitionName(GROUP, 'v1', KIND) ?? ''),
});

/** In seconds. */
const SHORTEST = 600;
const LONGEST = 2 ** 32;

/**
 * POST to `serviceaccounts/token`: issues a token for the account. Source: k8s.io/kubernetes/pkg/registry/core/serviceaccount/storage/token.go.
 */
export async function answerTokenRequest(
  tokens: ServiceAccountTokens,
  resource: ResourceRequest,
): Promise<ApiResponse> {
  const { api, kind, info, request } = resource;
  if (request.method !== 'POST') throw methodNotAllowed();
  const body = await readObject({ ...resource, kind: TOKEN_REQUEST });
  const options = writeOptions(resource, 'CreateOptions');
  const asked = decode(TOKEN_REQUEST, body, options, true);
  const wanted = recordWrite(api, TOKEN_REQUEST, 'token', undefined, asked, options);
  const namespace = namespaceOf(resource);
  matchPath(wanted, namespace, info.name);
  const account = api.store.collection(kind.collection).get(objectKey(namespace, info.name));
  if (!account) throw notFound(resourceOf(kind), info.name);
  checkUid(wanted, account);
  const now = api.clock.now();
  const { metadata } = wanted;
  const { name, uid } = account.metadata;
  wanted.metadata = { ...metadata, name, namespace, uid, creationTimestamp: formatTime(now) };
  const spec = objectAt(wanted, 'spec') ?? {};
  if (listAt(spec, 'audiences').length === 0) spec['audiences'] = tokens.audiences;
  wanted['spec'] = spec;
  const wish = { ...wishOf(spec), ...bindingOf(resource, spec) };
  const token = tokens.issue(account, wish);
  const end = new Date(now.getTime() + expirationOf(spec) * 1000);
  wanted['status'] = { token, expirationTimestamp: formatTime(end) };
  TOKEN_REQUEST.strategy.applyDefaults(wanted);
  return answer(resource, wanted, 201);
}

function matchPath({ metadata }: Draft, namespace: string | undefined, name: string): void {
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (!metadata.name || metadata.name === name) return;
  const error = invalidField('metadata.name', metadata.name, 'must match the service account name if specified');
  throw invalid(GROUP, KIND, name, [error]);
}

function checkUid({ metadata }: Draft, account: ApiObject): void {
  const { uid = '', name } = account.metadata;
  if (!metadata.uid || metadata.uid === uid) return;
  const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`;
  throw conflict({ group: GROUP, resource: KIND }, name, why);
}

function expirationOf(spec: unknown): number {
  const seconds = valueAt(spec, 'expirationSeconds');
  return typeof seconds === 'number' ? seconds : 0;
}

/** Such tokens of pods are good for a year, so that old clients that never read them again go on. */
const EXTENDED = 3607;
const EXTENSION = 365 * 24 * 60 * 60;

function wishOf(spec: unknown): TokenWish {
  const expirationSeconds = expirationOf(spec);
  const errors: FieldError[] = [];
  const wrong = (why: string): number =>
    errors.push(invalidField('spec.expirationSeconds', expirationSeconds, `may not specify a duration ${why}`));
  if (expirationSeconds < SHORTEST) wrong('less than 10 minutes');
  if (expirationSeconds > LONGEST) wrong('larger than 2^32 seconds');
  const attestations = objectAt(spec, 'attestations') ?? {};
  if (Object.keys(attestations).length > 0) {
    const why = 'attestations may only be specified with a webhook bound object reference';
    errors.splice(0, errors.length, invalidField('spec.attestations', attestations, why));
  }
  if (errors.length > 0) throw invalid(GROUP, KIND, '', errors);
  const audiences = listAt(spec, 'audiences').filter((audience) => typeof audience === 'string');
  const extended =
    stringAt(spec, 'boundObjectRef', 'kind') === 'Pod' &&
    expirationSeconds === EXTENDED &&
    audiences.every((audience) => audience === ISSUER);
  return { audiences, expirationSeconds: extended ? EXTENSION : expirationSeconds };
}

function bindingOf(resource: ResourceRequest, spec: unknown): Partial<TokenWish> {
  const ref = valueAt(spec, 'boundObjectRef');
  if (!isObject(ref)) return {};
  const [apiVersion, kind, name] = [stringAt(ref, 'apiVersion'), stringAt(ref, 'kind'), stringAt(ref, 'name')];
  if (apiVersion.includes('/') || (kind !== 'Pod' && kind !== 'Secret' && kind !== 'Node')) {
    throw badRequest(`cannot bind token to object of type ${typeText(apiVersion, kind)}`);
  }
  const { store } = resource.api;
  const plural = `${kind.toLowerCase()}s`;
  const key = kind === 'Node' ? name : objectKey(namespaceOf(resource), name);
  const object = store.collection(`/${plural}`).get(key);
  if (!object) throw notFound({ group: '', resource: plural }, name);
  if (kind === 'Pod' && stringAt(object, 'spec', 'serviceAccountName') !== resource.info.name) {
    const account = quote(resource.info.name);
    throw badRequest(
      `cannot bind token for serviceaccount ${account} to pod running with different serviceaccount name.`,
    );
  }
  const { uid = '' } = object.metadata;
  const asked = stringAt(ref, 'uid');
  if (asked !== '' && asked !== uid) {
    const why = `the UID in the bound object reference (${asked}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', resource: kind }, name, why);
  }
  const bound: BoundObject = { kind, name, uid };
  const nodeName = kind === 'Pod' ? stringAt(object, 'spec', 'nodeName') : '';
  if (nodeName === '') return { bound };
  return { bound, node: { name: nodeName, uid: store.collection('/nodes').get(nodeName)?.metadata.uid ?? '' } };
}

/** `%s` of a GroupVersionKind. */
function typeText(apiVersion: string, kind: string): string {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return `${group}/${version}, Kind=${kind}`;
}
