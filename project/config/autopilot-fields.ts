import { BUILTIN_PARAMETERS, BUILTIN_RESOURCES } from '../catalogue/catalogue.ts';
import { list, mapOf, object, oneOrMore, shortOrLong } from './collections.ts';
import { misplaced } from './field.ts';
import type { ValueOf } from './field.ts';
import * as names from './names.ts';
import { choice, duration, flag, text, wholeNumber } from './scalars.ts';

/** The keys of `autopilot.yaml`: what is read from it, and what editors are told about it. */

const SELECTOR = object(
  {
    matchLabels: mapOf(text({ description: 'The value of the label.', mayBeEmpty: true }), {
      description: 'Labels with exactly these values.',
    }),
    matchExpressions: list(
      object(
        {
          key: text({ description: "The label's key." }),
          operator: choice(['In', 'NotIn', 'Exists', 'DoesNotExist'], { description: 'How the label is compared.' }),
          values: list(text({ description: 'A value of the label.', mayBeEmpty: true }), {
            description: 'For In and NotIn.',
            unique: (value) => value,
          }),
        },
        {
          description: 'One condition.',
          required: [
            ['key', 'key: app'],
            ['operator', 'operator: Exists'],
          ],
        },
      ),
      { description: 'Conditions that all have to hold.' },
    ),
  },
  { description: 'Only objects with matching labels are watched and kept.' },
);

const parameterName = (examples: readonly string[]) =>
  text({ description: 'A kind, by its name in the catalogue or in `customParameters`.', examples });

const OUTPUT_NAME = parameterName(BUILTIN_RESOURCES.map(({ name }) => name));
const INPUT_NAME = parameterName([...BUILTIN_PARAMETERS.keys()]);

const NAMESPACE = choice(['own', 'any'], {
  description: "own: the resource's namespace only. any: all. Default: own; any for a resource of scope Cluster.",
});

const OUTPUT_NAMESPACE = choice(['own', 'any'], {
  description:
    "own: the resource's namespace only. any: others too, from which the operator deletes them as the resource goes. Default: own; any for a resource of scope Cluster.",
});

const METADATA_ONLY = flag({ description: 'Watch and keep nothing but metadata. Default: false.' });

/** Valid on both sides, so that a use can be moved from one to the other. */
const OUTPUT_METADATA_ONLY = flag({
  description:
    'Changes nothing: of outputs nothing but metadata is watched and kept in any case, unless an input reads the kind as a whole.',
});

const INPUT = shortOrLong(
  INPUT_NAME,
  object(
    {
      name: INPUT_NAME,
      selector: SELECTOR,
      namespace: NAMESPACE,
      metadataOnly: METADATA_ONLY,
      replace: misplaced('an input'),
    },
    { description: 'An input with options.', required: [['name', 'name: deployments']] },
  ),
  (name) => ({ name }),
  { description: 'An input: a name, or an object with a name and options.' },
);

const OUTPUT = shortOrLong(
  OUTPUT_NAME,
  object(
    {
      name: OUTPUT_NAME,
      namespace: OUTPUT_NAMESPACE,
      metadataOnly: OUTPUT_METADATA_ONLY,
      selector: misplaced('an output'),
      replace: flag({
        description:
          "Delete and create anew what the server refuses to change, such as a Job's template or a Deployment's selector. Default: false, and then such a change is refused.",
      }),
    },
    { description: 'An output with options.', required: [['name', 'name: services']] },
  ),
  (name) => ({ name }),
  { description: 'An output: a name, or an object with a name and options.' },
);

const INPUTS = list(INPUT, {
  description: 'The kinds that the worker reads.',
  unique: (input) => input.name,
});

const OUTPUTS = list(OUTPUT, {
  description:
    'The kinds that the worker writes. What it returns is owned by the resource, and deleted when it is no longer returned.',
  unique: (output) => output.name,
});

const PATCH = shortOrLong(
  OUTPUT_NAME,
  object(
    {
      name: OUTPUT_NAME,
      force: flag({
        description: "Take over fields that are another manager's. Default: false, and then such a patch is refused.",
      }),
      // What is patched is found by what the operator set in it, and is in the resource's namespace where it has one.
      selector: misplaced('a patch'),
      namespace: misplaced('a patch'),
      metadataOnly: misplaced('a patch'),
      replace: misplaced('a patch'),
    },
    { description: 'A kind with options.', required: [['name', 'name: deployments']] },
  ),
  (name) => ({ name }),
  { description: 'A kind: a name, or an object with a name and options.' },
);

