import { FieldSet } from './field-set.ts';
import { shapeOf, type MergeType } from './merge-type.ts';
import { fieldName, isKeyElement, type PathElement } from './path-element.ts';

/**
 * A field set in the terms of the type as it is now: where something has become atomic, its owner of parts owns the whole.
 * Source: sigs.k8s.io/structured-merge-diff/v6/typed ReconcileFieldSetWithSchema.
 */
export function reconcileFieldSet(type: MergeType, set: FieldSet): FieldSet {
  const nowAtomic = new FieldSet();
  findNowAtomic(type, set, false, [], nowAtomic);
  return nowAtomic.isEmpty ? set : set.recursiveDifference(nowAtomic).union(nowAtomic);
}

function findNowAtomic(
  type: MergeType,
  set: FieldSet | undefined,
  isLeaf: boolean,
  path: PathElement[],
  found: FieldSet,
): void {
  const shape = shapeOf(type, undefined);
  if (shape === 'map' && type.map !== undefined) {
    const map = type.map;
    if (map.deduced) return;
    if (!isLeaf && map.atomic) {
      if (set !== undefined && !set.isEmpty) found.insert(path);
    } else if (set !== undefined) {
      visitElements(set, path, found, (element) => map.member(fieldName(element) ?? ''));
    }
  } else if (shape === 'list' && type.list !== undefined) {
    const list = type.list;
    if (!isLeaf && list.atomic) found.insert(path);
    else if (set !== undefined) visitElements(set, path, found, () => list.items);
  }
}

function visitElements(
  set: FieldSet,
  path: PathElement[],
  found: FieldSet,
  typeOf: (element: PathElement) => MergeType | undefined,
): void {
  for (const element of set.members.union(new Set(set.children.keys()))) {
    const type = typeOf(element);
    if (type === undefined) continue;
    const below = set.children.get(element);
    path.push(element);
    findNowAtomic(type, below, set.members.has(element) && below === undefined, path, found);
    path.pop();
  }
}

/**
 * The set with the named members on the way to its paths: `spec.ports` too where `spec.ports[0]` is in it.
 * Members of maps whose keys are data are not added, nor items.
 * Source: Set.EnsureNamedFieldsAreMembers.
 */
export function withNamedMembers(type: MergeType | undefined, set: FieldSet): FieldSet {
  const members = new Set(set.members);
  const children = new Map<PathElement, FieldSet>();
  for (const [element, below] of set.children) {
    const name = fieldName(element);
    let childType: MergeType | undefined;
    if (name !== undefined && type?.map !== undefined) {
      if (type.map.names(name)) members.add(element);
      childType = type.map.member(name);
    } else if (isKeyElement(element) && type?.list !== undefined) {
      childType = type.list.items;
    }
    children.set(element, withNamedMembers(childType, below));
  }
  return new FieldSet(members, children);
}
