import assert from 'node:assert/strict';
import { parseDuration } from './duration.ts';

describe('durations', () => {
  const good: Readonly<Record<string, number>> = {
    '5s': 5000,
    '1m30s': 90_000,
    '1.5h': 5_400_000,
    '300ms': 300,
    '.5s': 500,
    '2h45m10.5s': 9_910_500,
    '1us': 0.001,
    '0': 0,
    '0s': 0,
  };
  for (const [text, milliseconds] of Object.entries(good)) {
    it(`reads ${text}`, () => assert.equal(parseDuration(text), milliseconds));
  }
  for (const text of ['', '5', 's', '5 s', '-5s', '5x', '1m30', '5s ', '1..5s', 'five seconds']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseDuration(text), undefined));
  }
});
