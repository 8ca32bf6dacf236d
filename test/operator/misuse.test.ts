import assert from 'node:assert/strict';
import { condition, configMap, final, phase, routes, sum, Testbed } from './testbed.ts';
import type { Context, Event } from './testbed.ts';

describe('a worker that misbehaves', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const misuses: Readonly<Record<string, readonly [worker: (context: Context) => unknown, message: RegExp]>> = {
    throws: [
      () => {
        throw new Error('no such luck');
      },
      /no such luck/,
    ],
    'throws what is no error': [() => Promise.reject('text'), /text/],
    'throws what has no text': [() => Promise.reject(Object.create(null)), /cannot be written as text/],
    rejects: [() => Promise.reject(new Error('later')), /later/],
    'returns nothing': [() => undefined, /returned nothing: return \{ phase/],
    'returns an unknown phase': [() => ({ phase: 'Wrking' }), /"Wrking", which does not exist/],
    'returns a phase that `next` does not allow': [() => ({ phase: 'Done' }), /Done, which its `next` does not allow/],
    'returns an output that is not declared': [
      () => ({ phase: 'Work', outputs: { secrets: [] } }),
      /does not declare the output secrets/,
    ],
    'changes its input': [
      ({ route }) => {
        (route.spec as Record<string, unknown>)['x'] = 1;
      },
      /tried to change what it was given, which is shared and frozen: change a copy \(structuredClone\)/,
    ],
    'returns a list': [() => [], /returned a list: return \{ phase/],
    'changes what it read': [
      ({ inputs }) => {
        const [first] = inputs['configMaps']?.list() ?? [];
        Object.assign(first?.metadata ?? {}, { labels: {} });
      },
      /tried to change what it was given/,
    ],
    'changes a list within what it was given': [
      ({ route }) => {
        (route.spec['hosts'] as string[]).push('x');
      },
      /tried to change what it was given/,
    ],
    'deletes from what it was given': [
      ({ route }) => {
        delete (route.spec as Record<string, unknown>)['hosts'];
      },
      /tried to change what it was given/,
    ],
    'returns what cannot be written as JSON': [
      () => {
        const data: Record<string, unknown> = {};
        data['self'] = data;
        return { phase: 'Rest', outputs: { configMaps: [{ metadata: { name: 'x' }, data }] } };
      },
      /configMaps\[0\]: it cannot be written as JSON/,
    ],
    'returns what throws when it is read': [
      () => ({
        phase: 'Rest',
        get outputs(): never {
          throw new Error('not to be read');
        },
      }),
      /not to be read/,
    ],
    'returns an output that throws when it is read': [
      () => {
        const output = {
          metadata: { name: 'x' },
          get data(): never {
            throw new Error('no data to be read');
          },
        };
        return { phase: 'Rest', outputs: { configMaps: [output] } };
      },
      /no data to be read/,
    ],
    'returns a proxy that throws at whatever is asked': [
      () => {
        const refuse = (): never => {
          throw new Error('hands off');
        };
        // An await asks for `then`.
        return { phase: 'Rest', status: new Proxy({}, { get: refuse, ownKeys: refuse, has: refuse }) };
      },
      /hands off/,
    ],
    'returns a proxy that was revoked': [
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return { phase: 'Rest', outputs: { configMaps: [{ metadata: { name: 'x' }, data: proxy }] } };
      },
      /revoked/,
    ],
    'returns a list that goes on for ever': [
      () => {
        let depth: unknown[] = [];
        for (let i = 0; i < 100_000; i += 1) depth = [depth];
        return { phase: 'Rest', outputs: { configMaps: [{ metadata: { name: 'x' }, data: { depth } }] } };
      },
      /cannot be written as JSON|Maximum call stack/,
    ],
    'returns an output of another namespace': [
      () => ({ phase: 'Rest', outputs: { configMaps: [{ metadata: { name: 'x', namespace: 'kube-system' } }] } }),
      /an owner reference cannot cross namespaces/,
    ],
    'returns an output without a name': [
      () => ({ phase: 'Rest', outputs: { configMaps: [{ metadata: { generateName: 'x-' } }] } }),
      /metadata\.generateName cannot be set/,
    ],
    'returns a status of ours': [
      () => ({ phase: 'Rest', status: { conditions: [] } }),
      /status\.conditions is kept by the runtime/,
    ],
    'never settles': [() => new Promise(() => undefined), /did not settle within 0\.05 s/],
    'uses the client for what is not declared': [
      ({ client }) => client.create('secrets', configMap('x')),
      /does not declare the output secrets/,
    ],
    'reads another namespace': [
      ({ inputs }) => inputs['configMaps']?.list({ namespace: 'kube-system' }),
      /not the resource's own/,
    ],
    'reads with a selector that is none': [
      ({ inputs }) => inputs['configMaps']?.list({ selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } }),
      /"Like" is not a selector operator/,
    ],
    'lists by text': [
      ({ inputs }) => inputs['configMaps']?.list({ selector: JSON.parse('"a=b"') as object }),
      /a selector is an object of matchLabels/,
    ],
    'lists by what it misspells': [
      ({ inputs }) => inputs['configMaps']?.list(JSON.parse('{ "selektor": {} }') as object),
      /list takes \{ namespace\?, selector\? \}, and no "selektor"/,
    ],
    'finds what has no name': [
      ({ inputs, route }) => inputs['configMaps']?.find(route.spec['missing'] as string),
      /find needs a name, and was given undefined/,
    ],
  };

  for (const [what, [worker, message]] of Object.entries(misuses)) {
    it(`harms its own resource only: it ${what}`, async () => {
      const operator = await testbed.run(
        routes({
          Work: phase((context) => (context.route.metadata.name === 'bad' ? worker(context) : { phase: 'Rest' }), {
            initial: true,
            next: ['Rest'],
            timeout: '50ms',
          }),
          Rest: phase(() => ({ phase: 'Rest' })),
          Done: final,
        }),
      );
      await testbed.cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'input', namespace: 'default' },
      });
      const bad = await testbed.route('bad', { hosts: ['a'] });
      const failed = await testbed.untilRoute('bad', ({ status }) => status !== undefined);
      assert.equal(condition(failed, 'Ready').reason, 'WorkerFailed');
      assert.match(condition(failed, 'Ready').message, message);
      const event = await testbed.untilEvent(({ regarding }) => regarding?.uid === bad.metadata.uid);
      assert.equal(event.reason, 'WorkerFailed');
      assert.match(event.note ?? '', message);
      await testbed.route('good');
      await testbed.untilReady('good', 'Rest');
      assert.ok(sum(await operator.metrics(), 'workqueue_retries_total') >= 1);
    });
  }

  const huge: Readonly<Record<string, (route: string) => object>> = {
    'an output that is larger than a server takes': () => ({
      outputs: { configMaps: [configMap('huge', { x: 'x'.repeat(4 * 1024 * 1024) })] },
    }),
    'an output that is larger than its kind may be': () => ({
      outputs: { configMaps: [configMap('huge', { x: 'x'.repeat(1536 * 1024) })] },
    }),
    'a status that is larger than a server takes': () => ({ status: { x: 'x'.repeat(4 * 1024 * 1024) } }),
  };
  for (const [what, result] of Object.entries(huge)) {
    it(`harms its own resource only: it returns ${what}`, async () => {
      await testbed.run(
        routes({
          Work: phase(
            ({ route }) =>
              Object.assign({ phase: 'Rest' }, route.metadata.name === 'bad' ? result(route.metadata.name) : {}),
            { initial: true },
          ),
          Rest: phase(() => ({ phase: 'Rest' })),
        }),
      );
      const bad = await testbed.route('bad');
      const event = await testbed.untilEvent(({ regarding }) => regarding?.uid === bad.metadata.uid);
      assert.match(event.note ?? '', /413|422|[Tt]oo (?:large|long)/);
      await testbed.route('good');
      await testbed.untilReady('good', 'Rest');
      const { status } = await testbed.untilRoute('bad', (route) => route.status !== undefined);
      assert.notEqual(status?.phase, 'Rest');
    });
  }

  it('throws at a spec that an older CRD let be stored: harms that resource only', async () => {
    const operator = await testbed.run(
      routes({
        Work: phase(
          ({ route }) => ({
            phase: 'Done',
            outputs: { configMaps: (route.spec['hosts'] as readonly string[]).map((host) => configMap(host)) },
          }),
          { initial: true },
        ),
        Done: final,
      }),
    );
    await testbed.route('old', { hosts: { main: 'a' } });
    await testbed.route('new', { hosts: ['a'] });
    await testbed.untilReady('new', 'Done');
    const old = await testbed.untilRoute('old', ({ status }) => status !== undefined);
    assert.match(condition(old, 'Ready').message, /is not a function/);
    await testbed.setSpec('old', { hosts: ['b'] });
    await testbed.untilReady('old', 'Done');
    assert.equal(operator.unready(), undefined);
  });

  it('is tried again with growing pauses, told once, and forgiven when it mends', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes({
        Work: phase(
          () => {
            runs += 1;
            if (runs <= 5) throw new Error('not yet');
            return { phase: 'Done' };
          },
          { initial: true },
        ),
        Done: final,
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.untilIdle(operator);
    const writes = testbed.operatorWrites();
    assert.deepEqual(writes.filter((write) => write === 'patch routes/status').length, 2);
    // The event is counted when the number of times has doubled: 1, 2, 4.
    assert.deepEqual(
      writes.filter((write) => write.endsWith('events')),
      ['create events', 'patch events', 'patch events'],
    );
  });

  it('is told of before the operator stops', async () => {
    testbed.cluster.faults.delay(200, { verb: 'create', resource: 'events' });
    const failing = phase(() => assert.fail('as it must'), { initial: true });
    const operator = await testbed.run(routes({ Only: failing }));
    const { metadata } = await testbed.route('a');
    await testbed.untilRoute('a', ({ status }) => status !== undefined);
    await operator.stop();
    const events = await testbed.cluster.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event' });
    assert.deepEqual(
      events.map((event: Event) => event.regarding?.uid),
      [metadata.uid],
    );
  });

  it('finds its client shut once its time is over', async () => {
    let late: Promise<unknown> | undefined;
    const operator = routes({
      Work: phase(
        async ({ client, signal, inputs }) => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          late = client.create('configMaps', configMap('late'));
          late.catch(() => undefined);
          assert.throws(() => inputs['configMaps']?.list(), /this run has ended/);
          throw new Error('nobody hears this');
        },
        { initial: true, timeout: '20ms' },
      ),
    });
    await testbed.run(operator);
    await testbed.route('a');
    const failed = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.match(condition(failed, 'Ready').message, /did not settle/);
    await assert.rejects(late ?? Promise.resolve(), /ERR_AP_STOPPED|this run has ended/);
    assert.equal(await testbed.getConfigMap('late'), undefined);
  });
});
