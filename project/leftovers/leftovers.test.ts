import assert from 'node:assert/strict';
import { patchManager } from '../../runtime/kube/patch-manager.ts';
import { project } from '../manifests/projects.fixture.test.ts';
import { leftObjects, leftoversOf } from './leftovers.ts';
import { kindsWrittenBy, readWrittenKinds, writtenKindsText } from './written-kinds.ts';

const text = (phases: string): string => `
kind: Route
apiVersion: example.io/v1
operatorName: an-operator-with-a-name-that-is-longer-than-forty
phases:
  - { name: First, initial: true }
${phases}`;
const BEFORE = project(
  text(`  - { name: Old, outputs: [services, configmaps], patches: [deployments, secrets] }
  - { name: Other, outputs: [services] }
enableFinalizer: true
finalizer: { outputs: [jobs] }
`),
);
const written = kindsWrittenBy(BEFORE);
const left = (phases: string) =>
  leftoversOf(project(text(phases)), written).map(
    ({ use, type, phases: of }) => `${use} ${type.plural} ${of.join('+')}`,
  );

describe('what former versions of a project left behind', () => {
  it('is nothing as long as all is still declared, under a new name of the phase too', () => {
    assert.deepEqual(leftoversOf(BEFORE, written), []);
    const renamed = `  - { name: Newer, renamedFrom: Old, outputs: [services, configmaps], patches: [deployments] }
  - { name: Other, outputs: [services], patches: [secrets] }
enableFinalizer: true
finalizer: { outputs: [jobs] }
`;
    assert.deepEqual(left(renamed), []);
  });

  it('is an output that its own phase has no more, whatever others write; a patch that no phase has', () => {
    assert.deepEqual(
      left('  - { name: Old, outputs: [configmaps] }\n  - { name: Other, outputs: [services, jobs] }\n'),
      ['outputs services Old', 'outputs jobs finalizer', 'patches deployments Old', 'patches secrets Old'],
    );
    assert.deepEqual(left('  - { name: Another, patches: [deployments, secrets] }\n'), [
      'outputs services Old+Other',
      'outputs configmaps Old',
      'outputs jobs finalizer',
    ]);
  });

  it('is all where the group is another, whose marks the operator does not know', () => {
    const moved = { ...BEFORE, group: 'other.io' };
    assert.equal(leftoversOf(moved, written).length, 5);
    assert.deepEqual(leftoversOf(moved, [...written, ...kindsWrittenBy(moved)]).length, 5);
  });

  it('is found by the phase that an object bears, or by the manager of its fields', () => {
    const [services] = leftoversOf(project(text('')), written);
    const secrets = leftoversOf(project(text('')), written).find(({ type }) => type.plural === 'secrets');
    assert.ok(services && secrets);
    const object = (name: string, phase: string, ...managers: readonly string[]) => ({
      apiVersion: 'v1',
      metadata: {
        name,
        namespace: 'default',
        annotations: { 'example.io/phase': phase },
        managedFields: managers.map((manager) => ({ manager })),
      },
    });
    assert.deepEqual(
      leftObjects(services, [object('a', 'Old'), object('b', 'First'), object('c', 'Other')]).map(({ name }) => name),
      ['a', 'c'],
    );
    const ours = patchManager(BEFORE.operatorName, 'uid-1', 'secrets');
    const others = [
      patchManager(BEFORE.operatorName, 'uid-1', 'deployments'),
      patchManager('other', 'uid-1', 'secrets'),
      'kubectl',
    ];
    assert.deepEqual(leftObjects(secrets, [object('a', '', ours, ...others), object('b', '', ...others)]), [
      { apiVersion: 'v1', name: 'a', namespace: 'default', manager: ours },
    ]);
  });

  it('is remembered in lines that merge; what is no entry is passed over', () => {
    const once = writtenKindsText([], written);
    assert.equal(writtenKindsText(readWrittenKinds(once), written), once);
    assert.deepEqual(
      readWrittenKinds(`<<<<<<< ours\n${once}=======\n${once}{"use":"outputs"}\n>>>>>>> theirs\n`).length,
      12,
    );
    assert.equal(writtenKindsText(readWrittenKinds(once), []), once);
  });
});
