import { formatNumber, marshalJson, quote } from '../schema/go-text.ts';
import { isArray, isObject, type JsonObject } from '../schema/json.ts';
import { itemElement } from './list-item.ts';
import { shapeOf, type ListType, type MapType, type MergeType, type ScalarType } from './merge-type.ts';
import { elementText, fieldElement, indexElement, type PathElement } from './path-element.ts';
import { TypedValueError, type TypedError } from './typed-error.ts';

/**
 * Checks that a value fits its type: shapes, members that the schema knows, items that can be told apart.
 * @param allowDuplicates of the items in sets and maps: stored objects may have them, what is applied may not.
 * @throws TypedValueError
 */
export function checkTyped(type: MergeType, value: unknown, allowDuplicates: boolean): void {
  const errors: TypedError[] = [];
  walk(type, value, [], allowDuplicates, errors);
  if (errors.length > 0) throw new TypedValueError(errors);
}

function walk(
  type: MergeType,
  value: unknown,
  path: PathElement[],
  allowDuplicates: boolean,
  errors: TypedError[],
): void {
  const report = (text: string): void => {
    errors.push({ path: path.map(elementText).join(''), text });
  };
  switch (shapeOf(type, value)) {
    case 'map':
      if (type.map === undefined || value === null || value === undefined) return;
      if (!isObject(value)) return report(`expected map, got ${goPointer(value)}`);
      return walkMap(type.map, value, path, allowDuplicates, errors);
    case 'list':
      if (type.list === undefined || value === null || value === undefined) return;
      if (!isArray(value)) return report(`expected list, got ${goPointer(value)}`);
      return walkList(type.list, value, path, allowDuplicates, errors);
    case 'scalar': {
      const error = type.scalar === undefined ? undefined : scalarError(type.scalar, value);
      if (error !== undefined) report(error);
      return;
    }
    case undefined:
      report('schema error: invalid atom: inlined');
  }
}

function walkMap(
  type: MapType,
  value: JsonObject,
  path: PathElement[],
  allowDuplicates: boolean,
  errors: TypedError[],
): void {
  for (const name of Object.keys(value)) {
    const member = type.member(name);
    path.push(fieldElement(name));
    if (member === undefined) {
      errors.push({ path: path.map(elementText).join(''), text: 'field not declared in schema' });
    } else {
      walk(member, value[name], path, allowDuplicates, errors);
    }
    path.pop();
    if (member === undefined) return;
  }
}

function walkList(
  type: ListType,
  list: readonly unknown[],
  path: PathElement[],
  allowDuplicates: boolean,
  errors: TypedError[],
): void {
  const seen = new Set<PathElement>();
  const report = (text: string): void => {
    errors.push({ path: path.map(elementText).join(''), text });
  };
  for (const [index, item] of list.entries()) {
    const element = type.atomic ? indexElement(index) : itemElement(type, item);
    if (typeof element !== 'string') return report(`element ${index}: ${element.error}`);
    if (seen.has(element) && !allowDuplicates) report(`duplicate entries for key ${elementText(element)}`);
    seen.add(element);
    path.push(element);
    walk(type.items, item, path, allowDuplicates, errors);
    path.pop();
  }
}

/** What is wrong with a scalar; null is none. */
export function scalarError(type: ScalarType, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (type) {
    case 'numeric':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`;
    case 'string':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${goPointer(value)}`;
    case 'untyped':
      return typeof value === 'object' ? `expected any scalar, got ${goPointer(value)}` : undefined;
  }
}

/** `%T` */
function goType(value: unknown): string {
  if (isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

/** `%#v` */
function goSyntax(value: unknown): string {
  if (isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${quote(key)}:${goSyntax(value[key])}`);
    return `map[string]interface {}{${members.join(', ')}}`;
  }
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' ? formatNumber(value) : marshalJson(value).replace('null', 'interface {}(nil)');
}

/** `%v` of a pointer to a value */
function goPointer(value: unknown): string {
  return `&{${goPlain(value)}}`;
}

function goPlain(value: unknown): string {
  if (isArray(value)) return `[${value.map(goPlain).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${key}:${goPlain(value[key])}`);
    return `map[${members.join(' ')}]`;
  }
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '<nil>' : marshalJson(value);
}
