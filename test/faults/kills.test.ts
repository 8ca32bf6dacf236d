import assert from 'node:assert/strict';
import { killAtEveryCall, type Subject } from 'autopilot-devcluster/testing';
import { AUTO_ROUTE, OWNERSHIP_PATCHES, SPREAD_OUTPUTS } from './subjects.ts';

const SUBJECTS: Readonly<Record<string, Subject>> = {
  'AutoRoute, which makes what follows others’ objects': AUTO_ROUTE,
  'Ownership, which patches others’ objects': OWNERSHIP_PATCHES,
  'an operator with a finalizer and outputs beyond its namespace': SPREAD_OUTPUTS,
};

describe('an operator that is killed at every call', () => {
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    it(`ends as one that nobody kills: ${name}`, async () => {
      const { calls, kills } = await killAtEveryCall(subject);
      assert.ok(calls > 15, `${calls} calls`);
      assert.equal(kills, 2 * calls);
      console.log(`      killed ${kills} times`);
    });
  }
}).timeout(300_000);
