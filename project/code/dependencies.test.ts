import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_ENGINES, dependencies, devDependencies } from './dependencies.ts';
import { packageJson } from './package-json.ts';
import { AUTOROUTE } from './project.fixture.ts';

const SETTINGS = { packageManager: 'npm', runtime: 'file:r.tgz', devcluster: 'file:d.tgz' } as const;

/** A part of a package.json of this repository, by name. */
function manifest(path: string, part: string): ReadonlyMap<string, unknown> {
  const contents: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../..', path, 'package.json'), 'utf8'));
  return entries(entries(contents).get(part));
}

function entries(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

describe('What a project asks npm for', () => {
  it('is what this repository is tested with', () => {
    const tested = new Map([...manifest('.', 'dependencies'), ...manifest('.', 'devDependencies')]);
    const asked = { ...dependencies(SETTINGS), ...devDependencies(AUTOROUTE, SETTINGS) };
    for (const [name, range] of Object.entries(asked)) {
      if (!name.startsWith('autopilot-')) assert.equal(range, tested.get(name), name);
    }
  });

  it('runs on the Node versions that its packages run on', () => {
    for (const path of ['.', 'runtime', 'devcluster'])
      assert.equal(manifest(path, 'engines').get('node'), NODE_ENGINES, path);
  });

  it('has every program that its scripts run', () => {
    const packages = { tsc: 'typescript' };
    const asked = { ...dependencies(SETTINGS), ...devDependencies(AUTOROUTE, SETTINGS) };
    for (const [name, script] of entries(entries(JSON.parse(packageJson(AUTOROUTE, SETTINGS))).get('scripts'))) {
      for (const [, program = ''] of String(script).matchAll(/(?:^|&& )(\S+)/g)) {
        const from = new Map(Object.entries(packages)).get(program) ?? program;
        assert.ok(program === 'node' || from in asked, `${name}: ${program}`);
      }
    }
  });

  it('are the bundled packages, where nothing else is named', () => {
    assert.equal(dependencies(SETTINGS)['autopilot-runtime'], 'file:r.tgz');
    assert.equal(devDependencies(AUTOROUTE, SETTINGS)['autopilot-devcluster'], 'file:d.tgz');
  });
});
