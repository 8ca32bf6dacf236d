import assert from 'node:assert/strict';
import { AutopilotError } from '../errors.ts';
import { idle, routePlan } from '../testing/plans.ts';
import { checkResult } from './result.ts';

const plan = routePlan({
  Starting: { ...idle, initial: true, next: ['Working'] },
  Working: { ...idle, renamedFrom: ['Running'] },
  Done: { final: true },
});
const starting = plan.initial;

describe('what a worker returns', () => {
  it('is taken as plain JSON', () => {
    class Model {
      readonly metadata = { name: 'a' };
      readonly data = { a: '1', b: undefined };
    }
    const result = checkResult(
      {
        phase: 'Working',
        outputs: { configMaps: [new Model()] },
        status: { seen: new Date(0), none: undefined },
        requeueAfter: '1m',
      },
      starting,
      plan,
      'default',
    );
    assert.equal(result.phase.name, 'Working');
    assert.deepEqual([...result.outputs], [['configMaps', [{ metadata: { name: 'a' }, data: { a: '1' } }]]]);
    assert.deepEqual(result.status, { seen: '1970-01-01T00:00:00.000Z' });
    assert.equal(result.requeueAfter, 60_000);
  });

  it('may name its own phase, and a phase by a former name', () => {
    assert.equal(checkResult({ phase: 'Starting' }, starting, plan, 'default').phase, starting);
    assert.equal(checkResult({ phase: 'Running' }, starting, plan, 'default').phase.name, 'Working');
  });

  it('may go to a phase that `next` has by its former name', () => {
    const renamed = routePlan({
      Starting: { ...idle, initial: true, next: ['Running'] },
      Working: { ...idle, renamedFrom: ['Running'] },
    });
    assert.equal(checkResult({ phase: 'Working' }, renamed.initial, renamed, 'default').phase.name, 'Working');
  });

  it('tells an output that is an empty list from one that is absent', () => {
    const { outputs } = checkResult({ phase: 'Starting', outputs: { configMaps: [] } }, starting, plan, 'default');
    assert.deepEqual([...outputs], [['configMaps', []]]);
    assert.equal(
      checkResult({ phase: 'Starting', outputs: { configMaps: undefined } }, starting, plan, 'default').outputs.size,
      0,
    );
  });

  const output = (configMap: unknown): object => ({ phase: 'Starting', outputs: { configMaps: [configMap] } });
  const cycle: { self?: unknown; metadata: object } = { metadata: { name: 'a' } };
  cycle.self = cycle;
  const refused: readonly [string, unknown, string, RegExp][] = [
    ['nothing', undefined, 'ERR_AP_NO_RESULT', /returned nothing/],
    ['text', 'Working', 'ERR_AP_NO_RESULT', /returned a string/],
    ['no phase', {}, 'ERR_AP_NO_RESULT', /no phase/],
    ['an unknown phase', { phase: 'Wrking' }, 'ERR_AP_UNKNOWN_PHASE', /"Wrking".*There are: Starting, Working, Done/],
    ['an empty phase', { phase: '' }, 'ERR_AP_UNKNOWN_PHASE', /""/],
    ['a phase that next forbids', { phase: 'Done' }, 'ERR_AP_PHASE_NOT_ALLOWED', /Done.*\(Working\)/],
    ['outputs that are no object', { phase: 'Starting', outputs: [] }, 'ERR_AP_BAD_OUTPUT', /a list is no object/],
    [
      'an output that is not declared',
      { phase: 'Starting', outputs: { secrets: [] } },
      'ERR_AP_UNDECLARED',
      /secrets \(declared: configMaps\)/,
    ],
    ['an output that is no list', { phase: 'Starting', outputs: { configMaps: {} } }, 'ERR_AP_BAD_OUTPUT', /no list/],
    ['an output without metadata', output({}), 'ERR_AP_BAD_OUTPUT', /configMaps\[0\]: it has no metadata/],
    ['an output without a name', output({ metadata: {} }), 'ERR_AP_BAD_OUTPUT', /metadata.name/],
    ['a name that leads elsewhere', output({ metadata: { name: '../x' } }), 'ERR_AP_BAD_OUTPUT', /"..\/x" is no name/],
    [
      'a generated name',
      output({ metadata: { generateName: 'a-' } }),
      'ERR_AP_BAD_OUTPUT',
      /generateName cannot be set/,
    ],
    ['a uid', output({ metadata: { name: 'a', uid: 'x' } }), 'ERR_AP_BAD_OUTPUT', /uid cannot be set/],
    [
      'another namespace',
      output({ metadata: { name: 'a', namespace: 'other' } }),
      'ERR_AP_BAD_OUTPUT',
      /cannot cross namespaces/,
    ],
    [
      'another kind',
      output({ kind: 'Secret', metadata: { name: 'a' } }),
      'ERR_AP_BAD_OUTPUT',
      /kind is "Secret", not ConfigMap/,
    ],
    [
      'another version',
      output({ apiVersion: 'v2', metadata: { name: 'a' } }),
      'ERR_AP_BAD_OUTPUT',
      /apiVersion is "v2"/,
    ],
    [
      'the same object twice',
      {
        phase: 'Starting',
        outputs: { configMaps: [{ metadata: { name: 'a' } }, { metadata: { name: 'a', namespace: 'default' } }] },
      },
      'ERR_AP_BAD_OUTPUT',
      /default\/a is there twice/,
    ],
    ['what is no JSON', output(cycle), 'ERR_AP_BAD_OUTPUT', /cannot be written as JSON/],
    ['a status that is no object', { phase: 'Starting', status: 'good' }, 'ERR_AP_BAD_STATUS', /a string is no object/],
    [
      'a status of ours',
      { phase: 'Starting', status: { phase: 'x' } },
      'ERR_AP_BAD_STATUS',
      /status.phase is kept by the runtime/,
    ],
    [
      'a status that becomes one of ours',
      { phase: 'Starting', status: { toJSON: () => ({ phase: 'x' }) } },
      'ERR_AP_BAD_STATUS',
      /status.phase is kept by the runtime/,
    ],
    [
      'a list with a hole',
      { phase: 'Starting', outputs: { configMaps: Object.assign([], { 1: { metadata: { name: 'a' } } }) } },
      'ERR_AP_BAD_OUTPUT',
      /configMaps\[0\]: nothing is no object/,
    ],
    [
      'labels that are a list',
      output({ metadata: { name: 'a', labels: ['app'] } }),
      'ERR_AP_BAD_OUTPUT',
      /metadata.labels is a list/,
    ],
    [
      'annotations that are text',
      output({ metadata: { name: 'a', annotations: 'app' } }),
      'ERR_AP_BAD_OUTPUT',
      /metadata.annotations is a string/,
    ],
    [
      'a label that is no text',
      output({ metadata: { name: 'a', labels: { 'example.io/size': 5 } } }),
      'ERR_AP_BAD_OUTPUT',
      /metadata.labels\["example.io\/size"\] is a number: write it as text/,
    ],
    [
      'an output that is nothing as JSON',
      output({ metadata: { name: 'a' }, toJSON: () => undefined }),
      'ERR_AP_BAD_OUTPUT',
      /its toJSON gives nothing, and no object/,
    ],
    [
      'a status that is text as JSON',
      { phase: 'Starting', status: { toJSON: () => 'good' } },
      'ERR_AP_BAD_STATUS',
      /its toJSON gives a string/,
    ],
    [
      'a misspelt member',
      { phase: 'Starting', outptus: {} },
      'ERR_AP_BAD_RESULT',
      /"outptus", which a result does not have. There are: phase, outputs, patches, status, requeueAfter/,
    ],
    [
      'a requeueAfter that is no duration',
      { phase: 'Starting', requeueAfter: 5 },
      'ERR_AP_BAD_REQUEUE',
      /requeueAfter 5/,
    ],
  ];
  for (const [what, value, code, message] of refused) {
    it(`is refused when it is ${what}`, () => {
      assert.throws(
        () => checkResult(value, starting, plan, 'default'),
        (error) =>
          error instanceof AutopilotError &&
          error.code === code &&
          message.test(error.message) &&
          error.message.includes('Starting'),
      );
    });
  }

  it('runs again no sooner than after 100 ms', () => {
    const after = (requeueAfter: string) =>
      checkResult({ phase: 'Starting', requeueAfter }, starting, plan, 'default').requeueAfter;
    assert.deepEqual([after('1ns'), after('101ms')], [100, 101]);
  });

  it('names a namespace where the resource has none', () => {
    const cluster = { phase: 'Starting', outputs: { configMaps: [{ metadata: { name: 'a' } }] } };
    assert.throws(() => checkResult(cluster, starting, plan, undefined), /namespace is missing/);
  });
});
