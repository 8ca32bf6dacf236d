import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { array, assert as assertProperty, constantFrom, nat, property, record } from 'fast-check';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { describeProblem } from '../errors.ts';
import { BAD_INPUTS, GOOD } from './bad-inputs.fixture.test.ts';
import { JSON_SCHEMAS, schemaText } from './json-schema.ts';
import { loadProject } from './load.ts';
import { freshAutopilotYaml, freshOperatorYaml } from './write.ts';

/**
 * Codes of problems that a schema cannot see: they are about syntax, about names that are somewhere else in the file, or about
 * two values at a time.
 */
const BEYOND = new Set([
  'ERR_AP_FINALIZER_UNUSED',
  'ERR_AP_ADDRESS_CLASH',
  'ERR_AP_CRD_NAME_TAKEN',
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
  'ERR_AP_ROLLBACK_METADATA',
  'ERR_AP_PARAMETER_SAME',
  'ERR_AP_PARAMETER_TAKEN',
  'ERR_AP_PARAMETER_UNKNOWN',
  'ERR_AP_PARAMETER_VERSION',
  'ERR_AP_PATCH_SAME',
  'ERR_AP_PHASE_DUPLICATE',
  'ERR_AP_PHASE_FINAL_TARGET',
  'ERR_AP_PHASE_RESERVED',
  'ERR_AP_PHASE_UNKNOWN',
  'ERR_AP_PHASE_UNREACHABLE',
  'ERR_AP_QUERY_PARAMETER_UNUSED',
  'ERR_AP_QUERY_PLACE',
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
  'a template and parameters that are wrong in every way',
  'a CRD name that is too long',
  'a group that is too long for the annotation of patches',
  'a patch twice',
  'an input twice',
  'a query parameter twice',
  'an output of a namespace that its kind does not have',
  'a parameter named after a word of TypeScript',
  'a query parameter that is a word of TypeScript',
]);

/** Codes of problems that a schema sees wherever they are. */
const VISIBLE = new Set([
  'ERR_AP_API_VERSION',
  'ERR_AP_DURATION',
  'ERR_AP_EMPTY',
  'ERR_AP_GROUP',
  'ERR_AP_KIND',
  'ERR_AP_NUMBER_RANGE',
  'ERR_AP_OPERATOR_NAME',
  'ERR_AP_PHASE_NAME',
  'ERR_AP_QUERY_NAME',
  'ERR_AP_REQUIRED',
  'ERR_AP_UNKNOWN_KEY',
  'ERR_AP_UNKNOWN_VALUE',
  'ERR_AP_VERSION',
  'ERR_AP_WRONG_TYPE',
]);

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A project with every key; typed as what it is once keys were changed at random. */
const EVERYTHING: unknown = {
  kind: 'A',
  apiVersion: 'examples.io/v1beta1',
  operatorName: '1-a',
  scope: 'Namespaced',
  plural: 'as',
  shortNames: ['x'],
  categories: ['all'],
  enableFinalizer: true,
  finalizer: { inputs: ['pods'], outputs: [{ name: 'services', namespace: 'any' }] },
  onSpecChange: 'Work',
  onOutputDrift: 'Work',
  transitions: 3,
  rbac: [
    { apiGroups: [''], resources: ['pods/log'], resourceNames: ['x'], verbs: ['get'] },
    { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  ],
  phases: [
    { name: 'Start', description: '', initial: true, next: ['Work'], patches: ['pods'], rollback: true, adopt: true },
    {
      name: 'Work',
      inputs: [
        'foos',
        'metrics',
        {
          name: 'pods',
          namespace: 'any',
          metadataOnly: true,
          selector: {
            matchLabels: { app: 'x' },
            matchExpressions: [{ key: 'y', operator: 'In', values: ['a', 'b'] }],
          },
        },
      ],
      outputs: ['configmaps', { name: 'services', namespace: 'own', metadataOnly: false, replace: true }],
      patches: ['secrets', { name: 'services', force: true }],
      interval: '1m30s',
      timeout: '10s',
      ready: false,
      renamedFrom: ['Old', 'Older'],
    },
    { name: 'Done', final: true, ready: true, renamedFrom: 'Finished' },
  ],
  customParameters: [
    {
      lowerName: 'foos',
      singleName: 'Foo',
      pluralName: 'Foos',
      importPrefix: 'foov1',
      package: 'foo.io/v1',
      apiGroup: 'foo.io',
      isCrd: true,
      version: 'v1',
      scope: 'Cluster',
      types: './src/foo.ts#Foo',
    },
  ],
  queries: [{ name: 'a-b', queryTemplate: 'up{a="{{ .Name }}"}', parameters: ['Name'] }],
};

/** What may stand anywhere; undefined takes the key away. */
const VALUES = [
  undefined,
  null,
  '',
  'x',
  'Work',
  'pods',
  '5s',
  'v1',
  'a b',
  0,
  1,
  -1,
  1.5,
  true,
  [],
  [null],
  ['a', 'a'],
  ['pods'],
  {},
  { name: 'pods' },
  { unknown: 1 },
] as const;

/** Replaces the value at one of all places below `root`. */
function changeAt(root: unknown, place: number, value: unknown): void {
  const places: (() => void)[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push(() =>
        value === undefined && !Array.isArray(node)
          ? Reflect.deleteProperty(node, key)
          : Reflect.set(node, key, structuredClone(value) ?? null),
      );
      visit(child);
    }
  };
  visit(root);
  places[place % places.length]?.();
}

