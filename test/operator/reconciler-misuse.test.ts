import assert from 'node:assert/strict';
import { isAutopilotError } from './autopilot-error.ts';
import { done, reconciler, type Request } from './route-reconciler.ts';
import { final, routes, sum, Testbed, type ConfigMap } from './testbed.ts';
import type { ReconcileResult, ReconcilerDefinition } from 'autopilot-runtime';

describe("a reconciler of the project's own that misbehaves", () => {
  let testbed: Testbed;
  let seen: string[];
  beforeEach(async () => {
    testbed = await Testbed.open();
    seen = [];
  });
  afterEach(() => testbed.close());

  const misuses: Readonly<Record<string, readonly [(request: Request) => unknown, RegExp]>> = {
    'returns nothing': [() => undefined, /ERR_AP_BAD_RECONCILE_RESULT.*Reconciler bad returned a undefined/],
    'returns an outcome that there is not': [() => ({ outcome: 'dnoe' }), /BAD_RECONCILE_RESULT.*the outcome dnoe/],
    'asks for later, and not how much': [() => ({ outcome: 'later', after: Number.NaN }), /'later' with after NaN/],
    'throws what is no error': [() => Promise.reject('text'), /text/],
    'never settles': [() => new Promise(() => undefined), /ERR_AP_DEADLINE.*did not settle within 0\.05 s/],
    'changes what it was given': [
      ({ object }) => Object.assign(object?.metadata ?? {}, { labels: {} }),
      /read only|not extensible/,
    ],
    'writes what it does not declare': [
      ({ client }) => client.apply(JSON.parse('"secrets"') as 'routes', { metadata: { name: 'x' } }),
      /ERR_AP_UNDECLARED.*does not declare that it writes secrets/,
    ],
    'writes what has no name': [
      ({ client }) => client.apply('configMaps', JSON.parse('{ "metadata": { "name": "../x" } }') as ConfigMap),
      /ERR_AP_BAD_WRITE.*"\.\.\/x" is no name/,
    ],
    'reads by what it misspells': [
      ({ reads }) => reads.configMaps.list(JSON.parse('{ "selektor": {} }') as object),
      /Reconciler bad cannot read configMaps like that/,
    ],
  };
  for (const [what, [misuse, message]] of Object.entries(misuses)) {
    it(`harms its own object only: it ${what}`, async () => {
      const errors: string[] = [];
      const logger = {
        ...silent,
        error: (first: object | string, text?: string) => {
          const { err } = first as { readonly err?: { readonly code?: string } };
          errors.push(`${err?.code ?? ''} ${text ?? ''}`);
        },
      };
      const bad = reconciler(
        (request) => {
          if (request.name !== 'bad') return Promise.resolve(done);
          return misuse(request) as Promise<ReconcileResult>;
        },
        { timeout: '50ms' },
      );
      const operator = await testbed.runWith(routes({}, { reconcilers: { bad } }), { logger });
      await testbed.route('bad');
      await testbed.route('good');
      await testbed.untilMetrics(
        operator,
        (text) =>
          sum(text, 'controller_runtime_reconcile_total', 'controller="bad",result="success"') >= 1 &&
          sum(text, 'controller_runtime_reconcile_errors_total', 'controller="bad"') >= 1 &&
          sum(text, 'workqueue_retries_total', 'name="bad"') >= 1,
      );
      assert.match(errors[0] ?? '', message);
    });
  }

  it('finds its client and readers shut once its time is over', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const slow = reconciler(
      async ({ signal, client, reads }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        late = client.apply('configMaps', { metadata: { name: 'late' } });
        late.catch(() => undefined);
        assert.throws(
          () => reads.configMaps.list(),
          (error) => isAutopilotError(error, 'ERR_AP_STOPPED'),
        );
        seen.push('refused');
        return done;
      },
      { timeout: '20ms' },
    );
    const operator = await testbed.run(routes({}, { reconcilers: { slow } }));
    await testbed.route('a');
    await testbed.untilMetrics(operator, () => seen.length > 0);
    await assert.rejects(late, (error) => isAutopilotError(error, 'ERR_AP_STOPPED'));
    assert.equal(await testbed.getConfigMap('late'), undefined);
  });

  it('is refused before anything starts where its declaration is wrong', async () => {
    const wrong = {
      route: reconciler(() => Promise.resolve(done)),
      none: JSON.parse('{ "reconciler": {} }') as ReconcilerDefinition,
      odd: reconciler(() => Promise.resolve(done), { concurrency: 0, timeout: JSON.parse('"soon"') as '1s' }),
    };
    await assert.rejects(testbed.run(routes({ Only: final }, { reconcilers: wrong })), (error) => {
      assert.ok(isAutopilotError(error, 'ERR_AP_DEFINITION'));
      for (const part of [
        'reconciler route: the controller of the phases has this name',
        'reconciler none: it has no function reconcile',
        'reconciler odd: concurrency is 0',
        'reconciler odd: timeout "soon" is no positive duration',
      ])
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      return true;
    });
    await assert.rejects(testbed.run(routes({})), /exactly one initial phase/);
  });
}).timeout(30_000);

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
