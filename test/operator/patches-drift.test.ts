import assert from 'node:assert/strict';
import type { Transport, TransportRequest, TransportResponse } from '../../runtime/kube/transport.ts';
import { foreign, patching } from './patching.ts';
import { SteppedClock } from './stepped-clock.ts';
import { condition, configMaps, final, phase, sum, Testbed } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const THEIRS = { apiVersion: 'v1', kind: 'ConfigMap', name: 'theirs', namespace: 'default' };

describe('patched fields that others change', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const untilValue = (key: string, value: string | undefined) =>
    testbed.untilConfigMap('theirs', ({ data }) => data?.[key] === value);
  const reasonOf = (name: string, reason: string) =>
    testbed.untilRoute(name, (route) => route.status?.conditions?.some((each) => each.reason === reason) ?? false);

  for (const [what, change] of [
    ['a value that was changed', { data: { k: 'edited' } }],
    ['a field that was removed', { data: { k: null } }],
  ] as const) {
    it(`are repaired with \`force\`: ${what}`, async () => {
      await foreign(testbed, 'theirs');
      await testbed.run(patching({ force: true }));
      await testbed.route('a', { patches: { theirs: { k: 'y' } } });
      await testbed.untilReady('a', 'Patching');
      await testbed.cluster.patch(THEIRS, change);
      await untilValue('k', 'y');
    });
  }

  it('are repaired without `force` where nobody else holds them now', async () => {
    await foreign(testbed, 'theirs');
    await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.cluster.patch(THEIRS, { data: { k: null } });
    await untilValue('k', 'y');
  });

  it('are left to who edited them without `force`: the resource says who', async () => {
    await foreign(testbed, 'theirs');
    await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.cluster.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'theirs', namespace: 'default' },
        data: { k: 'edited' },
      },
      { fieldManager: 'kubectl-edit' },
    );
    const refused = await reasonOf('a', 'PatchRefused');
    assert.match(condition(refused, 'Ready').message, /kubectl-edit holds \.data\.k/);
    assert.equal((await testbed.getConfigMap('theirs'))?.data?.['k'], 'edited');
  });

  it('are repaired after a restart, when the change was made while the operator was down', async () => {
    await foreign(testbed, 'theirs');
    await testbed.run(patching({ force: true }));
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.stopOperators();
    await testbed.cluster.patch(THEIRS, { data: { k: 'edited' } });
    await testbed.run(patching({ force: true }));
    await untilValue('k', 'y');
  });

  it('wake nobody where they are not the resource’s', async () => {
    await foreign(testbed, 'theirs');
    const operator = await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.untilIdle(operator);
    const before = sum(await operator.metrics(), 'controller_runtime_reconcile_total');
    for (const value of ['1', '2', '3']) await testbed.cluster.patch(THEIRS, { data: { other: value } });
    await testbed.route('barrier', { patches: {} });
    await testbed.untilReady('barrier', 'Patching');
    await testbed.untilIdle(operator);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_reconcile_total') - before, 1);
  });

  it('wake the resource that loses them to another of the same operator', async () => {
    await foreign(testbed, 'theirs');
    const taken = { metadata: { name: 'theirs' }, data: { k: 'c' } };
    const taking = phase(() => ({ phase: 'Done', patches: { configMaps: [taken] } }), {
      patches: { configMaps: { type: configMaps, force: true } },
    });
    await testbed.run(patching({}, { Taking: taking, Done: final }));
    await testbed.route('a', { patches: { theirs: { k: 'a' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.route('c', { to: 'Taking' });
    const refused = await reasonOf('a', 'PatchRefused');
    assert.match(condition(refused, 'Ready').message, /Route default\/c holds \.data\.k/);
  });

  it('are set with growing pauses where another manager keeps taking them, who is named', async () => {
    const clock = new SteppedClock();
    await foreign(testbed, 'theirs');
    const operator = await testbed.runWith(patching({ force: true }), { clock });
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'default' } };
    for (const value of ['1', '2', '3']) {
      await untilValue('k', 'y');
      await testbed.cluster.apply({ ...body, data: { k: value } }, { fieldManager: 'autoscaler' });
    }
    const told = await reasonOf('a', 'Contested');
    assert.match(
      condition(told, 'Stalled').message,
      /^Manager autoscaler takes \.data\.k of configmaps default\/theirs/,
    );
    await testbed.untilEvent(({ reason }) => reason === 'Contested');
    await testbed.untilIdle(operator);
    assert.equal((await testbed.getConfigMap('theirs'))?.data?.['k'], '3');
    clock.skip(1000);
    await untilValue('k', 'y');
  });

  it('are set again in an object that was deleted and made anew', async () => {
    await foreign(testbed, 'theirs');
    await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.cluster.delete(THEIRS);
    await reasonOf('a', 'PatchTargetMissing');
    await foreign(testbed, 'theirs', { kept: 'x' });
    const live = await untilValue('k', 'y');
    assert.deepEqual(live.data, { kept: 'x', k: 'y' });
    await testbed.untilReady('a', 'Patching');
  });

  it('of an earlier phase lead to `onOutputDrift`', async () => {
    await foreign(testbed, 'theirs');
    await testbed.run(patching({ force: true }, { Done: final }, { onOutputDrift: 'Patching' }));
    await testbed.route('a', { patches: { theirs: { k: 'y' } }, to: 'Done' });
    await testbed.untilReady('a', 'Done');
    await testbed.cluster.patch(THEIRS, { data: { k: 'edited' } });
    await untilValue('k', 'y');
    await testbed.untilReady('a', 'Done');
  });

  it('of an earlier phase, which another manager keeps taking, lead there with growing pauses', async () => {
    const clock = new SteppedClock();
    await foreign(testbed, 'theirs');
    const repairing = patching({ force: true }, { Done: final }, { onOutputDrift: 'Patching' });
    const operator = await testbed.runWith(repairing, { clock });
    await testbed.route('a', { patches: { theirs: { k: 'y' } }, to: 'Done' });
    await testbed.untilReady('a', 'Done');
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'default' } };
    for (const value of ['1', '2', '3']) {
      await untilValue('k', 'y');
      await testbed.cluster.apply({ ...body, data: { k: value } }, { fieldManager: 'autoscaler' });
    }
    await reasonOf('a', 'Contested');
    await testbed.untilIdle(operator);
    assert.equal((await testbed.getConfigMap('theirs'))?.data?.['k'], '3');
    clock.skip(1000);
    await untilValue('k', 'y');
  });

  it('of an earlier phase are told where nothing repairs them; that an object has gone is not', async () => {
    for (const name of ['theirs', 'going']) await foreign(testbed, name);
    const operator = await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { k: 'y' }, going: { k: 'y' } }, to: 'Done' });
    await testbed.untilReady('a', 'Done');
    await testbed.cluster.delete({ ...THEIRS, name: 'going' });
    await testbed.untilIdle(operator);
    await testbed.cluster.patch(THEIRS, { data: { k: 'edited' } });
    const told = await reasonOf('a', 'OutputDrifted');
    assert.match(condition(told, 'Ready').message, /^Fields of ConfigMap default\/theirs .*which phase Patching made/);
    await testbed.untilEvent(({ reason, note }) => reason === 'OutputDrifted' && (note ?? '').includes('theirs'));
  });
});

