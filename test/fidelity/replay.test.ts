/**
 * What a real API server answered to requests, recorded by `compare-built-in.ts` and `compare-samples.ts`: this package
 * answers the same.
 */
import assert from 'node:assert/strict';
import { SERVER_VERSION } from '../../devcluster/kinds/builtin-definitions.ts';
import { isObject, stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { createHere } from './built-in.ts';
import { ACCEPTED } from './corpus.ts';
import { REFUSED } from './corpus-refused.ts';
import { SampleStore } from './custom-resource.ts';
import { isOutcome, isRecordedStep, readRecording, settledOutcome } from './recordings.ts';

const builtIn = await readRecording(new URL('recorded/built-in.jsonl', import.meta.url));
const samples = await readRecording(new URL('recorded/samples.jsonl', import.meta.url));

describe('objects of built-in kinds, as a real server takes or refuses them', () => {
  it('were recorded from the server that the kinds come from, and from the corpus as it is', () => {
    assert.equal(builtIn.server, SERVER_VERSION);
    const recorded = builtIn.lines.map((line) => (isObject(line) ? line['object'] : undefined));
    assert.deepEqual(
      recorded,
      [...ACCEPTED, ...REFUSED].map(({ object }) => JSON.parse(JSON.stringify(object)) as unknown),
    );
  });

  for (const line of builtIn.lines) {
    if (!isObject(line) || !isObject(line['object']) || !isOutcome(line['outcome'])) throw new Error('not a recording');
    const { object, outcome } = line;
    const code = outcome.code;
    it(`${code} ${stringAt(object, 'kind')} ${JSON.stringify(told(object)).slice(0, 80)}`, () => {
      assert.deepEqual(settledOutcome(createHere(object, 'me', stringAt(line, 'now'))), settledOutcome(outcome));
    });
  }
});

describe('sequences of writes to a custom resource, as a real server does them', () => {
  for (const [index, steps] of samples.lines.entries()) {
    it(`sequence ${index + 1}`, () => {
      assert.ok(Array.isArray(steps));
      const store = new SampleStore();
      for (const recorded of steps) {
        assert.ok(isRecordedStep(recorded));
        const { step, now, outcome } = recorded;
        assert.deepEqual(settledOutcome(store.step(step, now)), settledOutcome(outcome), JSON.stringify(step));
      }
    });
  }
});

function told({ apiVersion: _, kind: _kind, metadata, spec, ...rest }: JsonObject): unknown {
  return spec ?? (Object.keys(rest).length > 0 ? rest : metadata);
}
