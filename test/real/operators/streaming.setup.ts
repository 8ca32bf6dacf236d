import { suitesOn } from './suites.ts';

export const mochaHooks = suitesOn({});
