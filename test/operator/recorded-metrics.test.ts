import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LEASE_TIMES } from '../../runtime/leaderelection/times.ts';
import { phase, routes, Testbed } from './testbed.ts';

/** What an operator on controller-runtime served; `record-metrics.ts` beside it records it. */
const RECORDED = join(import.meta.dirname, '../real/controller-runtime/recorded-metrics.txt');

/** Of webhooks and their certificates, which there are none of. */
const OTHERS = /^certwatcher_|webhook/;
/** Read from /proc. */
const OF_LINUX = /^process_(?:virtual_memory|network|open_fds|max_fds)/;

/** A metric as dashboards know it. */
interface Family {
  readonly type: string;
  /** The sets of label names of its series. */
  readonly labels: ReadonlySet<string>;
  readonly buckets: readonly string[];
  /** Values of labels that are the same for each operator. */
  readonly values: ReadonlySet<string>;
}

function familiesOf(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, { type: string; labels: Set<string>; buckets: string[]; values: Set<string> }>();
  for (const line of text.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined)
      families.set(name, { type, labels: new Set(), buckets: [], values: new Set() });
    const [, series, labels = ''] = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (series === undefined) continue;
    const family = families.get(series) ?? families.get(series.replace(/_(?:bucket|sum|count)$/, ''));
    assert.ok(family, `${series} has no type`);
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => ({ label, value }));
    family.labels.add(
      pairs
        .map(({ label }) => label)
        .toSorted()
        .join(' '),
    );
    for (const { label, value } of pairs) {
      if (label === 'le' && !family.buckets.includes(value)) family.buckets.push(value);
      if (label === 'result') family.values.add(value);
    }
  }
  return families;
}

describe('Metrics beside those that controller-runtime was seen to serve', () => {
  let testbed: Testbed;
  before(async () => {
    testbed = await Testbed.open();
  });
  after(() => testbed.close());

  it('have its names, types, labels and buckets', async () => {
    const theirs = familiesOf(await readFile(RECORDED, 'utf8'));
    assert.ok(theirs.size > 25, 'little was recorded');
    const operator = await testbed.runWith(routes({ Only: phase(() => ({ phase: 'Only' }), { initial: true }) }), {
      processMetrics: true,
      leaderElection: { namespace: 'default', identity: 'one', times: LEASE_TIMES },
    });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    const ours = familiesOf(await operator.metrics());
    for (const [name, family] of theirs) {
      if (OTHERS.test(name) || (OF_LINUX.test(name) && process.platform !== 'linux')) continue;
      assert.deepEqual(ours.get(name), family, name);
    }
  });
});
