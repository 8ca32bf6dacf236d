import type { Problem } from '../../project/model.ts';

export const noPods = (deployment: string, why: string): Problem => ({
  code: 'ERR_AP_NO_PODS',
  message: `Deployment ${deployment} has no pod whose container was started${why}.`,
  remedy: '`ap status` tells what it waits for; with -f this command waits for its pods, too.',
});

export const noPrevious = (deployment: string): Problem => ({
  code: 'ERR_AP_NO_PREVIOUS',
  message: `No container of the pods of Deployment ${deployment} was started again: there is no log of a run before.`,
  remedy: 'Leave out --previous.',
});
