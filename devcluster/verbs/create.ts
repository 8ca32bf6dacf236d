import { randomUUID } from 'node:crypto';
import { refuseEscalation } from '../auth/escalation.ts';
import { completeNew } from '../admission/admission.ts';
import { formatTime } from '../clock.ts';
import { alreadyExists, badRequest, generatedNameTaken, invalid, plainError } from '../http/status.ts';
import { resourceOf, storedGroupOf } from '../kinds/served-kind.ts';
import { deepCopy } from '../schema/json.ts';
import { orderObjectMeta } from '../strategies/object-meta.ts';
import { freezeJson } from '../store/json.ts';
import { keyOf } from '../store/object.ts';
import { admitOwners } from '../admission/owner-permissions.ts';
import { admitCreate } from '../admission/namespaces.ts';
import { admitPodSecurity } from '../admission/pod-security/pod-security.ts';
import { recordWrite } from './field-manager.ts';
import { generateName } from './generated-name.ts';
import { dropDuplicateOwners } from './owner-references.ts';
import { checkSize } from './size-limit.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from './api.ts';

/** How often another name is tried for `generateName`. */
const NAME_ATTEMPTS = 8;

/**
 * POST of a new object. `draft` is the request's object after decoding, with its defaults; it may be changed.
 * Returns the object as stored (or as it would be), in the version of `kind`.
 */
export function create(
  api: Api,
  kind: ServedKind,
  namespace: string | undefined,
  draft: Draft,
  options: WriteOptions,
): ApiObject {
  wipeSystemFields(draft);
  matchNamespace(kind, namespace, draft);
  dropDuplicateOwners(draft, options.warn, 'before');
  const tracked = recordWrite(api, kind, '', undefined, draft, options);
  admitCreate(api, kind, namespace, tracked.metadata.name);
  refuseEscalation(api.authorizer, { kind, namespace, name: '', draft: tracked, old: undefined, user: options.user });
  if (namesVersion(tracked)) throw plainError('resourceVersion should not be set on objects to be created');
  return insert(api, kind, tracked, options);
}

/** A resource version that some object may have had; 0 and what is no number are passed over. */
function namesVersion({ metadata }: Draft): boolean {
  const version = metadata.resourceVersion ?? '';
  return /^\d{1,20}$/.test(version) && BigInt(version) > 0n && BigInt(version) < 2n ** 64n;
}

/** The second half of a create, which a PUT or an apply of a missing object shares: that one has to be allowed to create. */
export function insert(
  api: Api,
  kind: ServedKind,
  draft: Draft,
  options: WriteOptions,
  demandCreate?: () => void,
): ApiObject {
  const generated = !draft.metadata.name && Boolean(draft.metadata.generateName);
  for (let attempt = 1; ; attempt++) {
    const candidate = generated ? deepCopy(draft) : draft;
    if (generated) candidate.metadata.name = generateName(draft.metadata.generateName ?? '');
    const stored = insertNamed(api, kind, candidate, options, demandCreate);
    if (stored) return kind.fromStorage(stored);
    if (!generated) throw taken(api, kind, candidate);
    if (attempt === NAME_ATTEMPTS) throw generatedNameTaken(resourceOf(kind), candidate.metadata.name);
  }
}

function insertNamed(
  api: Api,
  kind: ServedKind,
  draft: Draft,
  options: WriteOptions,
  demandCreate: (() => void) | undefined,
): ApiObject | undefined {
  const { metadata } = draft;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = formatTime(api.clock.now());
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  kind.strategy.prepareForCreate(draft);
  completeNew(api, kind, draft, options.warn);
  const errors = kind.strategy.validate(draft, undefined, '', options.warn);
  if (errors.length > 0) throw invalid(storedGroupOf(kind), draft.kind, metadata.name, errors);
  for (const warning of kind.strategy.warnings(draft, undefined, '')) options.warn(warning);
  demandCreate?.();
  admitPodSecurity(api, kind, draft, undefined, options);
  admitOwners(api, { kind, subresource: '', draft, old: undefined, user: options.user });
  const collection = api.store.collection(kind.collection);
  if (collection.get(keyOf(draft))) return undefined;
  orderObjectMeta(draft);
  const stored = kind.toStorage(draft);
  if (!options.dryRun) checkSize(stored);
  return options.dryRun ? freezeJson<ApiObject>(stored) : api.store.put(collection, stored);
}

function taken(api: Api, kind: ServedKind, draft: Draft): Error {
  const there = api.store.collection(kind.collection).get(keyOf(draft));
  const being = there?.metadata.deletionTimestamp ? 'object is being deleted: ' : '';
  return alreadyExists(resourceOf(kind), draft.metadata.name, being);
}

/** What only the server may set. */
export function wipeSystemFields({ metadata }: Draft): void {
  delete metadata.uid;
  delete metadata.creationTimestamp;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
}

/** The namespace of the path counts; an object that names another one is refused. */
export function matchNamespace(kind: ServedKind, namespace: string | undefined, { metadata }: Draft): void {
  if (!kind.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (namespace !== undefined) metadata.namespace = namespace;
}
