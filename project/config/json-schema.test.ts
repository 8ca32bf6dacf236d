import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { BAD_INPUTS, GOOD } from './bad-inputs.fixture.test.ts';
import { JSON_SCHEMAS, schemaText } from './json-schema.ts';
import { loadProject } from './load.ts';
import { freshAutopilotYaml, freshOperatorYaml } from './write.ts';

/**
 * Codes of problems that a schema cannot see: they are about syntax, about names that are somewhere else in the file, or about
 * two values at a time.
 */
const BEYOND = new Set([
  'ERR_AP_ADDRESS_CLASH',
  'ERR_AP_CRD_NAME_TAKEN',
  'ERR_AP_DUPLICATE',
  'ERR_AP_DURATION_RANGE',
  'ERR_AP_FINAL_WORK',
  'ERR_AP_GROUP_PROTECTED',
  'ERR_AP_INITIAL_FINAL',
  'ERR_AP_INITIAL_MISSING',
  'ERR_AP_INITIAL_SEVERAL',
  'ERR_AP_KIND_RESERVED',
  'ERR_AP_KIND_TAKEN',
  'ERR_AP_LABEL_KEY',
  'ERR_AP_LABEL_VALUE',
  'ERR_AP_METRICS_OPTION',
  'ERR_AP_NAMESPACE_OWN',
  'ERR_AP_NO_PHASES',
  'ERR_AP_ON_SPEC_CHANGE_UNUSED',
  'ERR_AP_OUTPUT_METRICS',
  'ERR_AP_OUTPUT_SAME',
  'ERR_AP_PARAMETER_SAME',
  'ERR_AP_PARAMETER_TAKEN',
  'ERR_AP_PARAMETER_UNKNOWN',
  'ERR_AP_PARAMETER_VERSION',
  'ERR_AP_PHASE_DUPLICATE',
  'ERR_AP_PHASE_FINAL_TARGET',
  'ERR_AP_PHASE_RESERVED',
  'ERR_AP_PHASE_UNKNOWN',
  'ERR_AP_PHASE_UNREACHABLE',
  'ERR_AP_QUERY_PARAMETER_UNUSED',
  'ERR_AP_QUERY_PLACEHOLDER',
  'ERR_AP_QUERY_TAKEN',
  'ERR_AP_QUERY_TEMPLATE',
  'ERR_AP_RBAC_OUTPUT',
  'ERR_AP_RENAMED_FROM',
  'ERR_AP_RULE_MIXED',
  'ERR_AP_RULE_RESOURCES',
  'ERR_AP_RULE_VERBS',
  'ERR_AP_SELECTOR_VALUES',
  'ERR_AP_WATCH_NAMESPACE_SCOPE',
]);

/** Single cases of codes that a schema sees elsewhere. */
const BEYOND_CASES = new Set([
  'a CRD name that is too long',
  'outputs in other namespaces',
  'outputs without a namespace',
  'a parameter named after a word of TypeScript',
  'a query parameter that is a word of TypeScript',
]);

const judges = {
  autopilot: new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON_SCHEMAS.autopilot),
  operator: new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON_SCHEMAS.operator),
};

function accepts(which: keyof typeof judges, text: string): boolean {
  const judge = judges[which];
  return judge(parse(text) ?? {});
}

describe('JSON schemas', () => {
  it('accept what loads', () => {
    assert.ok(accepts('autopilot', GOOD), JSON.stringify(judges.autopilot.errors));
    const fresh = freshAutopilotYaml({
      kind: 'A',
      apiVersion: 'examples.io/v1',
      operatorName: 'a',
      phases: [{ name: 'Initializing', initial: true, outputs: ['configmaps'], next: [] }],
    });
    assert.ok(accepts('autopilot', fresh), JSON.stringify(judges.autopilot.errors));
    assert.ok(accepts('operator', freshOperatorYaml()), JSON.stringify(judges.operator.errors));
  });

  it('accept keys without a value, as the loading does', () => {
    const text = GOOD.replace(
      '    outputs:\n      - services\n      - virtualservices\n',
      '    outputs:\n    interval:\n',
    ).replace('phases:', 'scope:\nrbac:\nphases:');
    assert.deepEqual(loadProject({ autopilot: { file: 'autopilot.yaml', text } }).problems, []);
    assert.ok(accepts('autopilot', text), JSON.stringify(judges.autopilot.errors));
  });

  for (const { name, autopilot = GOOD, operator = '', problems } of BAD_INPUTS) {
    const codes = problems.map((problem) => /\((ERR_AP_\w+)\)$/.exec(problem)?.[1] ?? '');
    if (codes.some((code) => code.startsWith('ERR_AP_YAML')) || codes.includes('ERR_AP_FILE_EMPTY')) continue;
    const beyond = codes.every((code) => BEYOND.has(code)) || BEYOND_CASES.has(name);
    it(`${beyond ? 'leave to the loading' : 'refuse'}: ${name}`, () => {
      assert.equal(accepts('autopilot', autopilot) && accepts('operator', operator), beyond);
    });
  }

  it('explain every key, and complete the names of the catalogue', () => {
    const text = schemaText('autopilot');
    assert.match(text, /"virtualservices"/);
    const described = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const properties = new Map<string, unknown>(Object.entries(schema)).get('properties');
      for (const [key, property] of Object.entries(properties ?? {})) {
        assert.ok(typeof property === 'object' && property !== null && 'description' in property, key);
      }
      Object.values(schema).forEach(described);
    };
    described(JSON_SCHEMAS.autopilot);
    described(JSON_SCHEMAS.operator);
  });
});
