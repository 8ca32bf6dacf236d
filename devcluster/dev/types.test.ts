import assert from 'node:assert/strict';
import { DevProjectFolder } from './dev-project.fixture.test.ts';

describe('Types, beside a running operator', function () {
  // The compiler starts anew for each check.
  this.timeout(60_000);

  it('are checked by the project’s own compiler, which never keeps the operator from running', async () => {
    const project = await DevProjectFolder.open();
    const options = { noEmit: true, module: 'nodenext', target: 'esnext', types: [], allowImportingTsExtensions: true };
    await project.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['src/typed.ts'] }));
    await project.write('src/typed.ts', 'export const a: number = 1;\n');
    const { session, printed } = await project.start();
    try {
      await printed.until(/types +no errors/);
      const from = printed.lines.length;
      await project.write('src/typed.ts', "export const a: number = 'x';\n");
      await printed.until(/types +1 error; the operator runs all the same/, from);
      await printed.until(
        /^ +src\/typed\.ts:1:14 {2}Type 'string' is not assignable to type 'number'\. \(TS2322\)$/,
        from,
      );
      assert.ok(printed.lines.slice(from).some((line) => line.includes('watches things')));
      await project.write('src/typed.ts', 'export const a: number = 2;\n');
      await printed.until(/types +no errors/, from);
      await session.ready;
    } finally {
      await project.close();
    }
  });
});
