import type { Problem } from '../../project/model.ts';

export const notReady = (name: string, what: string): Problem => ({
  code: 'ERR_AP_NOT_READY',
  message: `${name} does not work as it should: ${what}.`,
  remedy: '`ap logs` shows what it says, `ap logs --previous` what it said before its last restart.',
});

export const kindMissing = (resource: string, version: string): Problem => ({
  code: 'ERR_AP_KIND_NOT_SERVED',
  message: `The cluster does not serve ${resource} in version ${version}.`,
  remedy: '`ap deploy` installs the CustomResourceDefinition; `ap doctor` compares it.',
});

export const mayNotRead = (what: string, where: string): Problem => ({
  code: 'ERR_AP_FORBIDDEN',
  message: `You may not read ${what} ${where}.`,
  remedy: 'Have somebody who administers the cluster grant it, or choose another context with --context.',
});

export const noResource = (kind: string, name: string, where: string): Problem => ({
  code: 'ERR_AP_NO_RESOURCE',
  message: `There is no ${kind} ${name} ${where}.`,
  remedy: '`ap status` lists those that there are.',
});

export const severalResources = (kind: string, name: string, keys: readonly string[]): Problem => ({
  code: 'ERR_AP_SEVERAL_RESOURCES',
  message: `There are several ${kind} ${name}: ${keys.join(', ')}.`,
  remedy: `Name the namespace too: ap status ${keys[0] ?? ''}.`,
});
