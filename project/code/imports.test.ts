import assert from 'node:assert/strict';
import { createImports, specifier } from './imports.ts';

describe('Imports of a generated module', () => {
  it('are one statement for each module and sort of name', () => {
    const imports = createImports([]);
    imports.type('autopilot-runtime', 'Worker');
    imports.value('autopilot-runtime', 'defineOperator');
    imports.type('autopilot-runtime', 'Desired');
    imports.type('autopilot-runtime', 'Worker');
    assert.equal(
      imports.render(),
      "import type { Desired, Worker } from 'autopilot-runtime';\nimport { defineOperator } from 'autopilot-runtime';",
    );
  });

  it('give way to the names that the module declares', () => {
    const imports = createImports(['Worker']);
    assert.equal(imports.type('autopilot-runtime', 'Worker'), 'Worker2');
    assert.match(imports.render(), /\{ Worker as Worker2 \}/);
  });

  it('keep two types of one name apart', () => {
    const imports = createImports([]);
    assert.equal(imports.type('istio', 'IGateway'), 'IGateway');
    assert.equal(imports.type('gateway-api', 'IGateway'), 'IGateway2');
    assert.equal(imports.type('istio', 'IGateway'), 'IGateway');
  });

  it('name modules as seen from the file', () => {
    assert.equal(specifier('src/workers/a/io.ts', 'src/kinds.ts'), '../../kinds.ts');
    assert.equal(specifier('src/operator.ts', 'src/kinds.ts'), './kinds.ts');
  });
});
