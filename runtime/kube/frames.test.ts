import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { frames } from './frames.ts';

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array, void> {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b);
  for (let index = 1; index < at.length; index += 1) yield bytes.subarray(at[index - 1], at[index]);
}

const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const frame of frames(chunks)) all.push(frame);
  return all;
};

describe('frames of a watch', () => {
  const events = ['a', 'häßlich 😀', ''].map((name, index) => ({
    type: 'ADDED',
    object: { metadata: { name, resourceVersion: String(index) } },
  }));
  const bytes = Buffer.from(`${events.map((event) => JSON.stringify(event)).join('\n')}\n`);

  it('are whole wherever the bytes are cut, within a character too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (cuts) => {
        assert.deepEqual(await collect(chunksOf(bytes, cuts)), events);
      }),
    );
  });

  it('leave out a last line that broke off', async () => {
    assert.deepEqual(await collect(chunksOf(bytes.subarray(0, bytes.length - 2), [])), events.slice(0, 2));
  });

  describe('of a version that is known', () => {
    const asked: string[] = [];
    const known = {
      some: true,
      is: (version: string, has: (text: string) => boolean) => (asked.push(version), has('"uid":"u"')),
    };
    const read = async (...lines: readonly object[]): Promise<unknown[]> => {
      const all: unknown[] = [];
      asked.length = 0;
      const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      for await (const frame of frames(chunksOf(text, []), known)) all.push(frame);
      return all;
    };
    const changed = { type: 'MODIFIED', object: { metadata: { name: 'a', uid: 'u', resourceVersion: '12' } } };
    const resourceVersion = '12';

    it('are not read', async () => {
      const added = { ...changed, type: 'ADDED' };
      assert.deepEqual(await read(changed, added), [
        { type: 'KNOWN', resourceVersion },
        { type: 'KNOWN', resourceVersion },
      ]);
      const other = { ...changed, object: { metadata: { name: 'b', uid: 'v', resourceVersion } } };
      assert.deepEqual(await read(other), [other]);
      known.some = false;
      assert.deepEqual(await read(changed), [changed]);
      assert.deepEqual(asked, []);
      known.some = true;
    });

    it('are read where they tell of an end, of no object, or hold that word more than once', async () => {
      const { metadata } = changed.object;
      const lines = [
        { ...changed, type: 'DELETED' },
        { ...changed, type: 'BOOKMARK' },
        { ...changed, object: { involved: { resourceVersion: '7' }, metadata } },
        { ...changed, object: { metadata: { labels: { resourceVersion: '7' }, ...metadata } } },
      ];
      assert.deepEqual(await read(...lines), lines);
      assert.deepEqual(asked, []);
    });

    it('are told by the metadata alone: what stands in a text is none', async () => {
      const annotations = { last: '{"resourceVersion":"7"}' };
      const line = { ...changed, object: { metadata: { annotations, ...changed.object.metadata } } };
      assert.deepEqual(await read(line), [{ type: 'KNOWN', resourceVersion }]);
    });
  });
});
