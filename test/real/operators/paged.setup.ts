import { PAGED, suitesOn } from './suites.ts';

export const mochaHooks = suitesOn(PAGED);
