/**
 * Validation of a value by its OpenAPI schema: the same checks in the same order, with the same quirks and words, as
 * the real server's (k8s.io/kube-openapi/pkg/validation/validate, wrapped by apiextensions-apiserver/pkg/apiserver/validation).
 * Where Go walks a map in random order, this walks it in the order of the value's members.
 */
import { correlateItem, correlateMember, unchanged, type Correlation } from './correlation.ts';
import {
  invalid,
  notSupported,
  required,
  ROOT,
  tooLong,
  tooMany,
  typeInvalid,
  type FieldError,
} from './field-error.ts';
import { stringFormat } from './formats.ts';
import { characterCount, marshalJson, quote } from './go-text.ts';
import { deepEqual, isArray, isObject, type JsonObject } from './json.ts';
import { checkNumber, isInteger } from './number-validation.ts';
import { OpenApiResult } from './openapi-result.ts';
import { matchPattern } from './regexp.ts';
import { additionalSchema, schemaTypes, type Schema } from './schema.ts';

export interface OpenApiOptions {
  /** The value as it was before: errors in parts that did not change are forgiven. */
  readonly old?: Correlation | undefined;
  /** The path of the value in its object; none for the object itself. It leads the field, not the texts. */
  readonly root?: string | undefined;
}

export function validateOpenApi(schema: Schema, value: unknown, options: OpenApiOptions = {}): FieldError[] {
  return new OpenApiWalk(options.root).check(schema, value, '', options.old).errors;
}

class OpenApiWalk {
  readonly #root: string | undefined;

  constructor(root: string | undefined) {
    this.#root = root;
  }

  /** Checks a value, and forgives all errors in it if it is what it was. */
  check(schema: Schema, value: unknown, path: string, old: Correlation | undefined): OpenApiResult {
    const result = this.#checkPlainly(schema, value, path, old);
    if (result.valid || old === undefined || !unchanged(old)) return result;
    const forgiven = new OpenApiResult();
    forgiven.matches = result.matches;
    return forgiven;
  }

