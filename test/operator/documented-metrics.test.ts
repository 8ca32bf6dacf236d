import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LEASE_TIMES } from '../../runtime/leaderelection/times.ts';
import { configMap, phase, routes, Testbed } from './testbed.ts';

const PAGE = join(import.meta.dirname, '../../docs/observation.md');

/** `name type`, and the labels of each. */
type Documented = ReadonlyMap<string, readonly string[]>;

function documentedIn(page: string): Documented {
  const rows = [...page.matchAll(/^\| `([a-z0-9_]+)`\s*\| (\w+)\s*\| ([\w, ]*?)\s*\| \S/gm)];
  return new Map(rows.map(([, name, type, labels = '']) => [`${name} ${type}`, labels.split(', ').filter(Boolean)]));
}

describe('docs/observation.md', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());

  it('has each metric, with its type and its labels, and no other', async function () {
    if (process.platform !== 'linux') this.skip();
    const operator = await testbed.runWith(
      routes({
        Only: phase(({ route }) => ({ phase: 'Only', outputs: { configMaps: [configMap(route.metadata.name)] } }), {
          initial: true,
        }),
      }),
      { processMetrics: true, leaderElection: { namespace: 'default', identity: 'one', times: LEASE_TIMES } },
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    const text = await operator.metrics();
    const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const documented = documentedIn(await readFile(PAGE, 'utf8'));
    assert.deepEqual([...documented.keys()].toSorted(), families.toSorted());
    for (const [family, labels] of documented) {
      const [name = ''] = family.split(' ');
      const series = new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? \\S+$`, 'gm');
      for (const [, found = ''] of text.matchAll(series)) {
        const names = [...found.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
        assert.deepEqual(names.toSorted(), labels.toSorted(), name);
      }
    }
  });
});
