import { randomBytes } from 'node:crypto';
import { SERVER } from '../auth/user.ts';
import { formatTime } from '../clock.ts';
import { quote } from '../schema/go-text.ts';
import { ownWrite } from '../verbs/api.ts';
import { create } from '../verbs/create.ts';
import { CONTROLLER_MANAGER } from './change-meta.ts';
import type { ApiObject, OwnerReference } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

const COMPONENT = 'garbage-collector-controller';

/**
 * An owner with all that a reference says of it: a reference that has but the uid of an object is not one to it. The version is
 * left out, as an object has the same uid in all of them.
 */
export function ownerText({ apiVersion, kind, name, uid }: OwnerReference, namespace: string | undefined): string {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return `${group}/${kind} ${namespace ?? ''}/${name} ${uid}`;
}

/** Whether an owner that lives in a namespace (undefined: it does not live) is in another one than its dependent. */
export function isElsewhere(namespace: string | undefined, { metadata }: ApiObject): boolean {
  return namespace !== undefined && namespace !== '' && namespace !== (metadata.namespace ?? '');
}

/** Tells that an object is collected because its owner is in another namespace, where no reference reaches. */
export function reportForeignOwner(api: Api, dependent: ApiObject, reference: OwnerReference): void {
  const { apiVersion, kind, metadata } = dependent;
  const { name, uid, namespace = 'default' } = metadata;
  const events = api.kinds.find('', 'v1', 'events');
  // Nothing new is taken into a namespace that is about to go.
  const home = api.store.collection('/namespaces').get(namespace);
  if (!events || !home || home.metadata.deletionTimestamp) return;
  const owner = `[${reference.apiVersion}/${reference.kind}, namespace: ${namespace}, name: ${reference.name}, uid: ${reference.uid}]`;
  const now = formatTime(api.clock.now());
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject: { kind, namespace, name, uid, apiVersion },
    reason: 'OwnerRefInvalidNamespace',
    message: `ownerRef ${owner} does not exist in namespace ${quote(namespace)}`,
    source: { component: COMPONENT },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type: 'Warning',
    eventTime: null,
    reportingComponent: COMPONENT,
    reportingInstance: '',
  };
  create(api, events, namespace, event, ownWrite(SERVER, CONTROLLER_MANAGER));
}
