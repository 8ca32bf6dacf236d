import { deepCopy } from '../schema/json.ts';
import { nativeStrategy } from '../strategies/native.ts';
import { asDraft } from '../verbs/draft.ts';
import { STORED_EVENT_GROUP, convertEvent } from './events.ts';
import type { BuiltinKind } from './builtin.ts';
import type { ServedKind } from './served-kind.ts';

const DEPRECATED: Readonly<Record<string, string>> = {
  '/v1/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  '/v1/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** A built-in kind as the API serves it. */
export function nativeKind(builtin: BuiltinKind): ServedKind {
  const { group, version, kind, plural, singular, namespaced, shortNames, categories, verbs, subresources } = builtin;
  return {
    group,
    version,
    kind,
    listKind: `${kind}List`,
    plural,
    singular,
    namespaced,
    shortNames,
    categories,
    verbs,
    subresources,
    collection: `${group}/${plural}`,
    custom: false,
    stored: builtin.stored,
    storageVersionHash: builtin.storageVersionHash,
    deprecationWarning: DEPRECATED[`${group}/${version}/${kind}`],
    schema: builtin.schema,
    strategy: nativeStrategy(builtin),
    fromStorage: (object) => object,
    toStorage: (draft) => draft,
    ...(group === 'events.k8s.io' && kind === 'Event' && EVENTS_OF_CORE),
  };
}

/** Events are stored once, as the core group has them. */
const EVENTS_OF_CORE: Pick<ServedKind, 'collection' | 'fromStorage' | 'toStorage'> = {
  collection: `${STORED_EVENT_GROUP}/events`,
  fromStorage: (object) => asDraft(convertEvent(deepCopy(object), 'events.k8s.io')),
  toStorage: (draft) => asDraft(convertEvent(draft, STORED_EVENT_GROUP)),
};
