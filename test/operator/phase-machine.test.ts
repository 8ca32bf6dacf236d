import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { ObjectRef } from 'autopilot-devcluster';
import * as fc from 'fast-check';
import type { Transport, TransportRequest, TransportResponse } from '../../runtime/kube/transport.ts';
import { randomRuns } from '../../runtime/testing/properties.ts';
import { configMap, final, isObserved, isTrue, phase, routes, Testbed, type Context, type Route } from './testbed.ts';

const PHASES = ['P0', 'P1', 'P2', 'P3'] as const;
const SPECS = [0, 1, 2];

/** What the worker of a phase does with one spec: where it goes (itself: it stays), whether it writes, and what goes wrong at first. */
interface Conduct {
  readonly to: string;
  readonly writes: boolean;
  readonly atFirst: 'throws' | 'waits' | 'nothing';
}

/** By spec and phase. With one spec no phase comes twice, with changes of it a resource goes to and fro. */
type Machine = readonly Readonly<Record<string, Conduct>>[];

/** What is to be seen of a resource: its phase, and in which spec's run each phase wrote its output. */
interface State {
  readonly phase: string;
  readonly outputs: Readonly<Record<string, number>>;
}

/**
 * The reference: all states in which a resource may come to rest that starts from `state` while its spec takes these values one after the
 * other. Each run may have seen any of them, but none older than the run before it, and the last has to be seen.
 */
function outcomes(machine: Machine, state: State, specs: readonly number[], seen = -1): ReadonlySet<string> {
  const rests: string[] = [];
  for (let next = Math.max(seen, 0); next < specs.length; next += 1) {
    const { phase: name, outputs } = state;
    const { [name]: _former, ...others } = outputs;
    const { to, writes } = machine[specs[next] ?? 0]?.[name] ?? { to: seen === next ? name : 'P0', writes: false };
    const written = name === 'Done' ? outputs : writes ? { ...outputs, [name]: specs[next] ?? 0 } : others;
    if (to !== name) rests.push(...outcomes(machine, { phase: to, outputs: written }, specs, next));
    else if (next === specs.length - 1)
      rests.push(written === outputs ? textOf(state) : textOf({ phase: to, outputs: written }));
  }
  return new Set(rests);
}

function textOf({ phase: name, outputs }: State): string {
  return `${name} ${PHASES.map((each) => `${each}: ${outputs[each] ?? '-'}`).join(' ')}`;
}

type Step =
  | { readonly do: 'change'; readonly spec: number }
  /** The operator dies at one of its next writes, before or after the server has done it, and another one starts. */
  | { readonly do: 'kill'; readonly at: number; readonly done: boolean }
  | { readonly do: 'settle' | 'replace' };

