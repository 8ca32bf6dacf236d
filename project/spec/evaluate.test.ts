import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpecError, crdOfSpec } from './evaluate.ts';
import type { SpecFailure } from './failure.ts';

const NAMES = {
  group: 'examples.io',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Namespaced',
  phases: ['Working'],
} as const;

describe('The CRD of a spec.ts', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autopilot-spec-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const file = () => join(folder, 'spec.ts');
  async function crd(text: string): Promise<string> {
    await writeFile(file(), text);
    return JSON.stringify(await crdOfSpec({ file: file() }, NAMES));
  }
  async function failure(text: string, deadline?: number): Promise<SpecFailure> {
    await writeFile(file(), text);
    try {
      await crdOfSpec({ file: file() }, NAMES, deadline);
    } catch (error) {
      if (error instanceof SpecError && error.failures[0]) return error.failures[0];
      throw error;
    }
    return assert.fail('it did not fail');
  }

  it('is made with the generator’s own packages where the project has none', async () => {
    const made = await crd(`
      import { z } from 'zod';
      import { labelSelector } from 'autopilot-runtime/crd';
      export const spec: z.ZodType = z.object({ size: z.number().int().max(7), selector: labelSelector() });
      export const status: z.ZodType = z.object({});`);
    assert.match(made, /"maximum":7/);
    assert.match(made, /matchLabels/);
  });

  it('is made with the project’s own zod where it has one', async () => {
    const zod = join(folder, 'node_modules/zod');
    await mkdir(zod, { recursive: true });
    await writeFile(join(zod, 'package.json'), '{ "name": "zod", "type": "module", "exports": "./zod.js" }');
    await writeFile(join(zod, 'zod.js'), 'export const z = {}; throw new Error("the zod of the project");');
    assert.match(
      (await failure("import { z } from 'zod';\nexport const spec = z;\n")).message,
      /the zod of the project/,
    );
  });

  it('may come from a text that is not on disk yet, with its imports', async () => {
    const text =
      "import { z } from 'zod';\nexport const spec = z.object({ colour: z.string() }), status = z.object({});\n";
    const made = await crdOfSpec({ file: join(folder, 'not/yet/spec.ts'), text }, NAMES);
    assert.match(JSON.stringify(made), /colour/);
  });

  it('cannot be made of what is no TypeScript: file and line', async () => {
    const { message, line, file: place } = await failure('\nexport const spec = ;\n');
    assert.deepEqual([message, line, place], ['Expression expected', 2, file()]);
  });

  it('cannot be made of what throws: file, line and column, also in a module that it imports', async () => {
    const { message, line, column } = await failure('\n\n  throw new Error("oh");\n');
    assert.deepEqual([message, line, column], ['oh', 3, 9]);

    await writeFile(join(folder, 'other.ts'), 'export const x = 1;\nthrow new Error("there");\n');
    const other = await failure("import './other.ts';\n");
    assert.deepEqual([other.message, other.line, other.file], ['there', 2, join(folder, 'other.ts')]);
  });

  it('cannot be made where an import is missing: file and line of the import', async () => {
    const { message, line } = await failure("\nimport { x } from './nowhere.ts';\nexport const spec = x;\n");
    assert.deepEqual([message, line], ['cannot find ./nowhere.ts', 2]);
  });

  it('cannot be made where there is no such file: it is named, and no file of ours', async () => {
    await assert.rejects(crdOfSpec({ file: file() }, NAMES), (error) => {
      assert.ok(error instanceof SpecError);
      assert.deepEqual(error.failures, [
        { file: file(), message: 'there is no such file', remedy: '`ap generate` writes it.' },
      ]);
      return true;
    });
  });

  it('cannot be made of what a CRD cannot say: the path of each field', async () => {
    await writeFile(
      file(),
      "import { z } from 'zod';\nexport const spec = z.object({ a: z.date(), b: z.object({ c: z.tuple([z.string()]) }) }), status = z.object({});",
    );
    await assert.rejects(crdOfSpec({ file: file() }, NAMES), (error) => {
      assert.ok(error instanceof SpecError);
      assert.deepEqual(
        error.failures.map(({ path }) => path),
        ['spec.a', 'spec.b.c'],
      );
      return error.failures.every(({ code, remedy }) => code?.startsWith('ERR_AP_SCHEMA_') && remedy !== '');
    });
  });

  it('cannot be made without a status, which generated code imports; told with all else', async () => {
    const {
      code,
      path,
      remedy,
      file: place,
    } = await failure("import { z } from 'zod';\nexport const spec = z.object({});\n");
    assert.deepEqual([code, path, place], ['ERR_AP_SPEC_STATUS', 'status', file()]);
    assert.match(remedy ?? '', /`export const status = z\.object\(\{\}\);`/);

    await writeFile(file(), "import { z } from 'zod';\nexport const spec = z.object({ a: z.date() });\n");
    await assert.rejects(crdOfSpec({ file: file() }, NAMES), (error) => {
      assert.ok(error instanceof SpecError);
      assert.deepEqual(
        error.failures.map((each) => each.path),
        ['spec.a', 'status'],
      );
      return true;
    });
  });

  it('is not waited for where the module ends its process, or never ends', async () => {
    assert.match((await failure('process.exit(3);')).message, /exit code 3/);
    assert.match((await failure('for (;;);', 500)).message, /still being evaluated after 0\.5 s/);
  });
});
