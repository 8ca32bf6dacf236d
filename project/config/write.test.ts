import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { format } from 'prettier';
import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import { loadProject } from './load.ts';
import { freshAutopilotYaml, freshOperatorYaml, scalarText } from './write.ts';
import type { FreshProject } from './write.ts';

const FRESH: FreshProject = {
  kind: 'Example',
  apiVersion: 'examples.io/v1',
  operatorName: 'example-operator',
  phases: [
    {
      name: 'Initializing',
      description: 'Prepares: everything # needed',
      initial: true,
      outputs: ['configmaps'],
      next: ['Processing'],
    },
    {
      name: 'Processing',
      inputs: ['metrics', 'pods'],
      outputs: ['configmaps'],
      patches: ['pods', 'nodes'],
      next: ['Finished', 'Initializing'],
    },
    { name: 'Finished', final: true },
  ],
};

const load = (autopilot: string, operator = '') =>
  loadProject({
    autopilot: { file: 'autopilot.yaml', text: autopilot },
    operator: { file: 'autopilot-operator.yaml', text: operator },
  });

describe('fresh files', () => {
  it('load, and say what was asked for', () => {
    const { project, problems } = load(
      freshAutopilotYaml({
        ...FRESH,
        enableFinalizer: true,
        onSpecChange: 'Initializing',
        onOutputDrift: 'Processing',
      }),
      freshOperatorYaml({ watchNamespace: 'here', concurrency: 3, logLevel: 'Debug' }),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      project?.phases.map(({ name, description, initial, final, inputs, outputs, patches, next }) => ({
        name,
        description,
        initial,
        final,
        inputs: inputs.map(({ parameter }) => parameter.name),
        outputs: outputs.map(({ parameter }) => parameter.name),
        patches: patches.map(({ parameter }) => parameter.name),
        next,
      })),
      FRESH.phases.map(
        ({
          description = '',
          initial = false,
          final = false,
          inputs = [],
          outputs = [],
          patches = [],
          next,
          name,
        }) => ({
          name,
          description,
          initial,
          final,
          inputs,
          outputs,
          patches,
          next,
        }),
      ),
    );
    assert.deepEqual(
      [project?.enableFinalizer, project?.onSpecChange, project?.onOutputDrift, project?.scope],
      [true, 'Initializing', 'Processing', 'Namespaced'],
    );
    assert.deepEqual(
      [
        project?.operator.watchNamespace,
        project?.operator.concurrency,
        project?.operator.logLevel,
        project?.operator.version,
      ],
      ['here', 3, 'Debug', '0.0.1'],
    );
  });

  it('are as prettier writes them', async () => {
    for (const text of [
      freshAutopilotYaml(FRESH),
      freshAutopilotYaml({ ...FRESH, phases: [], scope: 'Cluster' }),
      freshOperatorYaml(),
    ]) {
      assert.equal(await format(text, { parser: 'yaml', printWidth: 100, singleQuote: true }), text);
    }
  });

  it('name the schemas for editors, and every key of the configuration', () => {
    assert.match(
      freshAutopilotYaml(FRESH),
      /^# yaml-language-server: \$schema=\.autopilot\/schemas\/autopilot\.schema\.json\n/,
    );
    const operator = freshOperatorYaml();
    assert.match(
      operator,
      /^# yaml-language-server: \$schema=\.autopilot\/schemas\/autopilot-operator\.schema\.json\n/,
    );
    for (const key of Object.keys(OPERATOR_CONFIG_FIELDS).filter((each) => each !== 'config')) {
      assert.match(operator, new RegExp(`^(# )?${key}: `, 'm'));
    }
  });

  it('still load with everything commented in', () => {
    const operator = freshOperatorYaml()
      .replaceAll(/^# ([a-z]\w+: )/gm, '$1')
      .replace(/^.*\$schema.*\n/, '');
    const { problems } = load(freshAutopilotYaml(FRESH), operator);
    assert.deepEqual(problems, []);
  });

  it('quote what would be read as something else', () => {
    assert.deepEqual(
      ['plain', 'yes', '1.0', 'a: b', '# x', '', "it's", ':9091', 'two\nlines', '- x', '012', 'null'].map((value) =>
        scalarText(value),
      ),
      [
        'plain',
        "'yes'",
        "'1.0'",
        "'a: b'",
        "'# x'",
        "''",
        "it's",
        ':9091',
        '"two\\nlines"',
        "'- x'",
        "'012'",
        "'null'",
      ],
    );
  });
});
