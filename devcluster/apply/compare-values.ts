/**
 * Which fields two values of a type differ in.
 * Source: sigs.k8s.io/structured-merge-diff/v6/typed compareWalker.
 */
import { deepEqual, isArray, isObject, own, type JsonObject } from '../schema/json.ts';
import { FieldSet } from './field-set.ts';
import { itemElement } from './list-item.ts';
import { shapeOf, type ListType, type MapType, type MergeType, type Shape } from './merge-type.ts';
import { elementText, fieldElement, type PathElement } from './path-element.ts';
import { scalarError } from './validate-typed.ts';
import { TypedValueError, type TypedError } from './typed-error.ts';

export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** @throws TypedValueError where a value does not fit its type. */
export function compareValues(type: MergeType, before: unknown, after: unknown): Comparison {
  const walk = new CompareWalk();
  walk.compare(type, before, after);
  if (walk.errors.length > 0) throw new TypedValueError(walk.errors);
  return walk;
}

/** A comparison without some fields and all that is below them. */
export function excludeFields(comparison: Comparison, excluded: FieldSet): Comparison {
  return {
    removed: comparison.removed.recursiveDifference(excluded),
    modified: comparison.modified.recursiveDifference(excluded),
    added: comparison.added.recursiveDifference(excluded),
  };
}

/** `undefined` is "not there", null is a value. */
class CompareWalk implements Comparison {
  readonly removed = new FieldSet();
  readonly modified = new FieldSet();
  readonly added = new FieldSet();
  readonly errors: TypedError[] = [];
  readonly #path: PathElement[] = [];

  compare(type: MergeType, before: unknown, after: unknown): void {
    const shapeBefore = shapeOf(type, before);
    const shapeAfter = shapeOf(type, after);
    let leaf: boolean;
    if (after === undefined) {
      leaf = this.#compareAs(shapeBefore, type, before, after);
    } else {
      // A value that changed its shape is compared as both; null takes the other's shape.
      if (before !== undefined && shapeBefore !== shapeAfter) this.#compareAs(shapeBefore, type, before, after);
      leaf = this.#compareAs(shapeAfter, type, before, after);
    }
    if (leaf) return;
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
  }

  /** @returns whether the value was compared as one piece. */
  #compareAs(shape: Shape | undefined, type: MergeType, before: unknown, after: unknown): boolean {
    switch (shape) {
      case 'map': {
        const ours = isObject(before) ? before : {};
        const theirs = isObject(after) ? after : {};
        const empty = Object.keys(ours).length === 0 && Object.keys(theirs).length === 0;
        if (type.map === undefined || type.map.atomic || empty) return this.#compareLeaf(before, after);
        this.#compareMaps(type.map, ours, theirs);
        return false;
      }
      case 'list': {
        const ours = isArray(before) ? before : [];
        const theirs = isArray(after) ? after : [];
        const empty = ours.length === 0 && theirs.length === 0;
        if (type.list === undefined || type.list.atomic || empty) return this.#compareLeaf(before, after);
        this.#compareLists(type.list, ours, theirs);
        return false;
      }
      case 'scalar':
        if (type.scalar !== undefined) {
          const wrongBefore = scalarError(type.scalar, before);
          const wrongAfter = scalarError(type.scalar, after);
          if (wrongBefore !== undefined && wrongAfter !== undefined) {
            this.#report(`lhs: ${wrongBefore}`);
            this.#report(`rhs: ${wrongAfter}`);
            return false;
          }
        }
        return this.#compareLeaf(before, after);
      case undefined:
        this.#report('schema error: invalid atom: inlined');
        return false;
    }
  }

  #compareLeaf(before: unknown, after: unknown): true {
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
    else if (!deepEqual(before, after)) this.modified.insert(this.#path);
    return true;
  }

  #compareMaps(type: MapType, before: JsonObject, after: JsonObject): void {
    const visit = (name: string): void => {
      const member = type.member(name);
      this.#path.push(fieldElement(name));
      if (member === undefined) this.#report('schema error: invalid atom: inlined');
      else this.compare(member, own(before, name), own(after, name));
      this.#path.pop();
    };
    for (const name of Object.keys(before)) visit(name);
    for (const name of Object.keys(after)) {
      if (!Object.hasOwn(before, name)) visit(name);
    }
  }

  #compareLists(type: ListType, before: readonly unknown[], after: readonly unknown[]): void {
    const ours = this.#groupItems(type, before);
    const theirs = this.#groupItems(type, after);
    for (const element of new Set([...ours.keys(), ...theirs.keys()])) {
      this.#compareItems(type, element, ours.get(element) ?? [], theirs.get(element) ?? []);
    }
  }

  /** Items that appear once are compared; those that appear several times count as one piece. */
  #compareItems(type: ListType, element: PathElement, before: readonly unknown[], after: readonly unknown[]): void {
    this.#path.push(element);
    if (before.length <= 1 && after.length <= 1) {
      this.compare(type.items, before[0], after[0]);
    } else if (before.length >= 2 && after.length >= 2) {
      if (!deepEqual(before, after)) this.modified.insert(this.#path);
    } else if (before.length >= 2) {
      if (after.length > 0) this.compare(type.items, undefined, after[0]);
      this.removed.insert(this.#path);
    } else {
      if (before.length > 0) this.compare(type.items, before[0], undefined);
      this.added.insert(this.#path);
    }
    this.#path.pop();
  }

  #groupItems(type: ListType, list: readonly unknown[]): Map<PathElement, unknown[]> {
    const groups = new Map<PathElement, unknown[]>();
    for (const [index, item] of list.entries()) {
      const element = itemElement(type, item);
      if (typeof element !== 'string') {
        this.#report(`element ${index}: ${element.error}`);
        continue;
      }
      const group = groups.get(element);
      if (group === undefined) groups.set(element, [item]);
      else group.push(item);
    }
    return groups;
  }

  #report(text: string): void {
    this.errors.push({ path: this.#path.map(elementText).join(''), text });
  }
}