  #checkPlainly(schema: Schema, value: unknown, path: string, old: Correlation | undefined): OpenApiResult {
    const result = new OpenApiResult();
    const types = schemaTypes(schema);
    const format = effectiveFormat(schema);
    if (value === null || value === undefined) {
      this.#checkType(types, format, schema.nullable === true, null, path, result);
      this.#checkEnum(schema, null, path, result);
      return result;
    }
    if (types.length > 0 || format !== '') {
      this.#checkType(types, format, schema.nullable === true, value, path, result);
      result.matches++;
    }
    this.#checkCombinations(schema, value, path, result);
    result.matches++;
    if (typeof value === 'string') {
      this.#checkString(schema, value, path, result);
      result.matches++;
      const known = format === '' ? undefined : stringFormat(format);
      if (known !== undefined) {
        if (!known(value)) this.#wrongType(path, format, value, result);
        result.matches++;
      }
    }
    if (typeof value === 'number') {
      checkNumber(schema, types, format, value, path, {
        broken: (text, bad) => this.#invalid(path, bad, text, result),
        outOfRange: (text) => this.#plain(text, result),
      });
      result.matches += 2;
    }
    if (isArray(value)) {
      this.#checkList(schema, value, path, old, result);
      result.matches += 2;
    }
    this.#checkEnum(schema, value, path, result);
    result.matches++;
    if (isObject(value)) {
      this.#checkObject(schema, value, path, old, result);
      result.matches++;
    }
    result.matches++;
    return result;
  }

  #checkType(
    types: readonly string[],
    format: string,
    nullable: boolean,
    value: unknown,
    path: string,
    result: OpenApiResult,
  ): void {
    if (value === null) {
      if (types.length > 0 && !nullable) this.#wrongType(path, types.join(','), 'null', result);
      else result.matches++;
      return;
    }
    const actual = typeOf(value);
    const textual = typeof value === 'string' || isArray(value);
    const fits = types.includes(actual) || (actual === 'integer' && types.includes('number'));
    if (!textual && format !== '' && !fits) {
      this.#wrongType(path, format, formatOf(value), result);
      return;
    }
    if (format !== '' && textual && !types.includes('number') && !types.includes('integer')) {
      result.matches++;
      return;
    }
    if (!fits && types.length > 0) this.#wrongType(path, types.join(','), actual, result);
    else result.matches++;
  }

  #checkCombinations(schema: Schema, value: unknown, path: string, result: OpenApiResult): void {
    if (schema.anyOf !== undefined && schema.anyOf.length > 0) this.#checkAnyOf(schema.anyOf, value, path, result);
    if (schema.oneOf !== undefined && schema.oneOf.length > 0) this.#checkOneOf(schema.oneOf, value, path, result);
    if (schema.allOf !== undefined && schema.allOf.length > 0) this.#checkAllOf(schema.allOf, value, path, result);
    if (schema.not !== undefined && this.#checkPlainly(schema.not, value, path, undefined).valid) {
      this.#plain(`${quote(path)} must not validate the schema (not)`, result);
    }
    result.matches++;
  }

  #checkAnyOf(branches: readonly Schema[], value: unknown, path: string, result: OpenApiResult): void {
    let best: OpenApiResult | undefined;
    for (const branch of branches) {
      const outcome = this.#checkPlainly(branch, value, path, undefined);
      if (outcome.valid) {
        result.merge(outcome);
        return;
      }
      if (best === undefined || outcome.matches > best.matches) best = outcome;
    }
    this.#plain(`${quote(path)} must validate at least one schema (anyOf)`, result);
    if (best !== undefined) result.merge(best);
  }

  #checkOneOf(branches: readonly Schema[], value: unknown, path: string, result: OpenApiResult): void {
    let best: OpenApiResult | undefined;
    let first: OpenApiResult | undefined;
    let valid = 0;
    for (const branch of branches) {
      const outcome = this.#checkPlainly(branch, value, path, undefined);
      if (outcome.valid) {
        valid++;
        best = undefined;
        first ??= outcome;
      } else if (valid === 0 && (best === undefined || outcome.matches > best.matches)) {
        best = outcome;
      }
    }
    if (valid === 1 && first !== undefined) {
      result.merge(first);
      return;
    }
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    this.#plain(`${quote(path)} must validate one and only one schema (oneOf). ${found}`, result);
    if (best !== undefined) result.merge(best);
  }

  #checkAllOf(branches: readonly Schema[], value: unknown, path: string, result: OpenApiResult): void {
    let valid = 0;
    for (const branch of branches) {
      const outcome = this.#checkPlainly(branch, value, path, undefined);
      if (outcome.valid) valid++;
      result.merge(outcome);
    }
    if (valid < branches.length) {
      this.#plain(
        `${quote(path)} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`,
        result,
      );
    }
  }

  #checkString(schema: Schema, value: string, path: string, result: OpenApiResult): void {
    if (schema.maxLength !== undefined && characterCount(value) > schema.maxLength) {
      const text = `${path} in body should be at most ${schema.maxLength} chars long`;
      result.add(text, tooLong(this.#field(path), schema.maxLength));
      return;
    }
    if (schema.minLength !== undefined && characterCount(value) < schema.minLength) {
      this.#invalid(path, value, `${path} in body should be at least ${schema.minLength} chars long`, result);
      return;
    }
    if (schema.pattern === undefined || schema.pattern === '') return;
    const outcome = matchPattern(schema.pattern, value);
    if (outcome === true) return;
    const pattern =
      outcome === false ? schema.pattern : `${schema.pattern}, but pattern is invalid: ${outcome.invalid}`;
    this.#invalid(path, value, `${path} in body should match '${pattern}'`, result);
  }

  #checkList(
    schema: Schema,
    value: readonly unknown[],
    path: string,
    old: Correlation | undefined,
    result: OpenApiResult,
  ): void {
    const items = schema.items;
    if (items !== undefined) {
      value.forEach((item, index) => {
        const former = old === undefined ? undefined : correlateItem(old, index);
        result.merge(this.check(items, item, `${path}[${index}]`, former));
      });
    }
    if (schema.minItems !== undefined && value.length < schema.minItems) {
      const text = `${path} in body should have at least ${schema.minItems} items`;
      this.#invalid(path, value.length, text, result);
    }
    if (schema.maxItems !== undefined && value.length > schema.maxItems) {
      const text = `${path} in body should have at most ${schema.maxItems} items`;
      result.add(text, tooMany(this.#field(path), value.length, schema.maxItems));
    }
    if (schema.uniqueItems === true && value.some((item, i) => value.slice(0, i).some((one) => deepEqual(one, item)))) {
      this.#invalid(path, '', `${path} in body shouldn't contain duplicates`, result);
    }
  }

  #checkEnum(schema: Schema, value: unknown, path: string, result: OpenApiResult): void {
    const allowed = schema.enum;
    if (allowed === undefined || allowed.length === 0) return;
    if (value !== null && allowed.some((candidate) => candidate !== null && deepEqual(candidate, value))) return;
    const texts = allowed.map((candidate) => (typeof candidate === 'string' ? candidate : marshalJson(candidate)));
    result.add(`${path} in body should be one of [${texts.join(' ')}]`, notSupported(this.#field(path), value, texts));
  }

  #checkObject(
    schema: Schema,
    value: JsonObject,
    path: string,
    old: Correlation | undefined,
    result: OpenApiResult,
  ): void {
    const keys = Object.keys(value);
    if (schema.minProperties !== undefined && keys.length < schema.minProperties) {
      const text = `${path} in body should have at least ${schema.minProperties} properties`;
      this.#invalid(path, keys.length, text, result);
    }
    if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) {
      const text = `${path} in body should have at most ${schema.maxProperties} properties`;
      result.add(text, tooMany(this.#field(path), keys.length, schema.maxProperties));
    }
    const properties = schema.properties ?? {};
    const additional = additionalSchema(schema);
    for (const key of keys) {
      if (Object.hasOwn(properties, key)) continue;
      if (schema.additionalProperties === false) {
        this.#invalid(path, key, `${path}.${key} in body is a forbidden property`, result);
      } else if (additional !== undefined) {
        const former = this.#correlate(old, path, key);
        result.merge(this.check(additional, value[key], `${path}.${key}`, former));
      }
    }
    for (const key of keys) {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (property === undefined) continue;
      const former = this.#correlate(old, path, key);
      result.merge(this.check(property, value[key], path === '' ? key : `${path}.${key}`, former));
    }
    for (const key of schema.required ?? []) {
      if (Object.hasOwn(value, key)) continue;
      result.add(`${path}.${key} in body is required`, required(this.#field(`${path}.${key}`)));
    }
  }

  /** The type of an object as a whole is never forgiven: old and new were both read as the type that was asked for. */
  #correlate(old: Correlation | undefined, path: string, key: string): Correlation | undefined {
    if (old === undefined || (path === '' && (key === 'kind' || key === 'apiVersion'))) return undefined;
    return correlateMember(old, key);
  }

  #wrongType(path: string, wanted: string, got: string, result: OpenApiResult): void {
    const text = `${path} in body must be of type ${wanted}: ${quote(got)}`;
    result.add(text, typeInvalid(this.#field(path), got, text));
  }

  #invalid(path: string, value: unknown, text: string, result: OpenApiResult): void {
    result.add(text, invalid(this.#field(path), value, text));
  }

  /** Errors that the real server does not attach to a field. */
  #plain(text: string, result: OpenApiResult): void {
    result.add(text, invalid(this.#root ?? ROOT, '', text));
  }

  #field(path: string): string {
    const name = path.startsWith('.') ? path.slice(1) : path;
    if (name === '') return this.#root ?? ROOT;
    return this.#root === undefined ? name : `${this.#root}.${name}`;
  }
}

/** The format as far as the real server knows it for the schema's type; '' = ignored. */
function effectiveFormat(schema: Schema): string {
  const format = schema.format;
  if (format === undefined || format === '') return '';
  const type = schema['x-kubernetes-int-or-string'] === true ? 'int-or-string' : (schema.type ?? '');
  switch (type) {
    case '':
    case 'string':
      return stringFormat(format) === undefined ? '' : format;
    case 'integer':
      return format === 'int32' || format === 'int64' ? format : '';
    case 'number':
      return format === 'float' || format === 'double' ? format : '';
    default:
      return '';
  }
}

function typeOf(value: unknown): string {
  if (typeof value === 'number') return isInteger(value) ? 'integer' : 'number';
  if (isArray(value)) return 'array';
  return typeof value;
}

function formatOf(value: unknown): string {
  if (typeof value !== 'number') return '';
  return isInteger(value) ? 'int64' : 'float64';
}
