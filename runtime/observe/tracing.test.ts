import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const RUNTIME = join(import.meta.dirname, '..');

/** Runs a module in a process of its own and gives what it printed, as JSON. */
function run(source: string): unknown {
  const args = ['--conditions=autopilot-source', '--input-type=module', '--eval', source];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: RUNTIME, encoding: 'utf8' });
  assert.equal(stderr.replaceAll(/^.*(?:ExperimentalWarning|--trace-warnings).*\n/gm, ''), '');
  return JSON.parse(stdout);
}

describe('tracing', () => {
  it('is off and loads nothing where no SDK is registered, nor does the runtime load what only few use', () => {
    const loaded = run(`
      import { createRequire } from 'node:module';
      import './runtime.ts';
      import { Tracing } from './observe/tracing.ts';
      const tracing = new Tracing('https://localhost:6443');
      const problem = await tracing.begin('operator', '1');
      const files = Object.keys(createRequire(import.meta.url).cache).map((file) => file.replaceAll('\\\\', '/'));
      console.log(JSON.stringify({
        on: tracing.on,
        problem: problem ?? '',
        packages: files.filter((file) => /@opentelemetry|prom-client\\/index|tdigest|pino-pretty|client-node/.test(file)),
        inspector: process.moduleLoadList.filter((name) => name === 'NativeModule inspector'),
      }));
    `);
    assert.deepEqual(loaded, { on: false, problem: '', packages: [], inspector: [] });
  });

  it('is off where something other than traces is registered', () => {
    const found = run(`
      import { diag, DiagLogLevel } from '@opentelemetry/api';
      import { Tracing } from './observe/tracing.ts';
      diag.setLogger({ error() {}, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
      const tracing = new Tracing('https://localhost:6443');
      const problem = await tracing.begin('operator', '1');
      console.log(JSON.stringify([tracing.on, problem ?? '']));
    `);
    assert.deepEqual(found, [false, '']);
  });

  it('says so where an SDK is registered with another copy of the API', () => {
    const [on, problem] = run(`
      import { Tracing } from './observe/tracing.ts';
      globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.0.0', trace: {} };
      const tracing = new Tracing('https://localhost:6443');
      const problem = await tracing.begin('operator', '1');
      console.log(JSON.stringify([tracing.on, problem]));
    `) as readonly [boolean, string];
    assert.equal(on, false);
    assert.match(problem, /no traces: .* another copy of @opentelemetry\/api\. Install/);
  });
});
