import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { forbiddenImports } from './import-directions.ts';

describe('directions of imports', () => {
  let root: string;
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'imports-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const found = (file: string, source: string): readonly string[] => {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), source);
    return forbiddenImports(root);
  };

  it('let a part import itself, what its rule lists, and other packages', () => {
    assert.deepEqual(
      found('runtime/cache/a.ts', "import './b.ts';\nimport { x } from '../kube/x.ts';\nimport 'undici';"),
      [],
    );
    assert.deepEqual(found('generators/app/index.ts', "await import('../../project/model.ts');"), []);
  });

  it('are told with file and line', () => {
    assert.deepEqual(found('runtime/kube/a.ts', "import 'undici';\nexport * from '../cache/cache.ts';"), [
      'runtime/kube/a.ts:2: runtime/kube may not import ../cache/cache.ts (runtime/cache)',
    ]);
  });

  it('keep devcluster and runtime apart, by name too', () => {
    assert.equal(found('devcluster/a.ts', "import { start } from 'autopilot-runtime';").length, 1);
    rmSync(join(root, 'devcluster'), { recursive: true });
    assert.equal(found('runtime/a.ts', "const x = await import('autopilot-devcluster');").length, 1);
  });

  it('let nothing but the assembly reach the scheduler', () => {
    assert.equal(found('runtime/start.ts', "import { Scheduler } from './scheduler/scheduler.ts';").length, 1);
    rmSync(join(root, 'runtime'), { recursive: true });
    assert.deepEqual(found('runtime/assembly.ts', "import { Scheduler } from './scheduler/scheduler.ts';"), []);
  });

  it('do not bind tests', () => {
    assert.deepEqual(found('runtime/kube/a.test.ts', "import '../cache/cache.ts';"), []);
  });

  it('are kept by this repository', () => {
    assert.deepEqual(forbiddenImports(join(import.meta.dirname, '..')), []);
  });
});