const PATCHES = list(PATCH, {
  description:
    "The kinds in whose objects, which are others', the worker sets fields. They are never created, owned or deleted; what is no longer returned is given up.",
  unique: (patch) => patch.name,
});

const PHASE = object(
  {
    name: text({
      description: 'The name in `status.phase`, in UpperCamelCase.',
      examples: ['Initializing', 'Syncing', 'Ready'],
      rules: names.PHASE_RULES,
    }),
    description: text({ description: 'For comments, documentation and diagrams.', mayBeEmpty: true }),
    initial: flag({ description: 'New resources start here. Exactly one phase is initial.' }),
    final: flag({ description: 'A resting phase: no worker, no more processing.' }),
    inputs: INPUTS,
    outputs: OUTPUTS,
    patches: PATCHES,
    next: list(text({ description: "A phase's name." }), {
      description: 'The phases that it may go to, beside itself. Default: any.',
      unique: (name) => name,
    }),
    interval: duration({
      description: 'Run the worker again this long after each run. Default: only when something changed.',
    }),
    timeout: duration({ description: 'The deadline of one run. Default: 60s.' }),
    ready: flag({
      description: 'Overrides the condition Ready while a resource rests here, for example false for RollBack.',
    }),
    rollback: flag({
      description:
        'Try all outputs with a dry run first, and undo those of a run when one of them fails all the same. Their kinds are then kept in full. Default: false.',
    }),
    adopt: flag({ description: 'Take over outputs that exist already and have no other controller. Default: false.' }),
    renamedFrom: oneOrMore(text({ description: 'A name that this phase had.' }), {
      description: 'Former names of this phase: resources in them count as being in this one.',
    }),
  },
  { description: 'A phase and what its worker reads and writes.', required: [['name', 'name: Syncing']] },
);

const strings = (description: string, item: string) =>
  list(text({ description: item, mayBeEmpty: true }), { description, unique: (value) => value });

const RULE = object(
  {
    apiGroups: strings('API groups; "" is the core group.', 'An API group, or "*".'),
    resources: strings(
      'Plurals of kinds, with `/<subresource>` where one is meant.',
      'For example `pods` or `pods/log`.',
    ),
    resourceNames: strings('Only objects of these names.', "An object's name."),
    nonResourceURLs: strings('Paths that are no resources.', 'For example `/metrics`.'),
    verbs: strings('What is allowed.', 'For example `get`, `list`, `watch`.'),
  },
  { description: 'A rule as in a Role.', required: [['verbs', 'verbs: [get]']] },
);

const CUSTOM_PARAMETER = object(
  {
    lowerName: text({
      description: "The name in inputs and outputs: the kind's plural in lower case.",
      examples: ['trafficsplits'],
      rules: names.PARAMETER_NAME_RULES,
    }),
    singleName: text({ description: 'The kind.', examples: ['TrafficSplit'], rules: names.KIND_RULES }),
    pluralName: text({
      description: "The kind's plural in UpperCamelCase. Default: the English plural.",
      examples: ['TrafficSplits'],
      rules: names.PARAMETER_PLURAL_RULES,
    }),
    importPrefix: text({ description: 'For Go only: has no effect.', mayBeEmpty: true }),
    package: text({ description: 'For Go; a last segment such as `v1` gives the version.', mayBeEmpty: true }),
    apiGroup: text({
      description: 'The API group. Default: the core group.',
      examples: ['split.smi-spec.io'],
      rules: names.PARAMETER_GROUP_RULES,
      mayBeEmpty: true,
    }),
    isCrd: flag({
      description:
        'For kinds beyond Kubernetes and Istio, which `crds/` makes in development and tests: whether a CRD makes the kind elsewhere, too, which is then to be put there. false: an API server of its own does. Default: true.',
    }),
    version: text({
      description: "The API's version. Default: the last segment of `package`, if it looks like one.",
      examples: ['v1alpha2'],
      rules: names.VERSION_RULES,
    }),
    scope: choice(['Namespaced', 'Cluster'], { description: 'Default: Namespaced.' }),
    types: text({
      description:
        'Where its TypeScript type comes from: `<module>#<Type>`, a module from npm or, beginning with `./`, of the project. Default: untyped.',
      examples: ['some-package/v1#IThing', './src/api/thing.ts#Thing'],
      rules: names.TYPES_RULES,
    }),
  },
  {
    description: 'A kind beyond the built-in ones.',
    required: [
      ['lowerName', 'lowerName: trafficsplits'],
      ['singleName', 'singleName: TrafficSplit'],
    ],
  },
);

