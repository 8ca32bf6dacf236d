import { suitesOn } from './suites.ts';

export const mochaHooks = suitesOn({
  'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement',
  'feature-gates': 'WatchList=false',
});
