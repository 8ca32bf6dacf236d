import assert from 'node:assert/strict';
import { randomFaults, type Detour, type Subject } from 'autopilot-devcluster/testing';
import {
  AUTO_ROUTE,
  AUTO_ROUTE_DETOURS,
  OWNERSHIP_DETOURS,
  OWNERSHIP_PATCHES,
  SPREAD_DETOURS,
  SPREAD_OUTPUTS,
} from './subjects.ts';

const SUBJECTS: readonly (readonly [string, Subject, Readonly<Record<string, Detour>>, number])[] = [
  ['AutoRoute, which makes what follows others’ objects', AUTO_ROUTE, AUTO_ROUTE_DETOURS, 400],
  ['Ownership, which patches others’ objects', OWNERSHIP_PATCHES, OWNERSHIP_DETOURS, 300],
  ['an operator with a finalizer and outputs beyond its namespace', SPREAD_OUTPUTS, SPREAD_DETOURS, 300],
];

describe('an operator to which things happen at random', () => {
  for (const [name, subject, detours, runs] of SUBJECTS) {
    it(`ends as one that nothing disturbs: ${name}`, async () => {
      const report = await randomFaults({ ...subject, detours, runs });
      console.log(`      ${report.runs} runs, ${report.disturbances} disturbances, ${report.calls} calls`);
      assert.ok(report.disturbances > report.runs);
    });
  }
}).timeout(600_000);
