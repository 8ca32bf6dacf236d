/**
 * Security contexts of pods and containers. Not looked into: sysctls and Windows. Privileged containers are allowed.
 * Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go.
 */
import { invalid, notSupported, required, tooLong, type FieldError } from '../../schema/field-error.ts';
import { byteLength, GoStruct } from '../../schema/go-text.ts';
import { listAt, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { isGiven } from './checks.ts';

/** Of a pod. */
export function validatePodSecurity(spec: JsonObject, path: string): FieldError[] {
  const context = objectAt(spec, 'securityContext');
  if (context === undefined) return [];
  const errors = ['fsGroup', 'runAsUser', 'runAsGroup'].flatMap((name) => identity(context[name], `${path}.${name}`));
  listAt(context, 'supplementalGroups').forEach((group, index) =>
    errors.push(...identity(group, `${path}.supplementalGroups[${index}]`)),
  );
  errors.push(...supported(context, 'fsGroupChangePolicy', path, ['Always', 'OnRootMismatch']));
  errors.push(...validateSeccomp(objectAt(context, 'seccompProfile'), `${path}.seccompProfile`));
  errors.push(...validateAppArmor(objectAt(context, 'appArmorProfile'), `${path}.appArmorProfile`));
  errors.push(...supported(context, 'supplementalGroupsPolicy', path, ['Merge', 'Strict']));
  return errors;
}

/** Of a container. */
export function validateContainerSecurity(container: JsonObject, hostUsers: unknown, path: string): FieldError[] {
  const context = objectAt(container, 'securityContext');
  if (context === undefined) return [];
  const errors = ['runAsUser', 'runAsGroup'].flatMap((name) => identity(context[name], `${path}.${name}`));
  errors.push(...supported(context, 'procMount', path, ['Default', 'Unmasked']));
  if (context['procMount'] === 'Unmasked' && hostUsers !== false) {
    errors.push(invalid(`${path}.procMount`, 'Unmasked', '`hostUsers` must be false to use `Unmasked`'));
  }
  errors.push(...validateSeccomp(objectAt(context, 'seccompProfile'), `${path}.seccompProfile`));
  if (context['allowPrivilegeEscalation'] === false) {
    const cannot = (what: string): number =>
      errors.push(invalid(path, asContext(context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
    if (context['privileged'] === true) cannot('`privileged` to true');
    if (listAt(context, 'capabilities', 'add').includes('CAP_SYS_ADMIN')) cannot('`capabilities.Add` CAP_SYS_ADMIN');
  }
  errors.push(...validateAppArmor(objectAt(context, 'appArmorProfile'), `${path}.appArmorProfile`));
  return errors;
}

/** A user's or group's number. */
function identity(value: unknown, path: string): FieldError[] {
  if (typeof value !== 'number' || (value >= 0 && value <= 2 ** 31 - 1)) return [];
  return [invalid(path, value, 'must be between 0 and 2147483647, inclusive')];
}

function supported(context: JsonObject, name: string, path: string, values: readonly string[]): FieldError[] {
  const value = context[name];
  if (!isGiven(value) || (typeof value === 'string' && values.includes(value))) return [];
  return [notSupported(`${path}.${name}`, value, values)];
}

function validateSeccomp(profile: JsonObject | undefined, path: string): FieldError[] {
  if (profile === undefined) return [];
  const errors: FieldError[] = [];
  const type = stringAt(profile, 'type');
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
  if (type === '') errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  const file = profile['localhostProfile'];
  const at = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    if (!isGiven(file)) return errors;
    const shown = new GoStruct({ Type: type, LocalhostProfile: file });
    return [...errors, invalid(at, shown, 'can only be set when seccomp type is Localhost')];
  }
  if (typeof file !== 'string') return [required(at, 'must be set when seccomp type is Localhost')];
  if (file.startsWith('/')) errors.push(invalid(at, file, 'must be a relative path'));
  if (file.split('/').includes('..')) errors.push(invalid(at, file, "must not contain '..'"));
  return errors;
}

const LONGEST_PATH = 4095;

function validateAppArmor(profile: JsonObject | undefined, path: string): FieldError[] {
  if (profile === undefined) return [];
  const file = profile['localhostProfile'];
  const at = `${path}.localhostProfile`;
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
  const type = stringAt(profile, 'type');
  if (type === '') return [required(`${path}.type`, 'type is required when appArmorProfile is set')];
  if (!types.includes(type)) return [notSupported(`${path}.type`, type, types)];
  if (type !== 'Localhost') {
    return isGiven(file) ? [invalid(at, file, 'can only be set when AppArmor type is Localhost')] : [];
  }
  if (typeof file !== 'string' || file === '') return [required(at, 'must be set when AppArmor type is Localhost')];
  const errors: FieldError[] = [];
  if (file.trim() !== file) errors.push(invalid(at, file, 'must not be padded with whitespace'));
  if (byteLength(file) > LONGEST_PATH) errors.push(tooLong(at, LONGEST_PATH));
  return errors;
}

/** As the server's internal type is printed. */
function asContext(context: JsonObject): GoStruct {
  const capabilities = objectAt(context, 'capabilities');
  const given = (name: string): unknown => context[name] ?? null;
  return new GoStruct({
    Capabilities:
      capabilities === undefined
        ? null
        : new GoStruct({ Add: capabilities['add'] ?? null, Drop: capabilities['drop'] ?? null }),
    Privileged: given('privileged'),
    SELinuxOptions: given('seLinuxOptions'),
    WindowsOptions: given('windowsOptions'),
    RunAsUser: given('runAsUser'),
    RunAsGroup: given('runAsGroup'),
    RunAsNonRoot: given('runAsNonRoot'),
    ReadOnlyRootFilesystem: given('readOnlyRootFilesystem'),
    AllowPrivilegeEscalation: given('allowPrivilegeEscalation'),
    ProcMount: given('procMount'),
    SeccompProfile: given('seccompProfile'),
    AppArmorProfile: given('appArmorProfile'),
  });
}
