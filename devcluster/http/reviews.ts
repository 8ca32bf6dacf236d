import { formatTime } from '../clock.ts';
import { fillAccessReview } from '../auth/access-review.ts';
import { missingText } from '../auth/authorizer.ts';
import { userInfo } from '../auth/user.ts';
import { isArray, stringAt, valueAt } from '../schema/json.ts';
import { decode } from '../verbs/decode.ts';
import { matchNamespace } from '../verbs/create.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { answer, namespaceOf } from './resource-request.ts';
import { badRequest, invalid, methodNotAllowed, noSuchResource } from './status.ts';
import { readObject, writeOptions } from './writes.ts';
import type { User } from '../auth/user.ts';
import type { Draft } from '../store/object.ts';
import type { ApiResponse } from './exchange.ts';
import type { ResourceRequest } from './resource-request.ts';
import type { Served } from './route.ts';

/** Whether a kind is a question about users and what they may do, which is answered and not stored. */
export function isReview(kind: string): boolean {
  return Object.hasOwn(REVIEWS, kind);
}

/** POST of such a question. Source: k8s.io/kubernetes/pkg/registry/authorization and …/authentication. */
export async function answerReview(served: Served, resource: ResourceRequest): Promise<ApiResponse> {
  const { api, kind, info, request, caller } = resource;
  if (info.name !== '') throw noSuchResource();
  if (request.method !== 'POST') throw methodNotAllowed();
  const body = await readObject(resource);
  const options = writeOptions(resource, 'CreateOptions');
  const asked = decode(kind, body, options, true);
  matchNamespace(kind, namespaceOf(resource), asked);
  const review = recordWrite(api, kind, '', undefined, asked, options);
  REVIEWS[kind.kind]?.(review, served, caller.user);
  // The status in the shape of its Go type.
  kind.strategy.applyDefaults(review);
  return answer(resource, review, 201);
}

type Review = (review: Draft, served: Served, user: User) => void;

const accessReview: Review = (review, { api }, user) => {
  const errors = fillAccessReview(api.authorizer, review, user);
  // The real server has forgotten by then which kind it was asked for.
  if (errors.length > 0) throw invalid('authorization.k8s.io', '', '', errors);
};

const REVIEWS: Readonly<Record<string, Review>> = {
  SelfSubjectAccessReview: accessReview,
  SubjectAccessReview: accessReview,
  LocalSubjectAccessReview: accessReview,
  SelfSubjectRulesReview(review, { api }, user) {
    const namespace = stringAt(review, 'spec', 'namespace');
    if (namespace === '') throw badRequest('no namespace on request');
    const { rules, missing } = api.authorizer.rulesFor(user, namespace);
    review.metadata = { name: '' };
    review['spec'] = {};
    review['status'] = {
      resourceRules: rules
        .filter(({ resources }) => resources.length > 0)
        .map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, resourceNames })),
      nonResourceRules: rules
        .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
      ...(missing.length > 0 && { evaluationError: missingText(missing) }),
    };
  },
  SelfSubjectReview(review, { api }, user) {
    review.metadata = { name: '', creationTimestamp: formatTime(api.clock.now()) };
    review['status'] = { userInfo: userInfo(user) };
  },
  TokenReview(review, { tokens }) {
    const token = stringAt(review, 'spec', 'token');
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    const audiences = valueAt(review, 'spec', 'audiences');
    const asked = isArray(audiences) ? audiences.filter((audience) => typeof audience === 'string') : [];
    const { user, error, audiences: common } = tokens.authenticate(token, asked.length > 0 ? asked : undefined);
    review['status'] = user ? { authenticated: true, user: userInfo(user), audiences: common } : { user: {}, error };
  },
};
