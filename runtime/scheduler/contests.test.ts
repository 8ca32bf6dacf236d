import assert from 'node:assert/strict';
import { Contests, lossesOf } from './contests.ts';

describe('contests', () => {
  const replicas = { field: '.spec.replicas', manager: 'autoscaler' };
  let contests: Contests;
  beforeEach(() => void (contests = new Contests()));

  it('begin with the third loss, and pause 1 s, 2 s … 5 min before each repair', () => {
    let now = 0;
    const lose = (): string | undefined => contests.lost('deployments.apps d/web', replicas, now);
    assert.deepEqual([lose(), lose()], [undefined, undefined]);
    assert.equal(contests.isHeldBack('deployments.apps d/web', false, now), false);
    const pauses = Array.from({ length: 11 }, () => {
      assert.match(lose() ?? '', /^Manager autoscaler takes \.spec\.replicas of deployments\.apps d\/web again/);
      const pause = contests.nextLook(now) ?? 0;
      assert.ok(contests.isHeldBack('deployments.apps d/web', false, now + pause - 1));
      now += pause;
      assert.equal(contests.isHeldBack('deployments.apps d/web', false, now), false);
      return pause / 1000;
    });
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('are over when the field stayed ours for two minutes, or for as long again as the last pause', () => {
    for (let times = 0; times < 4; times += 1) contests.lost('x', replicas, 0);
    assert.ok(contests.message(121_999));
    assert.equal(contests.nextLook(2000), 120_000);
    assert.equal(contests.message(122_000), undefined);
    assert.equal(contests.nextLook(122_000), undefined);
    assert.equal(contests.lost('x', replicas, 122_000), undefined);
    for (let times = 0; times < 19; times += 1) contests.lost('x', replicas, 122_000);
    assert.ok(contests.message(722_000 - 1));
    assert.equal(contests.message(722_000), undefined);
  });

  it('are looked at once more when they are over, whether or not anybody asks what goes on', () => {
    for (let times = 0; times < 4; times += 1) contests.lost('x', replicas, 0);
    assert.equal(contests.nextLook(121_999), 1);
    assert.equal(contests.nextLook(122_000), 1);
    assert.ok(contests.isEmpty);
    assert.equal(contests.nextLook(122_001), undefined);
  });

  it('count what an autoscaler does that comes by every 15 s', () => {
    let now = 0;
    const said = Array.from({ length: 4 }, () => {
      now += 15_000;
      return contests.lost('x', replicas, now) !== undefined;
    });
    assert.deepEqual(said, [false, false, true, true]);
  });

  it('are of one field and one manager, and hold back no other output', () => {
    contests.lost('x', replicas, 0);
    contests.lost('x', { ...replicas, manager: 'other' }, 0);
    contests.lost('x', { ...replicas, field: '.spec.paused' }, 0);
    assert.equal(contests.message(0), undefined);
    for (let times = 0; times < 3; times += 1) contests.lost('y', { field: undefined, manager: undefined }, 0);
    assert.deepEqual(
      [contests.isHeldBack('x', false, 0), contests.isHeldBack('y', false, 0), contests.isHeldBack('y', true, 0)],
      [false, false, true],
    );
    assert.match(contests.message(0) ?? '', /^Somebody deletes y again/);
    contests.forget('y');
    assert.equal(contests.message(0), undefined);
  });

  it('are about a leaf, and whoever holds it now', () => {
    const port = ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name'];
    const label = ['f:metadata', 'f:labels', 'f:example.io/owner'];
    const managers = [
      { manager: 'us', fieldsV1: { 'f:data': { 'f:k': {} } } },
      {
        manager: 'them',
        fieldsV1: { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { 'f:name': {} } } } },
      },
    ];
    assert.deepEqual(lossesOf([port, label], managers), [
      { field: '.spec.ports[port=80,protocol=TCP].name', manager: 'them' },
      { field: '.metadata.labels[example.io/owner]', manager: undefined },
    ]);
  });
});
