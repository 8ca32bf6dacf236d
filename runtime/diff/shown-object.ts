import type { KubernetesObject } from '../kube/types.ts';
import { isMap, type Json } from './json.ts';

/** What of an object is the runtime's bookkeeping, and shown to nobody. */
export interface Bookkeeping {
  /** The API group of the operator's kind: its marks begin with it. */
  readonly group: string;
  readonly kind: string;
}

/** Two states of an object, to be compared. */
export interface ShownObjects {
  readonly before: object | undefined;
  readonly after: object | undefined;
}

/**
 * Two states of an object without what a server sets by itself (managedFields, uid, versions, times) and without the runtime's marks; values of a
 * Secret as asterisks, which tell only that they differ.
 */
export function shownObjects(
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
  bookkeeping: Bookkeeping,
): ShownObjects {
  const shown = { before: before && shownObject(before, bookkeeping), after: after && shownObject(after, bookkeeping) };
  const { apiVersion, kind } = before ?? after ?? {};
  const isSecret = apiVersion === 'v1' && kind === 'Secret';
  return isSecret ? masked(shown.before, shown.after) : shown;
}

function shownObject(
  { metadata, apiVersion, kind, ...object }: KubernetesObject,
  { group, kind: own }: Bookkeeping,
): object {
  const { name, namespace, labels, annotations, ownerReferences, finalizers, deletionTimestamp } = metadata;
  const isMark = (key: string): boolean =>
    key === `${group}/owner` ||
    key === `${group}/phase` ||
    key === `${group}/applied` ||
    key.startsWith(`applied.${group}/`);
  const isOwn = kind === own && (apiVersion ?? '').startsWith(`${group}/`);
  return {
    apiVersion,
    kind,
    metadata: defined({
      name,
      namespace,
      labels: without(labels, isMark),
      annotations: without(annotations, isMark),
      ownerReferences,
      finalizers,
      deletionTimestamp,
    }),
    ...(isOwn ? withoutTimes(object) : object),
  };
}

/** The counter and the times in the status of the operator's own kind. */
function withoutTimes(object: object): object {
  const status: Json = Reflect.get(object, 'status');
  if (!isMap(status)) return object;
  const { revision: _, conditions, transitions, ...rest } = status;
  const timeless = (items: Json, time: string): Json =>
    Array.isArray(items)
      ? items.map((item: Json) => (isMap(item) ? without(item, (name) => name === time) : item))
      : items;
  return {
    ...object,
    status: defined({
      ...rest,
      conditions: timeless(conditions, 'lastTransitionTime'),
      transitions: timeless(transitions, 'time'),
    }),
  };
}

function without(
  map: Readonly<Record<string, Json>> | undefined,
  leave: (name: string) => boolean,
): object | undefined {
  const left = Object.entries(map ?? {}).filter(([name]) => !leave(name));
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

function defined(members: Readonly<Record<string, Json>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

const SAME = '***';
/** What kubectl applied last is a copy of the whole. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function masked(before: object | undefined, after: object | undefined): ShownObjects {
  const pairs = ['data', 'stringData'].map((field) => {
    const [was, is] = [mapIn(before, field), mapIn(after, field)];
    const differs = (name: string): boolean =>
      Object.hasOwn(was, name) && Object.hasOwn(is, name) && was[name] !== is[name];
    const maskedBy = (map: Readonly<Record<string, Json>>, word: string): object =>
      Object.fromEntries(Object.keys(map).map((name) => [name, differs(name) ? `${SAME} (${word})` : SAME]));
    return [field, maskedBy(was, 'before'), maskedBy(is, 'after')] as const;
  });
  const replaced = (object: object | undefined, side: 1 | 2): object | undefined => {
    if (!object) return undefined;
    const fields = pairs.flatMap((pair) =>
      field(object, pair[0]) === undefined ? [] : [[pair[0], pair[side]] as const],
    );
    return { ...object, ...Object.fromEntries(fields), metadata: withoutLastApplied(object) };
  };
  return { before: replaced(before, 1), after: replaced(after, 2) };
}

function withoutLastApplied(object: object): Json {
  const metadata = field(object, 'metadata');
  if (!isMap(metadata) || !isMap(metadata['annotations'])) return metadata;
  const { annotations, ...rest } = metadata;
  return defined({ ...rest, annotations: without(annotations, (name) => name === LAST_APPLIED) });
}

function mapIn(object: object | undefined, name: string): Readonly<Record<string, Json>> {
  const value = object && field(object, name);
  return isMap(value) ? value : {};
}

function field(object: object, name: string): Json {
  return Reflect.get(object, name);
}
