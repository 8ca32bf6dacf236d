import assert from 'node:assert/strict';
import { fits, tooOld } from './check-node.ts';

describe('The version of Node', () => {
  it('fits from 22.19 in 22, from 24.11 in 24, and above', () => {
    for (const version of ['22.19.0', '22.20.1', '24.11.0', '25.0.0', '26.1.2']) assert.ok(fits(version), version);
    for (const version of ['18.20.0', '20.20.2', '22.18.0', '23.11.0', '24.10.0']) assert.ok(!fits(version), version);
  });

  it('is told in a sentence where it does not', () => {
    assert.match(
      tooOld('20.1.0', '>=24.11.0'),
      /^generator-autopilot needs Node >=24\.11\.0, and this is Node 20\.1\.0\./,
    );
  });
});