describe('a kill between the writes of a resource with patches', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  /** One more write than this ends the process, before it is sent or after. */
  class Killed implements Transport {
    readonly #transport: Transport;
    readonly #when: 'before' | 'after';
    #left: number;
    #end: () => void = () => undefined;
    readonly dead = new Promise<void>((resolve) => (this.#end = resolve));

    constructor(transport: Transport, left: number, when: 'before' | 'after') {
      this.#transport = transport;
      this.#left = left;
      this.#when = when;
    }

    async send(request: TransportRequest): Promise<TransportResponse> {
      if (request.method === 'GET') return this.#transport.send(request);
      this.#left -= 1;
      if (this.#left > 0) return this.#transport.send(request);
      // Of what is in flight as a process dies nobody knows what became; what comes later is never sent.
      if (this.#left === 0 && this.#when === 'after') await (await this.#transport.send(request)).body.text();
      this.#end();
      throw Object.assign(new Error('killed'), { code: 'ECONNRESET' });
    }

    close(): Promise<void> {
      return this.#transport.close();
    }
  }

  const names = ['one', 'two', 'three'];
  const story = async (): Promise<void> => {
    await testbed.untilReady('a', 'Patching');
    await testbed.setSpec('a', { patches: { two: { k: '2' }, three: { k: '2' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.cluster.delete(ROUTE);
    await testbed.untilGone(ROUTE);
  };

  // Finalizer, two patches, status; a new patch, a changed one, one given up, status; two given up, finalizer.
  const WRITES = 11;
  for (const when of ['before', 'after'] as const) {
    it(`leaves what the next process finishes, whichever of the ${WRITES} it is: ${when} it`, async () => {
      for (let left = 1; left <= WRITES; left += 1) {
        for (const name of names) await foreign(testbed, name, { kept: 'x' });
        await testbed.route('a', { patches: { one: { k: '1' }, two: { k: '1' } } });
        const transport = new Killed(testbed.transport(), left, when);
        await testbed.runWith(patching(), { transport });
        const told = story();
        await transport.dead;
        await testbed.stopOperators();
        await testbed.run(patching());
        await told;
        await testbed.stopOperators();
        for (const name of names) {
          const live = await testbed.getConfigMap(name);
          assert.deepEqual(
            [live?.data, live?.metadata.annotations ?? {}],
            [{ kept: 'x' }, {}],
            `${name}, write ${left}`,
          );
          await testbed.cluster.delete({ ...THEIRS, name });
        }
      }
    }).timeout(60_000);
  }
});
