/**
 * What a real API server answered to requests, recorded by `compare-built-in.ts`, `compare-updates.ts` and `compare-sequences.ts`: this package
 * answers the same.
 */
import assert from 'node:assert/strict';
import { SERVER_VERSION } from '../../devcluster/kinds/builtin-definitions.ts';
import { isObject, stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { createHere, updateHere } from './built-in.ts';
import { JUDGED, validateHere } from './constraints.ts';
import { ACCEPTED } from './corpus.ts';
import { DEFINITIONS } from './corpus-definitions.ts';
import { EVENT_CORPUS } from './corpus-events.ts';
import { REFUSED } from './corpus-refused.ts';
import { UPDATES } from './corpus-updates.ts';
import { EXPRESSIONS, isVerdict, judgeHere } from './expressions.ts';
import { isOutcome, isRecordedStep, readRecording, settledOutcome } from './recordings.ts';
import { TARGETS } from './targets.ts';

const builtIn = await readRecording(new URL('recorded/built-in.jsonl', import.meta.url));
const updates = await readRecording(new URL('recorded/updates.jsonl', import.meta.url));
const constraints = await readRecording(new URL('recorded/constraints.jsonl', import.meta.url));
const expressions = await readRecording(new URL('recorded/expressions.jsonl', import.meta.url));
const sequences = new Map<string, unknown[]>();
for (const name of TARGETS.keys()) {
  sequences.set(name, (await readRecording(new URL(`recorded/${name}.jsonl`, import.meta.url))).lines);
}

describe('objects of built-in kinds, as a real server takes or refuses them', () => {
  it('were recorded from the server that the kinds come from, and from the corpus as it is', () => {
    assert.equal(builtIn.server, SERVER_VERSION);
    const recorded = builtIn.lines.map((line) => (isObject(line) ? line['object'] : undefined));
    assert.deepEqual(
      recorded,
      [...ACCEPTED, ...REFUSED, ...DEFINITIONS, ...EVENT_CORPUS].map(
        ({ object }) => JSON.parse(JSON.stringify(object)) as unknown,
      ),
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

describe('updates of built-in kinds, as a real server takes or refuses them', () => {
  it('were recorded from the corpus as it is', () => {
    const recorded = updates.lines.map((line) => (isObject(line) ? [line['object'], line['change']] : undefined));
    const corpus = UPDATES.flatMap(({ object, changes }) => changes.map((change) => [object, change]));
    assert.deepEqual(recorded, JSON.parse(JSON.stringify(corpus)));
  });

  for (const line of updates.lines) {
    if (!isObject(line) || !isObject(line['object']) || !isObject(line['change']) || !isOutcome(line['outcome'])) {
      throw new Error('not a recording');
    }
    const { object, change, outcome } = line;
    it(`${outcome.code} ${stringAt(object, 'kind')} ${JSON.stringify(change).slice(0, 90)}`, () => {
      const ours = updateHere(object, change, 'me', stringAt(line, 'created'), stringAt(line, 'now'));
      assert.deepEqual(settledOutcome(ours), settledOutcome(outcome));
    });
  }
});

describe('specs of a custom resource with constraints, as a real server judges them', () => {
  it('were recorded from the specs as they are', () => {
    const recorded = constraints.lines.map((line) => (isObject(line) ? { spec: line['spec'], old: line['old'] } : {}));
    assert.equal(JSON.stringify(recorded), JSON.stringify(JUDGED));
  });

  for (const [index, { spec, old }] of JUDGED.entries()) {
    const line = constraints.lines[index];
    const outcome = isObject(line) ? line['outcome'] : undefined;
    const told = `${JSON.stringify(spec) ?? 'no spec'}${old === undefined ? '' : ' after an invalid one'}`;
    it(told.slice(0, 100), () => {
      assert.ok(isOutcome(outcome));
      assert.deepEqual(settledOutcome(validateHere(spec, old)), settledOutcome(outcome));
    });
  }
});

describe('CEL expressions, as a real server compiles and evaluates them', () => {
  it('were recorded from the expressions as they are', () => {
    assert.deepEqual(
      expressions.lines.map((line) => (isVerdict(line) ? line.expression : '')),
      EXPRESSIONS,
    );
  });

  for (const line of expressions.lines) {
    if (!isVerdict(line)) throw new Error('not a recording');
    it(line.expression.slice(0, 100), () => assert.deepEqual(judgeHere(line.expression), line));
  }
});

for (const [name, target] of TARGETS) {
  describe(`sequences of writes to ${name}, as a real server does them`, () => {
    for (const [index, steps] of (sequences.get(name) ?? []).entries()) {
      it(`sequence ${index + 1}`, () => {
        assert.ok(Array.isArray(steps));
        const store = target.store();
        for (const recorded of steps) {
          assert.ok(isRecordedStep(recorded));
          const { step, now, outcome } = recorded;
          assert.deepEqual(settledOutcome(store.step(step, now)), settledOutcome(outcome), JSON.stringify(step));
        }
      });
    }
  });
}

/** What is particular about an object. */
function told(object: JsonObject): unknown {
  const { spec, metadata } = object;
  const parts = Object.entries(object).filter(([key]) => !['apiVersion', 'kind', 'metadata'].includes(key));
  return spec ?? (parts.length > 0 ? Object.fromEntries(parts) : metadata);
}
