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
});
