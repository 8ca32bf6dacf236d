/** The types of CEL as Kubernetes declares them. Source: cel-go/common/types/types.go. */

export type Kind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'list'
  | 'map'
  /** An object of a schema, or one of Kubernetes' own types. */
  | 'struct'
  /** A type with a name and parameters: `optional_type(T)`, `net.IP`. */
  | 'opaque'
  /** The type of a type. */
  | 'type'
  /** A type to be found out. */
  | 'parameter';

export interface CelType {
  readonly kind: Kind;
  readonly name: string;
  readonly parameters: readonly CelType[];
  /** Of a struct. */
  readonly fields?: ReadonlyMap<string, CelType>;
}

const simple = (kind: Kind, name: string): CelType => ({ kind, name, parameters: [] });

export const BOOL = simple('bool', 'bool');
export const INT = simple('int', 'int');
export const UINT = simple('uint', 'uint');
export const DOUBLE = simple('double', 'double');
export const STRING = simple('string', 'string');
export const BYTES = simple('bytes', 'bytes');
export const NULL = simple('null', 'null_type');
export const TIMESTAMP = simple('timestamp', 'google.protobuf.Timestamp');
export const DURATION = simple('duration', 'google.protobuf.Duration');
export const DYN = simple('dyn', 'dyn');
export const ERROR = simple('error', '*error*');

export const QUANTITY = simple('struct', 'kubernetes.Quantity');
export const URL_TYPE = simple('struct', 'kubernetes.URL');
export const SEMVER = simple('struct', 'kubernetes.Semver');
export const FORMAT = simple('struct', 'kubernetes.NamedFormat');
export const IP = simple('opaque', 'net.IP');
export const CIDR = simple('opaque', 'net.CIDR');

export const listOf = (element: CelType): CelType => ({ kind: 'list', name: 'list', parameters: [element] });
export const mapOf = (key: CelType, value: CelType): CelType => ({
  kind: 'map',
  name: 'map',
  parameters: [key, value],
});
export const typeOf = (type: CelType): CelType => ({ kind: 'type', name: 'type', parameters: [type] });
export const parameter = (name: string): CelType => simple('parameter', name);
export const optionalOf = (type: CelType): CelType => ({ kind: 'opaque', name: 'optional_type', parameters: [type] });

export const isOptional = (type: CelType): boolean => type.kind === 'opaque' && type.name === 'optional_type';

/** The type's parameter; DYN where it has none. */
export const parameterAt = (type: CelType, index: number): CelType => type.parameters[index] ?? DYN;

/** `T` of `optional_type(T)`, another type as it is. */
export const withoutOptional = (type: CelType): CelType => (isOptional(type) ? parameterAt(type, 0) : type);

/** Whether both are the same type to the last parameter. */
export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    a.parameters.length === b.parameters.length &&
    a.parameters.every((inner, index) => sameType(inner, parameterAt(b, index)))
  );
}

const SHOWN: Partial<Record<Kind, string>> = {
  error: '!error!',
  null: 'null',
  timestamp: 'timestamp',
  duration: 'duration',
};

/** A type as error messages show it. Source: FormatCELType. */
export function showType(type: CelType): string {
  const shown = SHOWN[type.kind] ?? type.name;
  if (type.parameters.length === 0) return shown;
  return `${type.name}(${type.parameters.map(showType).join(', ')})`;
}