const judges = {
  autopilot: new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON_SCHEMAS.autopilot),
  operator: new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON_SCHEMAS.operator),
};

/** Files of which nothing can be read, so that there is nothing to judge. */
const NO_DATA = new Set(['ERR_AP_FILE_EMPTY', 'ERR_AP_CONFLICT_MARKERS']);

function accepts(which: keyof typeof judges, text: string): boolean {
  const judge = judges[which];
  return judge(parse(text) ?? {});
}

describe('JSON schemas', () => {
  it('accept what loads', () => {
    for (const text of [GOOD, JSON.stringify(EVERYTHING)]) {
      assert.deepEqual(loadProject({ autopilot: { file: 'autopilot.yaml', text } }).problems, []);
      assert.ok(accepts('autopilot', text), JSON.stringify(judges.autopilot.errors));
    }
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
    if (codes.some((code) => code.startsWith('ERR_AP_YAML') || NO_DATA.has(code))) continue;
    const beyond = codes.every((code) => BEYOND.has(code)) || BEYOND_CASES.has(name);
    it(`${beyond ? 'leave to the loading' : 'refuse'}: ${name}`, () => {
      assert.equal(accepts('autopilot', autopilot) && accepts('operator', operator), beyond);
    });
  }

  it('agree with the loading about whatever values a project has', () => {
    const change = record({ place: nat(), value: constantFrom<Json | undefined>(...VALUES) });
    assertProperty(
      property(array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const project = structuredClone(EVERYTHING);
        for (const { place, value } of changes) changeAt(project, place, value);
        const text = JSON.stringify(project);
        const { problems } = loadProject({ autopilot: { file: 'autopilot.yaml', text } });
        const seen = problems.filter(({ code }) => VISIBLE.has(code));
        const accepted = judges.autopilot(project);
        const why = `${text}\n${problems.map(describeProblem).join('\n')}\n${JSON.stringify(judges.autopilot.errors)}`;
        assert.ok(accepted || problems.length > 0, `the schema refuses what loads: ${why}`);
        assert.ok(!accepted || seen.length === 0, `the schema accepts what is refused: ${why}`);
      }),
      { numRuns: 1000 },
    );
  });

  it('say where a key changes nothing', () => {
    assert.match(schemaText('autopilot'), /Changes nothing: of outputs nothing but metadata is watched and kept/);
  });

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
