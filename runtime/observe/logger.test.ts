import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a process writes to its standard output that logs as an operator does. */
function logged(format: string): string {
  const source = `
    import { createLogger } from './observe/logger.ts';
    const logger = createLogger({ name: 'route-operator', version: '1.2', level: 'Info', format: ${format} });
    logger.child({ resource: 'default/a', phase: 'Syncing', sync: '3f9a01bc-1z' }).info({ count: 2 }, 'done');
    logger.debug('not told');
    logger.error({ err: new TypeError('it broke') }, 'failed');
  `;
  const args = ['--conditions=autopilot-source', '--input-type=module', '--eval', source];
  const env = { ...process.env, NO_COLOR: '1' };
  return spawnSync(process.execPath, args, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8', env }).stdout;
}

describe('log lines', () => {
  for (const format of ["'json'", 'undefined'])
    it(`are JSON, one object a line, where the format is ${format} and nobody looks at a terminal`, () => {
      const lines = logged(format)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const [done, failed, ...more] = lines;
      assert.deepEqual(more, []);
      const { time, ...fields } = done ?? assert.fail();
      assert.equal(typeof time, 'number');
      assert.deepEqual(fields, {
        level: 30,
        operator: 'route-operator',
        version: '1.2',
        resource: 'default/a',
        phase: 'Syncing',
        sync: '3f9a01bc-1z',
        count: 2,
        msg: 'done',
      });
      const { type, message, stack } = (failed?.['err'] ?? {}) as Readonly<Record<string, string>>;
      assert.deepEqual([type, message], ['TypeError', 'it broke']);
      assert.match(stack ?? '', /TypeError: it broke\n +at /);
    });

  it('are for people where the format is pretty, with the same fields', () => {
    const text = logged("'pretty'");
    assert.match(text, /^\[\d\d:\d\d:\d\d\.\d\d\d\] INFO: done$/m);
    assert.match(text, /^ +resource: "default\/a"\n +phase: "Syncing"\n +sync: "3f9a01bc-1z"\n +count: 2$/m);
    assert.match(text, /ERROR: failed\n +err: \{[^]*"message": "it broke"/);
    assert.doesNotMatch(text, /not told/);
  });
});