const QUERY = object(
  {
    name: text({
      description: 'The name; `success-rate` becomes the method `getSuccessRate`.',
      examples: ['success-rate'],
      rules: names.QUERY_NAME_RULES,
    }),
    queryTemplate: text({ description: 'PromQL with placeholders such as `{{ .Name }}`.' }),
    parameters: list(
      text({
        description: 'A placeholder.',
        examples: ['Namespace', 'Name', 'Interval'],
        rules: names.QUERY_PARAMETER_RULES,
      }),
      { description: "The placeholders, in the order of the method's arguments." },
    ),
  },
  {
    description: 'A metrics query.',
    required: [
      ['name', 'name: success-rate'],
      ['queryTemplate', 'queryTemplate: up{namespace="{{ .Namespace }}"}'],
    ],
  },
);

const crdName = (description: string, examples: readonly string[]) =>
  text({ description, examples, rules: names.CRD_NAME_RULES });

const API_VERSION_TEXT = text({
  description: 'Its API: `<group>/<version>`.',
  examples: ['examples.io/v1'],
  rules: names.API_VERSION_RULES,
});
const API_VERSION = {
  ...API_VERSION_TEXT,
  schema: { ...API_VERSION_TEXT.schema, pattern: names.API_VERSION_PATTERN },
};

export const AUTOPILOT = object(
  {
    kind: text({
      description: 'The kind of the top-level custom resource, in UpperCamelCase.',
      examples: ['AutoRoute'],
      rules: names.KIND_RULES,
    }),
    apiVersion: API_VERSION,
    operatorName: text({
      description: "Names and labels the operator's resources, logs and metrics.",
      examples: ['autoroute-operator'],
      rules: names.OPERATOR_NAME_RULES,
    }),
    scope: choice(['Namespaced', 'Cluster'], { description: "The custom resource's scope. Default: Namespaced." }),
    plural: crdName('Its plural in URLs. Default: the English plural in lower case.', ['autoroutes']),
    shortNames: list(crdName("A short name for kubectl's command line.", ['ar']), {
      description: "Short names for kubectl's command line.",
      unique: (name) => name,
    }),
    categories: list(crdName('A category.', ['all']), {
      description: 'Groups of kinds that kubectl gets together, such as `all`.',
      unique: (name) => name,
    }),
    phases: list(PHASE, { description: 'The phases of the resource, in the order in which they are documented.' }),
    enableFinalizer: flag({ description: 'Run `src/finalizer.ts` before a resource is deleted. Default: false.' }),
    finalizer: object(
      {
        inputs: INPUTS,
        outputs: OUTPUTS,
      },
      { description: 'What `src/finalizer.ts` may read and write, as a phase does. For `enableFinalizer: true`.' },
    ),
    onSpecChange: text({ description: 'The phase that a resource in a final phase goes to when its spec changes.' }),
    onOutputDrift: text({
      description:
        'The phase that a resource goes to when an output of an earlier phase was changed or deleted by somebody else.',
    }),
    rbac: list(RULE, {
      description: "Further rules for the operator's role, for what the workers' code does by itself.",
    }),
    transitions: wholeNumber({
      description: 'How many past transitions (time, from, to, reason) the status keeps. Default: 0.',
      minimum: 0,
      maximum: 100,
    }),
    customParameters: list(CUSTOM_PARAMETER, { description: 'Kinds beyond the built-in ones.' }),
    queries: list(QUERY, { description: 'Metrics queries beyond the built-in ones.' }),
  },
  {
    description: 'An operator project: its kind, its phases, and what each phase reads and writes.',
    required: [
      ['kind', 'kind: AutoRoute'],
      ['apiVersion', 'apiVersion: examples.io/v1'],
      ['operatorName', 'operatorName: autoroute-operator'],
      ['phases', 'phases: [{ name: Initializing, initial: true }]'],
    ],
  },
);

export type AutopilotFile = ValueOf<typeof AUTOPILOT>;
export type PhaseEntry = ValueOf<typeof PHASE>;
export type InputEntry = ValueOf<typeof INPUT>;
export type OutputEntry = ValueOf<typeof OUTPUT>;
export type PatchEntry = ValueOf<typeof PATCH>;
export type SelectorEntry = ValueOf<typeof SELECTOR>;
export type RuleEntry = ValueOf<typeof RULE>;
export type CustomParameterEntry = ValueOf<typeof CUSTOM_PARAMETER>;
export type QueryEntry = ValueOf<typeof QUERY>;
