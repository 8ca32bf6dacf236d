/** What expressions can name: the functions and types of Kubernetes 1.37's environment for custom resources. */
import { ADDRESSES } from './library/addresses.ts';
import { CONVERSIONS } from './library/conversions.ts';
import { LISTS } from './library/lists.ts';
import { NAMED_FORMATS } from './library/formats.ts';
import { OPERATORS } from './library/operators.ts';
import { OPTIONALS } from './library/optionals.ts';
import { PATTERNS } from './library/patterns.ts';
import { QUANTITIES } from './library/quantities.ts';
import { SEMVERS } from './library/semvers.ts';
import { STRINGS } from './library/strings.ts';
import { TIMES } from './library/times.ts';
import { URLS } from './library/urls.ts';
import * as types from './types.ts';
import type { Overload } from './functions.ts';
import type { CelType } from './types.ts';

/** By name, in the order of their declaration. */
export const FUNCTIONS: ReadonlyMap<string, readonly Overload[]> = Map.groupBy(
  [
    ...OPERATORS,
    ...CONVERSIONS,
    ...TIMES,
    ...STRINGS,
    ...LISTS,
    ...PATTERNS,
    ...OPTIONALS,
    ...URLS,
    ...QUANTITIES,
    ...ADDRESSES,
    ...SEMVERS,
    ...NAMED_FORMATS,
  ],
  ({ name }) => name,
);

/** Types, by the name that they have as values. */
export const TYPES: ReadonlyMap<string, CelType> = new Map(
  [
    types.BOOL,
    types.BYTES,
    types.DOUBLE,
    types.DURATION,
    types.INT,
    types.NULL,
    types.STRING,
    types.TIMESTAMP,
    types.UINT,
    types.listOf(types.DYN),
    types.mapOf(types.DYN, types.DYN),
    types.typeOf(types.DYN),
    types.optionalOf(types.DYN),
    types.QUANTITY,
    types.URL_TYPE,
    types.SEMVER,
    types.FORMAT,
    types.IP,
    types.CIDR,
  ].map((type) => [type.name, type]),
);