/** An operator's connection, which goes for ever at one of its writes. */
class Mortal implements Transport {
  readonly #transport: Transport;
  #writesLeft = Infinity;
  #isDone = false;
  dead = false;
  died: () => void = () => undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  dieAt(writes: number, isDone: boolean): void {
    this.#writesLeft = writes;
    this.#isDone = isDone;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const dies = request.method !== 'GET' && (this.#writesLeft -= 1) < 0;
    if (dies && !this.dead) {
      this.dead = true;
      if (this.#isDone) await (await this.#transport.send(request)).body.text();
      this.died();
    }
    if (this.dead) throw Object.assign(new Error('it is dead'), { code: 'ECONNRESET' });
    return this.#transport.send(request);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

describe('the phase machine', () => {
  let testbed: Testbed;
  let cases = 0;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());

  const ref = (name: string): ObjectRef => ({ apiVersion: 'example.io/v1', kind: 'Route', name, namespace: 'default' });

  /** The operator of such machines; each of its processes notices where one resource is worked on twice at a time. */
  const operatorOf = (machine: Machine, troubled: Set<string>) => {
    const busy = new Set<string>();
    const worker =
      (name: string) =>
      async ({ route }: Context): Promise<unknown> => {
        const spec = Number(route.spec['n']);
        const { to, writes, atFirst } = machine[spec]?.[name] ?? assert.fail();
        assert.ok(!busy.has(route.metadata.name), 'two syncs of one resource at a time');
        busy.add(route.metadata.name);
        await setImmediate();
        busy.delete(route.metadata.name);
        const outputs = {
          configMaps: writes ? [configMap(`${route.metadata.name}-${name.toLowerCase()}`, { n: String(spec) })] : [],
        };
        const isFirst = !troubled.has(`${name} ${spec}`);
        troubled.add(`${name} ${spec}`);
        if (isFirst && atFirst === 'throws') throw new Error('at first it fails');
        if (isFirst && atFirst === 'waits') return { phase: name, outputs, requeueAfter: '1ms' };
        return { phase: to, outputs };
      };
    const workers = PHASES.map((name) => [name, phase(worker(name), { initial: name === 'P0', inputs: {} })] as const);
    return routes({ ...Object.fromEntries(workers), Done: final }, { onSpecChange: 'P0', transitions: 100 });
  };

  const stateOf = async (name: string): Promise<State | undefined> => {
    const route = await testbed.getRoute(name);
    if (!route) return undefined;
    const outputs: Record<string, number> = {};
    for (const each of PHASES) {
      const output = await testbed.getConfigMap(`${name}-${each.toLowerCase()}`);
      if (output) outputs[each] = Number(output.data?.['n']);
    }
    return { phase: route.status?.phase ?? '', outputs };
  };

  /** Every transition begins where the one before it ended, and is one that some worker could ask for. */
  const checkTransitions = (machine: Machine, route: Route): void => {
    let at = 'P0';
    for (const { from, to } of (route.status?.['transitions'] ?? []) as readonly { from: string; to: string }[]) {
      assert.equal(from, at, 'a transition was recorded over another one');
      at = to;
      const allowed = from === 'Done' ? ['P0'] : SPECS.map((spec) => machine[spec]?.[from]?.to);
      assert.ok(allowed.includes(to), `${from} → ${to}`);
    }
    assert.equal(route.status?.phase, at);
  };

  const conduct = fc.record({
    goes: fc.nat(4),
    writes: fc.boolean(),
    atFirst: fc.constantFrom('nothing', 'nothing', 'throws', 'waits'),
  });
  const behaviour = fc
    .record({
      order: fc.shuffledSubarray([...PHASES], { minLength: PHASES.length }),
      conducts: fc.array(conduct, { minLength: PHASES.length, maxLength: PHASES.length }),
    })
    .map(({ order, conducts }) =>
      Object.fromEntries(
        order.map((name, index) => {
          const { goes, writes, atFirst } = conducts[index] ?? assert.fail();
          const targets = [...order.slice(index + 1), 'Done', name];
          return [name, { to: targets[goes % targets.length] ?? name, writes, atFirst } as const];
        }),
      ),
    );
  const machines: fc.Arbitrary<Machine> = fc.tuple(behaviour, behaviour, behaviour);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('change'), spec: fc.constantFrom(...SPECS) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('kill'), at: fc.nat(4), done: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('settle') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('replace') }) },
  );

  it('comes to rest where the reference does, whatever workers, changes of the spec, deletions and kills do', async () => {
    await fc.assert(
      fc.asyncProperty(machines, fc.array(step, { maxLength: 8 }), async (machine, steps) => {
        const name = `r${(cases += 1)}`;
        const troubled = new Set<string>();
        let mortal: Mortal;
        // Who dies as the case ends, by an event that was still to be written, is not to live on into the next case.
        let isOver = false;
        const run = async (): Promise<void> => {
          mortal = new Mortal(testbed.transport());
          mortal.died = () => void (isOver || revivals.push(run()));
          await testbed.runWith(operatorOf(machine, troubled), { transport: mortal });
        };
        const revivals: Promise<void>[] = [];
        await run();
        const fresh: State = { phase: 'P0', outputs: {} };
        let state = fresh;
        let specs = [0];
        let isSettled = false;
        await testbed.route(name, { n: 0 });
        const settle = async (): Promise<void> => {
          const allowed = outcomes(machine, state, specs, isSettled ? 0 : -1);
          const shown = async (route: Route | undefined): Promise<boolean> => {
            const now = await stateOf(name);
            return (
              route !== undefined &&
              isTrue(route, 'Ready') &&
              isObserved(route) &&
              now !== undefined &&
              allowed.has(textOf(now))
            );
          };
          const deadline = performance.now() + 20_000;
          while (!(await shown(await testbed.getRoute(name)))) {
            assert.ok(
              performance.now() < deadline,
              `${textOf((await stateOf(name)) ?? fresh)} is none of ${[...allowed].join(', ')}`,
            );
            await setImmediate();
          }
          state = (await stateOf(name)) ?? assert.fail();
          specs = specs.slice(-1);
          isSettled = true;
          checkTransitions(machine, (await testbed.getRoute(name)) ?? assert.fail());
        };
        for (const one of steps) {
          if (one.do === 'settle') await settle();
          else if (one.do === 'kill') mortal!.dieAt(one.at, one.done);
          else if (one.do === 'change') {
            await testbed.setSpec(name, { n: one.spec });
            specs.push(one.spec);
          } else {
            await testbed.cluster.delete(ref(name));
            await testbed.route(name, { n: 0 });
            [state, specs, isSettled] = [fresh, [0], false];
          }
        }
        await settle();
        isOver = true;
        await Promise.all(revivals);
        await testbed.stopOperators();
        assert.equal(textOf((await stateOf(name)) ?? assert.fail()), textOf(state));
        await testbed.cluster.delete(ref(name));
      }),
      randomRuns('test/operator/phase-machine.test.ts', 40, 30_000),
    );
  });

  it('goes forward only, though two operators without an election work at once and one of them lags', async () => {
    const kubeconfig = testbed.cluster.addUser('laggard', ['system:masters']);
    const changes = fc.array(fc.record({ spec: fc.constantFrom(...SPECS), lag: fc.constantFrom(1, 5, 20) }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(machines, changes, async (machine, sequence) => {
        const name = `r${(cases += 1)}`;
        const operators = [
          await testbed.runWith(operatorOf(machine, new Set())),
          await testbed.runWith(operatorOf(machine, new Set()), { kubeconfig }),
        ];
        await testbed.route(name, { n: 0 });
        const specs = [0];
        for (const { spec, lag } of sequence) {
          const held = testbed.cluster.faults.holdEvents({ user: 'laggard' }, { ms: lag });
          await testbed.setSpec(name, { n: spec });
          specs.push(spec);
          await testbed.untilRoute(name, (route) => isTrue(route, 'Ready') && isObserved(route));
          held.release();
        }
        for (const operator of operators) await testbed.untilIdle(operator);
        const rests = new Set(
          [...outcomes(machine, { phase: 'P0', outputs: {} }, specs)].map((text) => text.split(' ')[0]),
        );
        // Outputs have no such fence: that is what the election is for.
        const route = await testbed.untilRoute(name, (it) => isObserved(it) && rests.has(it.status?.phase));
        checkTransitions(machine, route);
        await testbed.stopOperators();
        await testbed.cluster.delete(ref(name));
      }),
      randomRuns('test/operator/phase-machine.test.ts', 12, 30_000),
    );
  });
});
