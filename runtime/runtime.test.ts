import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/** The packages from which anything is loaded when the runtime is imported, in a process of its own. */
function packagesLoaded(): readonly string[] {
  const program = `
    import { registerHooks } from 'node:module';
    const urls = new Set();
    registerHooks({ load: (url, context, next) => (urls.add(url), next(url, context)) });
    await import('autopilot-runtime');
    console.log(JSON.stringify([...urls]));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=autopilot-source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  );
  assert.equal(stderr, '');
  const urls = JSON.parse(stdout) as readonly string[];
  assert.ok(urls.some((url) => url.endsWith('/runtime/manager.ts')));
  const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return [...new Set(packages)];
}

describe('the runtime', () => {
  it('loads what it needs in production, and nothing that only some kubeconfigs, terminals or the CRD need', () => {
    const packages = packagesLoaded();
    for (const name of ['js-yaml', 'pino', 'prom-client', 'undici']) assert.ok(packages.includes(name), name);
    for (const name of ['@kubernetes/client-node', 'pino-pretty', 'zod']) assert.ok(!packages.includes(name), name);
  });
});
