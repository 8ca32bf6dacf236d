import type { Problem } from '../../project/model.ts';

/** What can be in the way of looking after an operator, beside what {@link explain} knows of clusters. Codes are stable. */

export const notDeployed = (operatorName: string, namespace: string, elsewhere: readonly string[]): Problem => ({
  code: 'ERR_AP_NOT_DEPLOYED',
  message: `There is no Deployment of ${operatorName} in namespace ${namespace}${elsewhere.length > 0 ? `, but in ${elsewhere.join(', ')}` : ''}.`,
  remedy:
    elsewhere.length > 0
      ? `Name that one: -n ${elsewhere[0]}.`
      : '`ap deploy` brings it there; -n and --context name another place to look.',
});

export const optionValue = (name: string, message: string, remedy: string): Problem => ({
  code: 'ERR_AP_OPTION_VALUE',
  message,
  remedy,
  path: name,
});
