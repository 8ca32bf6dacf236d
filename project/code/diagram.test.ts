import assert from 'node:assert/strict';
import { mermaid, phaseSummary } from './diagram.ts';
import { AUTOROUTE, projectFixture } from './project.fixture.ts';

describe('Pictures of the phase machine', () => {
  it('are a Mermaid state diagram', () => {
    assert.deepEqual(mermaid(AUTOROUTE).slice(0, 5), [
      'stateDiagram-v2',
      '  [*] --> Initializing',
      '  Initializing --> Syncing',
      '  Syncing --> Ready',
      '  Ready --> Syncing',
    ]);
  });

  it('end in final phases, and say where any phase may follow', () => {
    const lines = mermaid(projectFixture({ A: { initial: true }, B: { final: true } }));
    assert.ok(lines.includes('  A --> B: or any other'));
    assert.ok(lines.includes('  B --> [*]'));
  });

  it('survive any description', () => {
    const description = 'a: b; "c" --> <d> #e {f}';
    const lines = mermaid(projectFixture({ A: { initial: true, description } }));
    assert.ok(lines.includes('  A: A<br/>a  b   c  --   d   e  f'));
  });

  it('survive phases that are called like words of Mermaid', () => {
    const project = projectFixture({
      Scale: { initial: true, next: ['NOTE', 'Scaled'] },
      NOTE: { next: ['Scale'], description: 'Takes notes.' },
      Scaled: { final: true },
    });
    assert.deepEqual(mermaid({ ...project, onSpecChange: 'Scale', onOutputDrift: 'NOTE' }), [
      'stateDiagram-v2',
      '  [*] --> phase_Scale',
      '  phase_Scale --> phase_NOTE',
      '  phase_Scale --> Scaled',
      '  phase_NOTE --> phase_Scale',
      '  Scaled --> [*]',
      '  phase_Scale: Scale',
      '  phase_NOTE: NOTE<br/>Takes notes.',
      '  note right of phase_Scale: here after a change of spec',
      '  note right of phase_NOTE: here when an output was changed by others',
    ]);
  });

  it('are a summary in words', () => {
    assert.deepEqual(phaseSummary(AUTOROUTE).slice(0, 3), [
      '  Initializing -> Syncing (initial)',
      '  Syncing      -> Ready',
      '                  reads deployments; writes services, virtualservices, gateways',
    ]);
  });
});
