import type { Problem } from '../../project/model.ts';

export const noRuntime = (folder: string): Problem => ({
  code: 'ERR_AP_NOT_INSTALLED',
  message: `autopilot-runtime is not installed in ${folder}.`,
  remedy: 'Install the project’s packages first, for example with `npm install`.',
});

export const diffTooOld = (folder: string): Problem => ({
  code: 'ERR_AP_RUNTIME_TOO_OLD',
  message: `The autopilot-runtime of ${folder} cannot hold back its writes, and so was not started.`,
  remedy: 'Take the newer one over with `ap generate`, and install the project’s packages.',
});

export const playerEnded = (how: string | number, said: string): Problem => ({
  code: 'ERR_AP_DIFF_ENDED',
  message: `The process that plays the operator ended (${how}) before it was done.${said === '' ? '' : ` It wrote:\n${said}`}`,
  remedy: 'See what the project’s own code does when it is loaded: `npm start` begins with the same.',
});
