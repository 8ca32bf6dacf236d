import assert from 'node:assert/strict';
import { isWaitOver, kstatusOf } from './kstatus.ts';
import { LIVES, LIVING_CRD, versionsOf } from './status-lives.ts';
import { isObserved, isTrue, Testbed, type Route } from './testbed.ts';

const withoutRepetitions = (words: readonly string[]): readonly string[] =>
  words.filter((word, index) => word !== words[index - 1]);

describe('what kstatus and `kubectl wait` see of a resource', () => {
  let testbed: Testbed;
  before(async () => {
    testbed = await Testbed.open();
    await testbed.cluster.apply(LIVING_CRD);
  });
  after(() => testbed.close());

  for (const [index, life] of LIVES.entries()) {
    it(`is right at every moment: ${life.what}`, async () => {
      const versions = await versionsOf(testbed, life, `life-${index}`);
      assert.deepEqual(withoutRepetitions(versions.map(kstatusOf)), life.seen, describeVersions(versions));
      for (const [at, version] of versions.entries()) {
        const isCurrent = kstatusOf(version) === 'Current';
        const isGoing = version.metadata.deletionTimestamp !== undefined;
        const why = describeVersions(versions.slice(0, at + 1));
        // The two agree, but for what is being deleted, of which kubectl takes no notice.
        if (!isGoing) assert.equal(isWaitOver(version), isCurrent, why);
        if (!isCurrent) continue;
        assert.ok(isObserved(version) && isTrue(version, 'Ready'), why);
        // What the workers of these lives report is what they saw.
        const reported = version.status?.['n'];
        if (reported !== undefined) assert.equal(reported, version.spec['n'], why);
        // Nothing is called done that the operator then goes on with by itself.
        const next = versions[at + 1];
        const isOwn = next && next.status?.revision !== version.status?.revision;
        if (isOwn) assert.equal(kstatusOf(next), life.seen.includes('Failed') ? kstatusOf(next) : 'Current', why);
      }
    });
  }
});

function describeVersions(versions: readonly Route[]): string {
  return versions
    .map(
      (version) =>
        `${kstatusOf(version)}: ${JSON.stringify({ generation: version.metadata.generation, ...version.status, observedOutputs: undefined })}`,
    )
    .join('\n');
}
