import assert from 'node:assert/strict';
import { start } from 'autopilot-runtime';
import { Simulation } from '../../devcluster/testing/simulation.ts';
import { differences } from '../../devcluster/testing/differences.ts';
import { World } from '../../devcluster/testing/world.ts';
import { condition, phase, routeCrd, routes, type Route } from '../operator/testbed.ts';
import { SPREAD_OUTPUTS } from './subjects.ts';

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' };

describe('a server that goes back to older data', () => {
  it('is not asked again and again to take a status that it refuses, while the caches are not as old yet', async () => {
    let n = 0;
    const counting = routes({
      Only: phase(() => ({ phase: 'Only', status: { n: (n += 1) } }), { initial: true, interval: '5s' }),
    });
    await using world = await World.open({
      start: (given) => start(counting, given),
      prepare: (cluster) => cluster.installCrd(routeCrd),
      steps: [],
    });
    const { cluster } = world;
    const simulation = await Simulation.open(world);
    simulation.start();
    await simulation.step(() =>
      cluster.create({ apiVersion: REF.apiVersion, kind: REF.kind, metadata: { name: 'a', namespace: 'default' } }),
    );
    await simulation.pass(7000);
    const snapshot = cluster.faults.snapshot();
    await simulation.pass(10_000);
    for (const { link } of simulation.living) link.reset();
    cluster.faults.restore(snapshot);
    const unseen = cluster.faults.answer(503, { verb: ['watch', 'list'] }, { count: Infinity });
    const before = simulation.writes;
    await simulation.pass(20_000);
    const tries = simulation.writes - before;
    assert.ok(tries > 1 && tries < 20, `${tries} writes`);
    unseen.remove();
    const restored = (await cluster.get<Route>(REF)).status?.['n'];
    await simulation.pass(120_000);
    const now = (await cluster.get<Route>(REF)).status?.['n'];
    assert.ok(Number(now) > Number(restored) + 10, `${String(restored)}, then ${String(now)}`);
    await simulation.close();
  });

  it('is brought to where it was by the way that leads there: what is gone was made by phases that are still to come', async () => {
    await using world = await World.open(SPREAD_OUTPUTS);
    const { faults } = world.cluster;
    const simulation = await Simulation.open(world);
    const [make] = SPREAD_OUTPUTS.steps;
    assert.ok(make);
    await simulation.step(make);
    const snapshot = faults.snapshot();
    simulation.start();
    await simulation.settle(60_000);
    const expected = simulation.state();
    for (const { link } of simulation.living) link.reset();
    // All that is there is listed before anything can be written.
    const refused = faults.cut('before', { verb: ['create', 'patch', 'apply', 'delete'] }, { count: Infinity });
    faults.restore(snapshot);
    assert.notDeepEqual(differences(simulation.state(), expected), []);
    await simulation.pass(65_000);
    refused.remove();
    await simulation.settle(600_000);
    assert.deepEqual(differences(simulation.state(), expected), []);
    await simulation.close();
  });

  it('is told once more that a resource is at rest, where it has forgotten that', async () => {
    await using world = await World.open({
      start: (given) =>
        start(
          routes({ One: phase(() => ({ phase: 'Two' }), { initial: true }), Two: phase(() => ({ phase: 'Two' })) }),
          given,
        ),
      prepare: async (cluster) => {
        await cluster.installCrd(routeCrd);
        await cluster.create({
          apiVersion: REF.apiVersion,
          kind: REF.kind,
          metadata: { name: 'a', namespace: 'default' },
        });
      },
      steps: [],
    });
    const { faults } = world.cluster;
    const simulation = await Simulation.open(world);
    const ready = async (): Promise<unknown> => condition(await world.cluster.get<Route>(REF), 'Ready').status;
    // Between the write that enters a phase and the one that tells of its rest.
    simulation.latency = 5;
    simulation.start();
    await simulation.step((cluster) => cluster.until<Route>(REF, (route) => route?.status?.phase === 'Two'));
    assert.equal(await ready(), 'False');
    const snapshot = faults.snapshot();
    await simulation.settle(60_000);
    assert.equal(await ready(), 'True');
    for (const { link } of simulation.living) link.reset();
    faults.restore(snapshot);
    assert.equal(await ready(), 'False');
    await simulation.settle(600_000);
    assert.equal(await ready(), 'True');
    await simulation.close();
  });
});
