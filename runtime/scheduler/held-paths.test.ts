import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { randomRuns } from '../testing/properties.ts';
import { NO_PATHS, pathsHeld, withoutPaths, withPaths } from './held-paths.ts';

const FILE = 'runtime/scheduler/held-paths.test.ts';
const TYPES = ['ConfigMap', 'Secret'].map((kind) => ({
  group: '',
  version: 'v1',
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
}));

describe('the paths that are remembered of outputs', () => {
  it('are those that were set last, however many outputs there are', () => {
    const type = fc.constantFrom(...TYPES);
    const key = fc.integer({ min: 0, max: 29 }).map((n) => `default/${n}`);
    const step = fc.record({ type, key, paths: fc.option(fc.string({ maxLength: 3 }), { freq: 4, nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        let held = NO_PATHS;
        const expected = new Map<string, string>();
        for (const {
          type: { kind },
          type: of,
          key: name,
          paths,
        } of steps) {
          if (paths === undefined) {
            held = withoutPaths(held, of, name);
            expected.delete(kind + name);
          } else {
            held = withPaths(held, of, name, paths);
            expected.set(kind + name, paths);
          }
          for (const each of TYPES)
            for (let n = 0; n < 30; n += 1)
              assert.equal(pathsHeld(held, each, `default/${n}`), expected.get(`${each.kind}default/${n}`));
        }
      }),
      randomRuns(FILE, 200, 5000),
    );
  });
});
