import assert from 'node:assert/strict';
import { AutopilotError, type OperatorDefinition } from 'autopilot-runtime';
import * as z from 'zod';
import { routes, Testbed, type Route } from './testbed.ts';

describe("the user's own settings", () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const schema = z.strictObject({
    greeting: z.string(),
    limits: z.strictObject({ hosts: z.array(z.number().max(9)).default([3]) }).prefault({}),
  });
  interface Settings {
    readonly route: Route;
    readonly config: z.output<typeof schema>;
  }
  const finalized: unknown[] = [];
  const operator = (more: Partial<OperatorDefinition> = {}): OperatorDefinition =>
    routes(
      { Only: { initial: true, worker: ({ config }: Settings) => ({ phase: 'Only', status: { config } }) } },
      { config: schema, finalizer: { worker: ({ config }: Settings) => void finalized.push(config) }, ...more },
    );

  it('reach workers and the finalizer, with the defaults of their schema', async () => {
    await testbed.run(operator(), { config: { config: { greeting: 'hello' } } });
    await testbed.route('a');
    const { status } = await testbed.untilReady('a', 'Only');
    const settings = { greeting: 'hello', limits: { hosts: [3] } };
    assert.deepEqual(status?.['config'], settings);
    await testbed.cluster.delete(REF);
    await testbed.untilGone(REF);
    assert.deepEqual(finalized, [settings]);
  });

  it('are shared and frozen', async () => {
    const worker = ({ config }: Settings) => {
      config.limits.hosts.push(4);
      return { phase: 'Only' };
    };
    await testbed.run(operator({ phases: { Only: { initial: true, worker } } }), {
      config: { config: { greeting: 'hello' } },
    });
    await testbed.route('a');
    const { status } = await testbed.untilRoute('a', (route) => route.status !== undefined);
    assert.match(status?.conditions?.[0]?.message ?? '', /tried to change what it was given/);
  });

  it('are refused at the start with all that is wrong, by path', async () => {
    const config = { greting: 'hello', limits: { hosts: [1, 10] } };
    await assert.rejects(testbed.run(operator(), { config: { config } }), (error) => {
      assert.ok(error instanceof AutopilotError && error.code === 'ERR_AP_CONFIG');
      assert.match(error.message, /^the configuration is wrong:$/m);
      assert.match(error.message, /^- config\.greeting: .*expected string/m);
      assert.match(error.message, /^- config\.limits\.hosts\[1\]: /m);
      assert.match(error.message, /^- config: .*"greting"/m);
      return true;
    });
  });

  it('are refused where nothing says what they may be', async () => {
    const { config: _schema, ...without } = operator();
    await assert.rejects(
      testbed.run(without, { config: { config: { greeting: 'hello' } } }),
      /config: nothing says what it may hold\. Run `ap generate`, which writes src\/config\.ts/,
    );
    await testbed.run(without);
  });
});

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' };
