import { DevclusterError } from '../errors.ts';
import { isObject } from '../schema/json.ts';

type Check = readonly [fits: (value: unknown) => boolean, wanted: string];

/** The admission plugin that can be asked for. */
export const OWNER_PERMISSIONS = 'OwnerReferencesPermissionEnforcement';

const integer = (value: unknown): value is number => Number.isInteger(value);
const isFunction = (value: unknown): boolean => typeof value === 'function';

/** What each option has to be. Absent ones have their defaults. */
const CHECKS: Readonly<Record<string, Check>> = {
  port: [(value) => integer(value) && value >= 0 && value < 65_536, 'an integer from 0 to 65535'],
  crds: [Array.isArray, 'a list'],
  watchHistory: [(value) => integer(value) && value >= 0, 'an integer of 0 or more'],
  bookmarkInterval: [(value) => typeof value === 'number' && value > 0, 'a number of milliseconds above 0'],
  folder: [(value) => typeof value === 'string' && value !== '', 'the path of a folder'],
  clock: [
    (value) => typeof value === 'object' && value !== null && 'now' in value && 'after' in value,
    'an object with the methods now and after',
  ],
  onError: [isFunction, 'a function'],
  workloads: [
    (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null && areWorkloads(value)),
    'true, false, or an object with any of nodeName (a text), fate and output (functions), startDelay and stopDelay (milliseconds)',
  ],
  admissionPlugins: [
    (value) => Array.isArray(value) && value.every((each) => each === OWNER_PERMISSIONS),
    `a list of plugins, of which there is ${OWNER_PERMISSIONS}`,
  ],
};

/** What each setting of workloads has to be. */
const WORKLOADS: Readonly<Record<string, (value: unknown) => boolean>> = {
  nodeName: (value) => typeof value === 'string' && value !== '',
  fate: isFunction,
  output: isFunction,
  startDelay: isDelay,
  stopDelay: isDelay,
};

function isDelay(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function areWorkloads(settings: object): boolean {
  return Object.entries(settings).every(
    ([name, value]) => value === undefined || (Object.hasOwn(WORKLOADS, name) && WORKLOADS[name]?.(value) === true),
  );
}

/** Throws where an option is unknown or cannot be: nothing that was asked for is ignored in silence. */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    if (!check) {
      const known = Object.keys(CHECKS).join(', ');
      throw new DevclusterError('ERR_AP_CLUSTER_OPTION', `startCluster() has no option ${name}; there are: ${known}.`);
    }
    const [fits, wanted] = check;
    if (value === undefined || fits(value)) continue;
    const text = isObject(value) ? JSON.stringify(value) : String(value);
    throw new DevclusterError('ERR_AP_CLUSTER_OPTION', `${name} is ${text}; it has to be ${wanted}.`);
  }
}
