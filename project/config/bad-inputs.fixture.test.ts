/**
 * Projects with something wrong, and what has to be said about it: file, line, column, path, message, remedy and code of every
 * problem, as `describeProblem` writes them. Named as a test so that no package carries it.
 */
export interface BadInput {
  readonly name: string;
  /** Default: {@link GOOD}. */
  readonly autopilot?: string;
  readonly operator?: string;
  readonly problems: readonly string[];
}

/** A project without a fault, which the bad ones are made of. */
export const GOOD = `kind: AutoRoute
apiVersion: examples.io/v1
operatorName: autoroute-operator
phases:
  - name: Initializing
    initial: true
  - name: Syncing
    inputs: [deployments]
    outputs:
      - services
      - virtualservices
  - name: Ready
    inputs: [deployments]
`;

/** The good project with texts replaced; each has to be there. */
function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new RangeError(`the good project does not have ${from}`);
    return text.replace(from, to);
  }, GOOD);
}

export const BAD_INPUTS: readonly BadInput[] = [
  {
    name: 'an empty file',
    autopilot: '',
    problems: [
      'autopilot.yaml:1:1: The file is empty. Describe the project: at least `kind`, `apiVersion`, `operatorName` and `phases`. (ERR_AP_FILE_EMPTY)',
    ],
  },
  {
    name: 'a file of comments',
    autopilot: '# nothing yet\n',
    problems: [
      'autopilot.yaml:1:1: The file is empty. Describe the project: at least `kind`, `apiVersion`, `operatorName` and `phases`. (ERR_AP_FILE_EMPTY)',
    ],
  },
  {
    name: 'a list at the top',
    autopilot: '- kind: AutoRoute\n',
    problems: [
      'autopilot.yaml:1:1: Expected an object (keys with values), found a list. Write an object (keys with values). (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'text at the top',
    autopilot: 'AutoRoute\n',
    problems: [
      'autopilot.yaml:1:1: Expected an object (keys with values), found the text `AutoRoute`. Write an object (keys with values). (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'broken YAML',
    autopilot: changed(['inputs: [deployments]\n    outputs', 'inputs: [deployments\n    outputs']),
    problems: [
      'autopilot.yaml:9:5: This is not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]. Correct the syntax here or in the line above. (ERR_AP_YAML_SYNTAX)',
    ],
  },
  {
    name: 'YAML that is broken in several places',
    autopilot: changed(['initial: true', 'initial: true: yes'], ['  - name: Ready', '  - name: "Ready" here']),
    problems: [
      'autopilot.yaml:6:14: This is not valid YAML: nested mappings are not allowed in compact mappings. Correct the syntax here or in the line above. (ERR_AP_YAML_SYNTAX)',
      'autopilot.yaml:12:19: This is not valid YAML: unexpected scalar at node end. Correct the syntax here or in the line above. (ERR_AP_YAML_SYNTAX)',
    ],
  },
  {
    name: 'the conflict markers of a merge',
    autopilot: changed([
      'initial: true',
      'initial: true\n<<<<<<< HEAD\n    final: true\n=======\n    ready: true\n>>>>>>> other',
    ]),
    problems: [
      'autopilot.yaml:7:1: Conflict markers of a merge were left here. Decide what is to stay, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`. (ERR_AP_CONFLICT_MARKERS)',
    ],
  },
  {
    name: 'a value where keys are',
    autopilot: changed(['initial: true', 'initial: true: yes']),
    problems: [
      'autopilot.yaml:6:14: This is not valid YAML: nested mappings are not allowed in compact mappings. Correct the syntax here or in the line above. (ERR_AP_YAML_SYNTAX)',
    ],
  },
  {
    name: 'a tab',
    autopilot: changed(['    initial: true', '\tinitial: true']),
    problems: ['autopilot.yaml:6:1: A tab is used for indentation. Indent with spaces. (ERR_AP_YAML_TAB)'],
  },
  {
    name: 'a tab after spaces',
    autopilot: changed(['    initial: true', '  \tinitial: true']),
    problems: ['autopilot.yaml:6:3: A tab is used for indentation. Indent with spaces. (ERR_AP_YAML_TAB)'],
  },
  {
    name: 'a key twice',
    autopilot: changed(['initial: true\n', 'initial: true\n    initial: true\n']),
    problems: [
      'autopilot.yaml:7:5 phases[0].initial: The key `initial` stands here a second time; line 6 has it already. Remove one of the two. (ERR_AP_YAML_DUPLICATE_KEY)',
    ],
  },
  {
    name: 'several documents',
    autopilot: changed(['  - name: Ready\n', '---\nkind: Other\n---\n  - name: Ready\n']),
    problems: [
      'autopilot.yaml:13:1: The file holds 3 documents, and only one is read. Remove the `---` and what follows it. (ERR_AP_YAML_DOCUMENTS)',
    ],
  },
  {
    name: 'an alias without an anchor',
    autopilot: changed(['[deployments]\n    outputs', '*kinds\n    outputs']),
    problems: [
      'autopilot.yaml:8:13 phases[1].inputs: This alias cannot be followed: there is no anchor `&kinds` before it. Write the value out. (ERR_AP_YAML_ALIAS)',
    ],
  },
  {
    name: 'an alias that holds itself',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nrbac: &rules\n  - { apiGroups: [""], resources: *rules, verbs: [get] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:35 rbac[0].resources: This alias cannot be followed: `&rules` holds itself. Write the value out. (ERR_AP_YAML_ALIAS)',
    ],
  },
  {
    name: 'a chain of aliases',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nrbac:\n  - &a { apiGroups: [x, x, x, x, x, x, x, x, x, x], resources: [x], verbs: [x] }\n  - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n  - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n  - &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n  - &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n',
    ]),
    problems: [
      'autopilot.yaml:9:9 rbac[4][0]: This alias cannot be followed: `&d` stands for more than 10000 values. Write the value out. (ERR_AP_YAML_ALIAS)',
    ],
  },
  {
    name: 'tags that mean nothing',
    autopilot: changed(
      ['kind: AutoRoute', 'kind: !!int AutoRoute'],
      ['[deployments]\n    outputs', '[!kind deployment]\n    outputs'],
    ),
    problems: [
      'autopilot.yaml:1:7 kind: The tag `!!int` means nothing for this value. Remove it. (ERR_AP_YAML_TAG)',
      'autopilot.yaml:8:14 phases[1].inputs[0]: The tag `!kind` means nothing for this value. Remove it. (ERR_AP_YAML_TAG)',
      'autopilot.yaml:8:20 phases[1].inputs[0]: `deployment` is neither built in nor one of `customParameters`. Did you mean `deployments`? (ERR_AP_PARAMETER_UNKNOWN)',
    ],
  },
  {
    name: 'a merge key',
    autopilot: changed(['  - name: Ready\n', '  - <<: { name: Ready }\n']),
    problems: [
      'autopilot.yaml:12:5 phases[2]: A key has to be plain text. Replace it by the name of a field; a merge key (`<<`) has to be written out. (ERR_AP_YAML_KEY)',
    ],
  },
  {
    name: 'a number for a key',
    autopilot: changed(['    initial: true', '    initial: true\n    1: x']),
    problems: [
      'autopilot.yaml:7:5 phases[0]: A key has to be plain text. Replace it by the name of a field; a merge key (`<<`) has to be written out. (ERR_AP_YAML_KEY)',
    ],
  },
  {
    name: 'an unknown key',
    autopilot: changed(['    outputs:', '    output:']),
    problems: [
      'autopilot.yaml:9:5 phases[1].output: There is no key `output` here. Did you mean `outputs`? (ERR_AP_UNKNOWN_KEY)',
    ],
  },
  {
    name: 'an unknown key that is like no other',
    autopilot: changed(['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\nhelm: true\n']),
    problems: [
      'autopilot.yaml:4:1 helm: There is no key `helm` here. Remove it; there is `kind`, `apiVersion`, `operatorName`, `scope`, `plural`, `shortNames`, `categories`, `phases`, `enableFinalizer`, `finalizer`, `onSpecChange`, `onOutputDrift`, `rbac`, `transitions`, `customParameters`, `queries`. (ERR_AP_UNKNOWN_KEY)',
    ],
  },
  {
    name: 'a missing key',
    autopilot: changed(['kind: AutoRoute\n', '']),
    problems: ['autopilot.yaml:1:1 kind: `kind` is missing. Add it, for example `kind: AutoRoute`. (ERR_AP_REQUIRED)'],
  },
  {
    name: 'a key without a value',
    autopilot: changed(['kind: AutoRoute', 'kind:']),
    problems: ['autopilot.yaml:1:1 kind: `kind` is missing. Add it, for example `kind: AutoRoute`. (ERR_AP_REQUIRED)'],
  },
  {
    name: 'an empty name',
    autopilot: changed(['kind: AutoRoute', 'kind: ""']),
    problems: ['autopilot.yaml:1:7 kind: The value is empty. Fill it in, or remove the key. (ERR_AP_EMPTY)'],
  },
  {
    name: 'a number for a name',
    autopilot: changed(['kind: AutoRoute', 'kind: 2019']),
    problems: [
      'autopilot.yaml:1:7 kind: Expected text, found the number 2019. Put it in quotes: `"2019"`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'yes for true',
    autopilot: changed(['initial: true', 'initial: yes']),
    problems: [
      'autopilot.yaml:6:14 phases[0].initial: Expected `true` or `false`, found the text `yes`. Write `true`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'text for a list',
    autopilot: changed(['inputs: [deployments]\n    outputs', 'inputs: deployments\n    outputs']),
    problems: [
      'autopilot.yaml:8:13 phases[1].inputs: Expected a list, found the text `deployments`. Write a list: `[deployments]`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'an object for a list',
    autopilot: changed(['[deployments]\n    outputs', '{ deployments: true }\n    outputs']),
    problems: [
      'autopilot.yaml:8:13 phases[1].inputs: Expected a list, found an object. Write a list. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a list for a phase',
    autopilot: changed(['  - name: Ready\n    inputs: [deployments]\n', '  - [Ready]\n']),
    problems: [
      'autopilot.yaml:12:5 phases[2]: Expected an object (keys with values), found a list. Write an object (keys with values). (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a kind in lower case',
    autopilot: changed(['AutoRoute', 'auto-route']),
    problems: [
      "autopilot.yaml:1:7 kind: `auto-route` is not a kind's name: it is written in UpperCamelCase, with letters and digits only. Write for example `AutoRoute`. (ERR_AP_KIND)",
    ],
  },
  {
    name: 'a kind that is too long',
    autopilot: changed(['AutoRoute', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']),
    problems: [
      'autopilot.yaml:1:7 kind: The name has 60 characters, and at most 59 are possible: the kind of its list ends in `List` and is limited to 63. Choose a shorter one. (ERR_AP_TOO_LONG)',
    ],
  },
  {
    name: 'a kind that hides a type',
    autopilot: changed(['AutoRoute', 'Promise']),
    problems: [
      'autopilot.yaml:1:7 kind: The kind `Promise` would hide a name that generated TypeScript needs. Choose another one, for example `MyPromise`. (ERR_AP_KIND_RESERVED)',
    ],
  },
  {
    name: 'a kind of Istio',
    autopilot: changed(['AutoRoute', 'Gateway'], ['examples.io', 'networking.istio.io']),
    problems: [
      'autopilot.yaml:1:7 kind: `Gateway` of networking.istio.io is a kind that others define. Use a group of your own: a domain that belongs to you. (ERR_AP_KIND_TAKEN)',
    ],
  },
  {
    name: 'an API version without a group',
    autopilot: changed(['examples.io/v1', 'v1']),
    problems: [
      'autopilot.yaml:2:13 apiVersion: `v1` is not a group and a version. Write `<group>/<version>`, for example `examples.io/v1`. (ERR_AP_API_VERSION)',
    ],
  },
  {
    name: 'an API version with two slashes',
    autopilot: changed(['examples.io/v1', 'examples.io/v1/x']),
    problems: [
      'autopilot.yaml:2:13 apiVersion: `examples.io/v1/x` is not a group and a version. Write `<group>/<version>`, for example `examples.io/v1`. (ERR_AP_API_VERSION)',
    ],
  },
  {
    name: 'a group without a dot',
    autopilot: changed(['examples.io/v1', 'examples/v1']),
    problems: [
      'autopilot.yaml:2:13 apiVersion: The group `examples` is not a domain: lower-case words of letters, digits and dashes with at least one dot between them, at most 253 characters. Use a domain that belongs to you, for example `examples.io`. (ERR_AP_GROUP)',
    ],
  },
  {
    name: 'a group of Kubernetes',
    autopilot: changed(['examples.io/v1', 'examples.k8s.io/v1']),
    problems: [
      'autopilot.yaml:2:13 apiVersion: The group `examples.k8s.io` belongs to the Kubernetes project, whose approval the API server asks for. Use a domain that belongs to you, for example `examples.io`. (ERR_AP_GROUP_PROTECTED)',
    ],
  },
  {
    name: 'a version of another kind',
    autopilot: changed(['examples.io/v1', 'examples.io/1.0']),
    problems: [
      'autopilot.yaml:2:25 apiVersion: `1.0` is not an API version. Write `v1`, or `v1alpha1` or `v1beta1` while the API may still change. (ERR_AP_VERSION)',
    ],
  },
  {
    name: 'a group and a version that are none',
    autopilot: changed(['examples.io/v1', '"Examples.io/v1beta"']),
    problems: [
      'autopilot.yaml:2:13 apiVersion: The group `Examples.io` is not a domain: lower-case words of letters, digits and dashes with at least one dot between them, at most 253 characters. Use a domain that belongs to you, for example `examples.io`. (ERR_AP_GROUP)',
      'autopilot.yaml:2:26 apiVersion: `v1beta` is not an API version. Write `v1`, or `v1alpha1` or `v1beta1` while the API may still change. (ERR_AP_VERSION)',
    ],
  },
  {
    name: 'a CRD name that is too long',
    autopilot: changed([
      'examples.io/v1',
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.io/v1',
    ]),
    problems: [
      "autopilot.yaml:2:13 apiVersion: The name has 257 characters, and at most 253 are possible: it is the CRD's, `<plural>.<group>`. Choose a shorter one. (ERR_AP_TOO_LONG)",
    ],
  },
  {
    name: 'an operator name in upper case',
    autopilot: changed(['autoroute-operator', 'AutoRoute_Operator']),
    problems: [
      'autopilot.yaml:3:15 operatorName: `AutoRoute_Operator` cannot be the name of Kubernetes resources. Use lower-case letters, digits and dashes, with a letter or digit first and last. (ERR_AP_OPERATOR_NAME)',
    ],
  },
  {
    name: 'an operator name that ends in a dash',
    autopilot: changed(['autoroute-operator', '1-']),
    problems: [
      'autopilot.yaml:3:15 operatorName: `1-` cannot be the name of Kubernetes resources. Use lower-case letters, digits and dashes, with a letter or digit first and last. (ERR_AP_OPERATOR_NAME)',
    ],
  },
  {
    name: 'an operator name that is too long',
    autopilot: changed(['autoroute-operator', 'oooooooooooooooooooooooooooooooooooooooooooooooooooooooo']),
    problems: [
      'autopilot.yaml:3:15 operatorName: The name has 56 characters, and at most 55 are possible: its Service is called `<operatorName>-metrics`. Choose a shorter one. (ERR_AP_TOO_LONG)',
    ],
  },
  {
    name: 'an unknown scope',
    autopilot: changed(['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\nscope: Namespace\n']),
    problems: [
      'autopilot.yaml:4:8 scope: `Namespace` is none of the possible values. Did you mean `Namespaced`? (ERR_AP_UNKNOWN_VALUE)',
    ],
  },
  {
    name: 'a plural that is no label',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nplural: AutoRoutes\n',
    ]),
    problems: [
      "autopilot.yaml:4:9 plural: `AutoRoutes` cannot be a name of the kind in URLs and on kubectl's command line. Use lower-case letters, digits and dashes, with a letter first and a letter or digit last, at most 63 characters. (ERR_AP_CRD_NAME)",
    ],
  },
  {
    name: 'a short name that is the singular',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nshortNames: [ar, autoroute]\n',
    ]),
    problems: [
      'autopilot.yaml:4:18 shortNames[1]: `autoroute` is the singular of this kind already. Remove it here. (ERR_AP_CRD_NAME_TAKEN)',
    ],
  },
  {
    name: 'a short name twice',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nshortNames: [ar, ar]\n',
    ]),
    problems: [
      'autopilot.yaml:4:18 shortNames[1]: `ar` stands in this list twice. Remove one of the two. (ERR_AP_DUPLICATE)',
    ],
  },
  {
    name: 'no phases',
    autopilot: changed([
      'phases:\n  - name: Initializing\n    initial: true\n  - name: Syncing\n    inputs: [deployments]\n    outputs:\n      - services\n      - virtualservices\n  - name: Ready\n    inputs: [deployments]\n',
      'phases: []\n',
    ]),
    problems: [
      'autopilot.yaml:4:9 phases: There is no phase. Add at least one, for example `- { name: Initializing, initial: true }`. (ERR_AP_NO_PHASES)',
    ],
  },
  {
    name: 'a phase in lower case',
    autopilot: changed(['name: Syncing', 'name: roll_back']),
    problems: [
      "autopilot.yaml:7:11 phases[1].name: `roll_back` is not a phase's name: it is written in UpperCamelCase, with letters and digits only. Write for example `RollBack`; resources that are in `roll_back` already are found by `renamedFrom: roll_back`. (ERR_AP_PHASE_NAME)",
    ],
  },
  {
    name: 'mentions of a phase with a faulty name, and of none',
    autopilot: changed(
      ['name: Syncing', 'name: syncing\n    initial: maybe'],
      ['initial: true', 'next: [syncing, Redy]'],
      ['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\nonOutputDrift: syncing\n'],
    ),
    problems: [
      'autopilot.yaml:7:21 phases[0].next[1]: There is no phase `Redy`. Did you mean `Ready`? (ERR_AP_PHASE_UNKNOWN)',
      "autopilot.yaml:8:11 phases[1].name: `syncing` is not a phase's name: it is written in UpperCamelCase, with letters and digits only. Write for example `Syncing`; resources that are in `syncing` already are found by `renamedFrom: syncing`. (ERR_AP_PHASE_NAME)",
      'autopilot.yaml:9:14 phases[1].initial: Expected `true` or `false`, found the text `maybe`. Write `true` or `false`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a phase name that is too long',
    autopilot: changed(['name: Syncing', 'name: SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS']),
    problems: [
      'autopilot.yaml:7:11 phases[1].name: The name has 64 characters, and at most 63 are possible: folders and metrics are named after phases. Choose a shorter one. (ERR_AP_TOO_LONG)',
    ],
  },
  {
    name: 'a phase named after a word of TypeScript',
    autopilot: changed(['name: Syncing', 'name: Delete']),
    problems: [
      'autopilot.yaml:7:11 phases[1].name: A phase cannot be called `Delete`: `delete` is a word of TypeScript. Choose another name, for example an activity such as `Syncing`. (ERR_AP_PHASE_RESERVED)',
    ],
  },
  {
    name: 'a phase named after a device',
    autopilot: changed(['name: Syncing', 'name: Aux']),
    problems: [
      'autopilot.yaml:7:11 phases[1].name: A phase cannot be called `Aux`: Windows has no folder of that name. Choose another name, for example an activity such as `Syncing`. (ERR_AP_PHASE_RESERVED)',
    ],
  },
  {
    name: 'a phase named after the finalizer',
    autopilot: changed(['name: Syncing', 'name: Finalizer']),
    problems: [
      "autopilot.yaml:7:11 phases[1].name: A phase cannot be called `Finalizer`: its test would have the finalizer's name. Choose another name, for example an activity such as `Syncing`. (ERR_AP_PHASE_RESERVED)",
    ],
  },
  {
    name: 'two phases of one name',
    autopilot: changed(['name: Ready', 'name: Syncing']),
    problems: [
      'autopilot.yaml:12:11 phases[2].name: There is a phase `Syncing` already, in line 7. Rename one of the two. (ERR_AP_PHASE_DUPLICATE)',
    ],
  },
  {
    name: 'two phases that differ by case',
    autopilot: changed(['name: Ready', 'name: SYNCING']),
    problems: [
      'autopilot.yaml:12:11 phases[2].name: `SYNCING` differs from the phase `Syncing` in line 7 by case only, and their folders would be one on some systems. Rename one of the two. (ERR_AP_PHASE_DUPLICATE)',
    ],
  },
  {
    name: 'no initial phase',
    autopilot: changed(['    initial: true\n', '']),
    problems: [
      'autopilot.yaml:4:1 phases: No phase is the initial one. Add `initial: true` to the phase in which new resources start, for example `Initializing`. (ERR_AP_INITIAL_MISSING)',
    ],
  },
  {
    name: 'two initial phases',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    initial: true\n']),
    problems: [
      'autopilot.yaml:13:5 phases[2].initial: `Ready` is initial, and so is `Initializing`. Keep `initial: true` in one phase only. (ERR_AP_INITIAL_SEVERAL)',
    ],
  },
  {
    name: 'an initial phase that is final',
    autopilot: changed(['initial: true', 'initial: true\n    final: true']),
    problems: [
      'autopilot.yaml:7:5 phases[0].final: `Initializing` is initial and final, so nothing would ever be done. Remove one of the two. (ERR_AP_INITIAL_FINAL)',
    ],
  },
  {
    name: 'a final phase with work',
    autopilot: changed([
      '  - name: Ready\n    inputs: [deployments]\n',
      '  - name: Ready\n    final: true\n    inputs: [deployments]\n    interval: 5s\n',
    ]),
    problems: [
      'autopilot.yaml:14:5 phases[2].inputs: The phase `Ready` is final, so no worker runs in it, and `inputs` has no use there. Remove `inputs`, or `final: true`. (ERR_AP_FINAL_WORK)',
      'autopilot.yaml:15:5 phases[2].interval: The phase `Ready` is final, so no worker runs in it, and `interval` has no use there. Remove `interval`, or `final: true`. (ERR_AP_FINAL_WORK)',
    ],
  },
  {
    name: 'an unknown phase in `next`',
    autopilot: changed(['initial: true', 'initial: true\n    next: [Sync]']),
    problems: [
      'autopilot.yaml:7:12 phases[0].next[0]: There is no phase `Sync`. Did you mean `Syncing`? (ERR_AP_PHASE_UNKNOWN)',
    ],
  },
  {
    name: 'an unknown phase that is like no other',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nonOutputDrift: Repair\n',
    ]),
    problems: [
      'autopilot.yaml:4:16 onOutputDrift: There is no phase `Repair`. There is `Initializing`, `Syncing`, `Ready`. (ERR_AP_PHASE_UNKNOWN)',
    ],
  },
  {
    name: 'a final phase as target',
    autopilot: changed(
      ['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\nonSpecChange: Ready\n'],
      ['  - name: Ready\n    inputs: [deployments]\n', '  - name: Ready\n    final: true\n'],
    ),
    problems: [
      'autopilot.yaml:4:15 onSpecChange: `Ready` is a final phase, so nothing would be done about the change. Name a phase with a worker in `onSpecChange`. (ERR_AP_PHASE_FINAL_TARGET)',
    ],
  },
  {
    name: 'onSpecChange without a final phase',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nonSpecChange: Syncing\n',
    ]),
    problems: [
      'autopilot.yaml:4:1 onSpecChange: `onSpecChange` is for resources in a final phase, and no phase is final. Remove it: phases that are not final run again by themselves when the spec changes. (ERR_AP_ON_SPEC_CHANGE_UNUSED)',
    ],
  },
  {
    name: 'a phase that nothing leads to',
    autopilot: changed(
      ['initial: true', 'initial: true\n    next: [Ready]'],
      ['name: Ready\n', 'name: Ready\n    next: [Initializing]\n'],
    ),
    problems: [
      'autopilot.yaml:8:11 phases[1].name: No way leads from `Initializing` to `Syncing`. Add `Syncing` to the `next` of a phase that leads to it, or remove it. (ERR_AP_PHASE_UNREACHABLE)',
    ],
  },
  {
    name: 'a phase that nothing leads to, beside another fault',
    autopilot: changed(
      ['initial: true', 'initial: true\n    next: [Ready]'],
      ['    outputs:\n      - services', '    outputs:\n      - service'],
      ['name: Ready', 'name: Ready\n    next: []'],
    ),
    problems: [
      'autopilot.yaml:8:11 phases[1].name: No way leads from `Initializing` to `Syncing`. Add `Syncing` to the `next` of a phase that leads to it, or remove it. (ERR_AP_PHASE_UNREACHABLE)',
      'autopilot.yaml:11:9 phases[1].outputs[0]: `service` is neither built in nor one of `customParameters`. Did you mean `services`? (ERR_AP_PARAMETER_UNKNOWN)',
    ],
  },
  {
    name: 'a former name that is in use',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    renamedFrom: Syncing\n']),
    problems: [
      'autopilot.yaml:13:18 phases[2].renamedFrom: `Syncing` cannot be a former name of two phases or of one that still has it: `Syncing` has it too. Remove it from one of them. (ERR_AP_RENAMED_FROM)',
    ],
  },
  {
    name: 'a former name of two phases',
    autopilot: changed(
      ['name: Ready\n', 'name: Ready\n    renamedFrom: [Old]\n'],
      ['name: Syncing\n', 'name: Syncing\n    renamedFrom: [Older, Old]\n'],
    ),
    problems: [
      'autopilot.yaml:14:18 phases[2].renamedFrom: `Old` cannot be a former name of two phases or of one that still has it: `Syncing` has it too. Remove it from one of them. (ERR_AP_RENAMED_FROM)',
    ],
  },
  {
    name: 'an unknown input',
    autopilot: changed(['[deployments]\n    outputs', '[deployment]\n    outputs']),
    problems: [
      'autopilot.yaml:8:14 phases[1].inputs[0]: `deployment` is neither built in nor one of `customParameters`. Did you mean `deployments`? (ERR_AP_PARAMETER_UNKNOWN)',
    ],
  },
  {
    name: 'an unknown output that is like no other',
    autopilot: changed(['      - services\n', '      - trafficsplits\n']),
    problems: [
      'autopilot.yaml:10:9 phases[1].outputs[0]: `trafficsplits` is neither built in nor one of `customParameters`. Declare the kind in `customParameters`. (ERR_AP_PARAMETER_UNKNOWN)',
    ],
  },
  {
    name: 'an input twice',
    autopilot: changed(['[deployments]\n    outputs', '[deployments, { name: deployments }]\n    outputs']),
    problems: [
      'autopilot.yaml:8:27 phases[1].inputs[1]: `deployments` stands in this list twice. Remove one of the two. (ERR_AP_DUPLICATE)',
    ],
  },
  {
    name: 'an input without a name',
    autopilot: changed(['[deployments]\n    outputs', '[{ metadataOnly: true }]\n    outputs']),
    problems: [
      'autopilot.yaml:8:14 phases[1].inputs[0].name: `name` is missing. Add it, for example `name: deployments`. (ERR_AP_REQUIRED)',
    ],
  },
  {
    name: 'metrics as an output',
    autopilot: changed(['      - services\n', '      - metrics\n']),
    problems: [
      'autopilot.yaml:10:9 phases[1].outputs[0]: `metrics` can be read only. Move it to `inputs`. (ERR_AP_OUTPUT_METRICS)',
    ],
  },
  {
    name: 'options for metrics',
    autopilot: changed(['[deployments]\n    outputs', '[{ name: metrics, namespace: any }]\n    outputs']),
    problems: [
      'autopilot.yaml:8:31 phases[1].inputs[0].namespace: `namespace` means nothing for `metrics`, which is a client for queries. Write just `metrics`. (ERR_AP_METRICS_OPTION)',
    ],
  },
  {
    name: 'replace on an input',
    autopilot: changed(['[deployments]\n    outputs', '[{ name: deployments, replace: true }]\n    outputs']),
    problems: [
      'autopilot.yaml:8:35 phases[1].inputs[0].replace: `replace` means nothing for an input. Remove it. (ERR_AP_OPTION_SIDE)',
    ],
  },
  {
    name: 'a selector on an output',
    autopilot: changed(['      - services\n', '      - { name: services, selector: {} }\n']),
    problems: [
      'autopilot.yaml:10:27 phases[1].outputs[0].selector: `selector` means nothing for an output. Remove it. (ERR_AP_OPTION_SIDE)',
    ],
  },
  {
    name: 'the own namespace of a node',
    autopilot: changed(['[deployments]\n    outputs', '[{ name: nodes, namespace: own }]\n    outputs']),
    problems: [
      'autopilot.yaml:8:40 phases[1].inputs[0].namespace: Node has no namespace, so `own` means nothing here. Remove `namespace`, or set it to `any`. (ERR_AP_NAMESPACE_OWN)',
    ],
  },
  {
    name: 'the own namespace of a cluster-wide kind',
    autopilot: changed(
      ['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\nscope: Cluster\n'],
      ['[deployments]\n    outputs', '[{ name: deployments, namespace: own }]\n    outputs'],
    ),
    problems: [
      'autopilot.yaml:9:46 phases[1].inputs[0].namespace: AutoRoute, of scope Cluster, has no namespace, so `own` means nothing here. Remove `namespace`, or set it to `any`. (ERR_AP_NAMESPACE_OWN)',
    ],
  },
  {
    name: 'rights as an output',
    autopilot: changed(['      - services\n', '      - roles\n']),
    problems: [
      "autopilot.yaml:10:9 phases[1].outputs[0]: Whoever writes roles hands out rights, so the operator's own have to be declared. Add a rule for `roles` of `rbac.authorization.k8s.io` to `rbac`, with `escalate` or `bind`, or with the rights that are handed out. (ERR_AP_RBAC_OUTPUT)",
    ],
  },
  {
    name: "a label's key",
    autopilot: changed([
      '[deployments]\n    outputs',
      '[{ name: pods, selector: { matchLabels: { "a b": c } } }]\n    outputs',
    ]),
    problems: [
      'autopilot.yaml:8:55 phases[1].inputs[0].selector.matchLabels["a b"]: `a b` is not a label\'s key. Write `name` or `domain/name`; a name has at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit first and last. (ERR_AP_LABEL_KEY)',
    ],
  },
  {
    name: "a label's value",
    autopilot: changed([
      '[deployments]\n    outputs',
      '[{ name: pods, selector: { matchLabels: { app: a/b } } }]\n    outputs',
    ]),
    problems: [
      "autopilot.yaml:8:60 phases[1].inputs[0].selector.matchLabels.app: `a/b` is not a label's value. Use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit first and last. (ERR_AP_LABEL_VALUE)",
    ],
  },
  {
    name: 'In without values',
    autopilot: changed([
      '[deployments]\n    outputs',
      '[{ name: pods, selector: { matchExpressions: [{ key: app, operator: In }] } }]\n    outputs',
    ]),
    problems: [
      'autopilot.yaml:8:59 phases[1].inputs[0].selector.matchExpressions[0]: The operator In needs `values`. List at least one. (ERR_AP_SELECTOR_VALUES)',
    ],
  },
  {
    name: 'Exists with values',
    autopilot: changed([
      '[deployments]\n    outputs',
      '[{ name: pods, selector: { matchExpressions: [{ key: app, operator: Exists, values: [a] }] } }]\n    outputs',
    ]),
    problems: [
      'autopilot.yaml:8:97 phases[1].inputs[0].selector.matchExpressions[0].values: The operator Exists takes no `values`. Remove them. (ERR_AP_SELECTOR_VALUES)',
    ],
  },
  {
    name: 'an unknown operator of a selector',
    autopilot: changed([
      '[deployments]\n    outputs',
      '[{ name: pods, selector: { matchExpressions: [{ key: app, operator: Equals }] } }]\n    outputs',
    ]),
    problems: [
      'autopilot.yaml:8:81 phases[1].inputs[0].selector.matchExpressions[0].operator: `Equals` is none of the possible values. Write one of `In`, `NotIn`, `Exists`, `DoesNotExist`. (ERR_AP_UNKNOWN_VALUE)',
    ],
  },
  {
    name: 'a selector as text',
    autopilot: changed(['[deployments]\n    outputs', '[{ name: pods, selector: app=x }]\n    outputs']),
    problems: [
      'autopilot.yaml:8:38 phases[1].inputs[0].selector: Expected an object (keys with values), found the text `app=x`. Write an object (keys with values). (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a number as a label',
    autopilot: changed([
      '[deployments]\n    outputs',
      '[{ name: pods, selector: { matchLabels: { version: 1 } } }]\n    outputs',
    ]),
    problems: [
      'autopilot.yaml:8:64 phases[1].inputs[0].selector.matchLabels.version: Expected text, found the number 1. Put it in quotes: `"1"`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a rule without verbs',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nrbac:\n  - { apiGroups: [""], resources: [pods], verbs: [] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:50 rbac[0].verbs: The rule allows nothing, since it has no `verbs`. Name them, for example `verbs: [get]`. (ERR_AP_RULE_VERBS)',
    ],
  },
  {
    name: 'a rule with nothing in it',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nrbac:\n  - { verbs: [], resources: 5 }\n',
    ]),
    problems: [
      'autopilot.yaml:5:5 rbac[0]: The rule allows nothing, since it has no `apiGroups`. Name both `apiGroups` (`""` is the core group) and `resources`, or only `nonResourceURLs`. (ERR_AP_RULE_RESOURCES)',
      'autopilot.yaml:5:14 rbac[0].verbs: The rule allows nothing, since it has no `verbs`. Name them, for example `verbs: [get]`. (ERR_AP_RULE_VERBS)',
      'autopilot.yaml:5:29 rbac[0].resources: Expected a list, found the number 5. Write a list. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a rule without groups',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nrbac:\n  - { resources: [pods], verbs: [get] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:5 rbac[0]: The rule allows nothing, since it has no `apiGroups`. Name both `apiGroups` (`""` is the core group) and `resources`, or only `nonResourceURLs`. (ERR_AP_RULE_RESOURCES)',
    ],
  },
  {
    name: 'a rule of two kinds',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nrbac:\n  - { apiGroups: [""], resources: [pods], nonResourceURLs: [/metrics], verbs: [get] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:5 rbac[0]: A rule is either about resources or about `nonResourceURLs`. Make two rules of it. (ERR_AP_RULE_MIXED)',
    ],
  },
  {
    name: 'an interval without a unit',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    interval: 30\n']),
    problems: [
      'autopilot.yaml:13:15 phases[2].interval: Expected a duration, found the number 30. Add the unit, for example `30s`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'an interval of zero',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    interval: 0s\n']),
    problems: [
      'autopilot.yaml:13:15 phases[2].interval: A time of 0s cannot be waited for. Write a time of at least `1ms` and at most `596h`. (ERR_AP_DURATION_RANGE)',
    ],
  },
  {
    name: 'an interval of a month',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    interval: 720h\n']),
    problems: [
      'autopilot.yaml:13:15 phases[2].interval: A time of 720h cannot be waited for. Write a time of at least `1ms` and at most `596h`. (ERR_AP_DURATION_RANGE)',
    ],
  },
  {
    name: 'a timeout in other words',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    timeout: 5 minutes\n']),
    problems: [
      'autopilot.yaml:13:14 phases[2].timeout: `5 minutes` is not a duration. Write a number and a unit, such as `500ms`, `5s`, `1m30s` or `2h`. (ERR_AP_DURATION)',
    ],
  },
  {
    name: 'a patch of an unknown kind',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    patches: [deployment]\n']),
    problems: [
      'autopilot.yaml:13:15 phases[2].patches[0]: `deployment` is neither built in nor one of `customParameters`. Did you mean `deployments`? (ERR_AP_PARAMETER_UNKNOWN)',
    ],
  },
  {
    name: 'a patch of metrics',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    patches: [metrics]\n']),
    problems: [
      'autopilot.yaml:13:15 phases[2].patches[0]: `metrics` can be read only. Move it to `inputs`. (ERR_AP_OUTPUT_METRICS)',
    ],
  },
  {
    name: 'a patch twice',
    autopilot: changed([
      'name: Ready\n',
      'name: Ready\n    patches: [deployments, { name: deployments, force: true }]\n',
    ]),
    problems: [
      'autopilot.yaml:13:28 phases[2].patches[1]: `deployments` stands in this list twice. Remove one of the two. (ERR_AP_DUPLICATE)',
    ],
  },
  {
    name: 'patches of one kind in two versions',
    autopilot: changed(
      ['name: Ready\n', 'name: Ready\n    patches: [cronjobs, oldCronJobs]\n'],
      [
        'operatorName: autoroute-operator\n',
        'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: oldCronJobs, singleName: CronJob, pluralName: CronJobs, apiGroup: batch, version: v1beta1 }\n',
      ],
    ),
    problems: [
      'autopilot.yaml:15:25 phases[2].patches[1]: `oldCronJobs` and `cronjobs` are one kind, and an object that is patched for both would have two managers of this operator. Remove one of them. (ERR_AP_PATCH_SAME)',
    ],
  },
  {
    name: 'patches with senseless options',
    autopilot: changed([
      'name: Ready\n',
      'name: Ready\n    patches: [{ name: pods, force: 1 }, { name: services, namespace: any }, { force: true }]\n',
    ]),
    problems: [
      'autopilot.yaml:13:36 phases[2].patches[0].force: Expected `true` or `false`, found the number 1. Write `true` or `false`. (ERR_AP_WRONG_TYPE)',
      'autopilot.yaml:13:59 phases[2].patches[1].namespace: `namespace` means nothing for a patch. Remove it. (ERR_AP_OPTION_SIDE)',
      'autopilot.yaml:13:77 phases[2].patches[2].name: `name` is missing. Add it, for example `name: deployments`. (ERR_AP_REQUIRED)',
    ],
  },
  {
    name: 'a final phase with patches',
    autopilot: changed([
      '  - name: Ready\n    inputs: [deployments]\n',
      '  - name: Ready\n    final: true\n    patches: [deployments]\n',
    ]),
    problems: [
      'autopilot.yaml:14:5 phases[2].patches: The phase `Ready` is final, so no worker runs in it, and `patches` has no use there. Remove `patches`, or `final: true`. (ERR_AP_FINAL_WORK)',
    ],
  },
  {
    name: 'rights as a patch',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    patches: [clusterroles]\n']),
    problems: [
      "autopilot.yaml:13:15 phases[2].patches[0]: Whoever writes clusterroles hands out rights, so the operator's own have to be declared. Add a rule for `clusterroles` of `rbac.authorization.k8s.io` to `rbac`, with `escalate` or `bind`, or with the rights that are handed out. (ERR_AP_RBAC_OUTPUT)",
    ],
  },
  {
    name: 'a group that is too long for the annotation of patches',
    autopilot: changed(
      ['examples.io/v1', `${'a.'.repeat(118)}examples.io/v1`],
      ['kind: AutoRoute', 'kind: A'],
      ['name: Ready\n', 'name: Ready\n    patches: [pods]\n'],
    ),
    problems: [
      'autopilot.yaml:2:13 apiVersion: The name has 247 characters, and at most 245 are possible: what phases patch gets an annotation `applied.<group>/…`. Choose a shorter one. (ERR_AP_TOO_LONG)',
    ],
  },
  {
    name: 'patches of the wrong type',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    patches: deployments\n']),
    problems: [
      'autopilot.yaml:13:14 phases[2].patches: Expected a list, found the text `deployments`. Write a list: `[deployments]`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'rollback of what is kept as metadata',
    autopilot: changed(
      ['      - services\n', '      - { name: services, metadataOnly: true }\n'],
      ['name: Syncing\n', 'name: Syncing\n    rollback: true\n'],
    ),
    problems: [
      'autopilot.yaml:11:27 phases[1].outputs[0].metadataOnly: `services` is kept as metadata only, and the phase `Syncing`, which has `rollback: true`, has to put it back as it was. Remove `metadataOnly`, or `rollback`. (ERR_AP_ROLLBACK_METADATA)',
    ],
  },
  {
    name: 'rollback of a final phase',
    autopilot: changed(['name: Ready\n', 'name: Ready\n    final: true\n    rollback: true\n']),
    problems: [
      'autopilot.yaml:14:5 phases[2].rollback: The phase `Ready` is final, so no worker runs in it, and `rollback` has no use there. Remove `rollback`, or `final: true`. (ERR_AP_FINAL_WORK)',
      'autopilot.yaml:15:5 phases[2].inputs: The phase `Ready` is final, so no worker runs in it, and `inputs` has no use there. Remove `inputs`, or `final: true`. (ERR_AP_FINAL_WORK)',
    ],
  },
  {
    name: 'rollback and replace of the wrong type',
    autopilot: changed(
      ['      - services\n', '      - { name: services, replace: always }\n'],
      ['name: Syncing\n', 'name: Syncing\n    rollback: [services]\n'],
    ),
    problems: [
      'autopilot.yaml:8:15 phases[1].rollback: Expected `true` or `false`, found a list. Write `true` or `false`. (ERR_AP_WRONG_TYPE)',
      'autopilot.yaml:11:36 phases[1].outputs[0].replace: Expected `true` or `false`, found the text `always`. Write `true` or `false`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'inputs and outputs of no finalizer',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nfinalizer: { inputs: [pods], outputs: [services] }\n',
    ]),
    problems: [
      'autopilot.yaml:4:14 finalizer.inputs: `finalizer.inputs` is for `src/finalizer.ts`, which does not run. Add `enableFinalizer: true`, or remove it. (ERR_AP_FINALIZER_UNUSED)',
      'autopilot.yaml:4:30 finalizer.outputs: `finalizer.outputs` is for `src/finalizer.ts`, which does not run. Add `enableFinalizer: true`, or remove it. (ERR_AP_FINALIZER_UNUSED)',
    ],
  },
  {
    name: 'what no phase could read or write, of the finalizer',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nenableFinalizer: true\nfinalizer:\n  inputs: [podz]\n  outputs: [metrics, clusterroles, { name: services, selector: {} }]\n',
    ]),
    problems: [
      'autopilot.yaml:6:12 finalizer.inputs[0]: `podz` is neither built in nor one of `customParameters`. Did you mean `pods`? (ERR_AP_PARAMETER_UNKNOWN)',
      'autopilot.yaml:7:13 finalizer.outputs[0]: `metrics` can be read only. Move it to `inputs`. (ERR_AP_OUTPUT_METRICS)',
      "autopilot.yaml:7:22 finalizer.outputs[1]: Whoever writes clusterroles hands out rights, so the operator's own have to be declared. Add a rule for `clusterroles` of `rbac.authorization.k8s.io` to `rbac`, with `escalate` or `bind`, or with the rights that are handed out. (ERR_AP_RBAC_OUTPUT)",
      'autopilot.yaml:7:54 finalizer.outputs[2].selector: `selector` means nothing for an output. Remove it. (ERR_AP_OPTION_SIDE)',
    ],
  },
  {
    name: 'an output of a namespace that its kind does not have',
    autopilot: changed(['      - services\n', '      - { name: namespaces, namespace: own }\n']),
    problems: [
      'autopilot.yaml:10:40 phases[1].outputs[0].namespace: Namespace has no namespace, so `own` means nothing here. Remove `namespace`, or set it to `any`. (ERR_AP_NAMESPACE_OWN)',
    ],
  },
  {
    name: 'fewer transitions than none',
    autopilot: changed(['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\ntransitions: -1\n']),
    problems: [
      'autopilot.yaml:4:14 transitions: -1 is out of range. Write a whole number from 0 to 100. (ERR_AP_NUMBER_RANGE)',
    ],
  },
  {
    name: 'more transitions than a status can hold',
    autopilot: changed(['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\ntransitions: 101\n']),
    problems: [
      'autopilot.yaml:4:14 transitions: 101 is out of range. Write a whole number from 0 to 100. (ERR_AP_NUMBER_RANGE)',
    ],
  },
  {
    name: 'a parameter in upper case',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: Foos, singleName: Foo, version: v1 }\n',
    ]),
    problems: [
      "autopilot.yaml:5:18 customParameters[0].lowerName: `Foos` cannot be a parameter's name. Write the kind's plural in lower case, for example `pods`, or another name in lowerCamelCase. (ERR_AP_PARAMETER_NAME)",
    ],
  },
  {
    name: 'a parameter without a kind',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, version: v1 }\n',
    ]),
    problems: [
      'autopilot.yaml:5:5 customParameters[0].singleName: `singleName` is missing. Add it, for example `singleName: TrafficSplit`. (ERR_AP_REQUIRED)',
    ],
  },
  {
    name: 'a plural in lower case',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, singleName: Foo, pluralName: foos, version: v1 }\n',
    ]),
    problems: [
      'autopilot.yaml:5:53 customParameters[0].pluralName: `foos` is not the plural of a kind in UpperCamelCase. Write for example `Pods`. (ERR_AP_PARAMETER_PLURAL)',
    ],
  },
  {
    name: 'a group that is none',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, singleName: Foo, apiGroup: Foo.io, version: v1 }\n',
    ]),
    problems: [
      'autopilot.yaml:5:51 customParameters[0].apiGroup: `Foo.io` is not an API group. Write it as in `apiVersion` before the slash, for example `apps` or `networking.istio.io`; `""` is the core group. (ERR_AP_PARAMETER_GROUP)',
    ],
  },
  {
    name: 'a parameter that is built in',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: services, singleName: Service, version: v1 }\n',
    ]),
    problems: [
      'autopilot.yaml:5:18 customParameters[0].lowerName: The name `services` is taken by the built-in kind `Service` of v1. Remove this parameter where they are the same kind; else choose another `lowerName` and give the plural in `pluralName`. (ERR_AP_PARAMETER_TAKEN)',
    ],
  },
  {
    name: 'a parameter twice',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, singleName: Foo, version: v1 }\n  - { lowerName: fOOS, singleName: Foo, version: v1 }\n',
    ]),
    problems: [
      'autopilot.yaml:6:18 customParameters[1].lowerName: The name `fOOS` is taken by another of `customParameters`. Remove this parameter where they are the same kind; else choose another `lowerName` and give the plural in `pluralName`. (ERR_AP_PARAMETER_TAKEN)',
    ],
  },
  {
    name: 'a name of the catalogue for another kind',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: sidecars, singleName: Sidecar, apiGroup: sidecars.io, version: v1 }\n',
    ]),
    problems: [
      'autopilot.yaml:5:18 customParameters[0].lowerName: The name `sidecars` is taken by the built-in kind `Sidecar` of networking.istio.io/v1. Remove this parameter where they are the same kind; else choose another `lowerName` and give the plural in `pluralName`. (ERR_AP_PARAMETER_TAKEN)',
    ],
  },
  {
    name: 'a kind under a second name',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, singleName: Foo, version: v1 }\n  - { lowerName: otherFoos, singleName: Foo, pluralName: Foos, version: v1 }\n  - { lowerName: mySecrets, singleName: Secret, pluralName: Secrets, version: v1 }\n',
    ]),
    problems: [
      'autopilot.yaml:6:5 customParameters[1]: `otherFoos` and `foos` are one kind. Use `foos`, and remove this parameter. (ERR_AP_PARAMETER_SAME)',
      'autopilot.yaml:7:5 customParameters[2]: `mySecrets` and `secrets` are one kind. Use `secrets`, and remove this parameter. (ERR_AP_PARAMETER_SAME)',
    ],
  },
  {
    name: 'two versions of a kind as outputs',
    autopilot: changed(
      ['      - services\n', '      - cronjobs\n      - oldCronJobs\n'],
      [
        'operatorName: autoroute-operator\n',
        'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: oldCronJobs, singleName: CronJob, pluralName: CronJobs, apiGroup: batch, version: v1beta1 }\n',
      ],
    ),
    problems: [
      'autopilot.yaml:13:9 phases[1].outputs[1]: `oldCronJobs` and `cronjobs` are one kind, so that each of the two would delete what the worker returns for the other. Remove one of them. (ERR_AP_OUTPUT_SAME)',
    ],
  },
  {
    name: 'a parameter without a version',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, singleName: Foo, package: example.com/foos }\n',
    ]),
    problems: [
      'autopilot.yaml:5:5 customParameters[0]: The version of `foos` is not known. Add `version`, for example `version: v1`; only a `package` that ends in a version tells it. (ERR_AP_PARAMETER_VERSION)',
    ],
  },
  {
    name: 'a parameter with another version',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, singleName: Foo, version: "1" }\n',
    ]),
    problems: [
      'autopilot.yaml:5:50 customParameters[0].version: `1` is not an API version. Write `v1`, or `v1alpha1` or `v1beta1` while the API may still change. (ERR_AP_VERSION)',
    ],
  },
  {
    name: 'a parameter named after a word of TypeScript',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: constructor, singleName: Foo, version: v1 }\n',
    ]),
    problems: [
      "autopilot.yaml:5:18 customParameters[0].lowerName: `constructor` cannot be a parameter's name. Write the kind's plural in lower case, for example `pods`, or another name in lowerCamelCase. (ERR_AP_PARAMETER_NAME)",
    ],
  },
  {
    name: 'types that are no module',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\ncustomParameters:\n  - { lowerName: foos, singleName: Foo, version: v1, types: "a b" }\n',
    ]),
    problems: [
      "autopilot.yaml:5:61 customParameters[0].types: `a b` is not a module with a type. Write `<module>#<Type>`, for example `some-package/v1#IThing` or `./src/api/thing.ts#Thing`; without `#` the type is called like the kind, with an `I` before it in kubernetes-models' packages. (ERR_AP_TYPES_MODULE)",
    ],
  },
  {
    name: 'a query name with spaces',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: success rate, queryTemplate: up }\n',
    ]),
    problems: [
      "autopilot.yaml:5:13 queries[0].name: `success rate` cannot be a query's name. Write words of letters and digits, joined by dashes, with a letter first, for example `success-rate`. (ERR_AP_QUERY_NAME)",
    ],
  },
  {
    name: 'a query that is built in',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: Istio-Success_Rate, queryTemplate: up }\n',
    ]),
    problems: [
      'autopilot.yaml:5:13 queries[0].name: The query `Istio-Success_Rate` would become the method `getIstioSuccessRate`, as the built-in `istio-success-rate` does. Choose another name. (ERR_AP_QUERY_TAKEN)',
    ],
  },
  {
    name: 'two queries of one method',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: my-query, queryTemplate: up }\n  - { name: my_query, queryTemplate: up }\n',
    ]),
    problems: [
      'autopilot.yaml:6:13 queries[1].name: The query `my_query` would become the method `getMyQuery`, as `my-query` does. Choose another name. (ERR_AP_QUERY_TAKEN)',
    ],
  },
  {
    name: 'a placeholder that is none',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: \'up{a="{{ printf .Name }}"}\', parameters: [Name] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:38 queries[0].queryTemplate: `{{ printf .Name }}` in the template is not a placeholder. Write placeholders as `{{ .Name }}`; nothing else of Go templates is known. (ERR_AP_QUERY_TEMPLATE)',
    ],
  },
  {
    name: 'a placeholder without an end',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: \'up{a="{{ .Name "}\', parameters: [Name] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:38 queries[0].queryTemplate: `{{ .Name "}` in the template is not a placeholder. Write placeholders as `{{ .Name }}`; nothing else of Go templates is known. (ERR_AP_QUERY_TEMPLATE)',
    ],
  },
  {
    name: 'placeholders where no argument is safe',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - name: a\n    queryTemplate: |\n      label_replace(up, "a", "{{ .Name }}", "b", "") # {{ .Note }}\n      up{a=~"\\{{ .Odd }}"}[{{ .Minutes }}m]\n      up{b="{{ .Open }}}\n    parameters: [Name, Note, Odd, Minutes, Open]\n',
    ]),
    problems: [
      'autopilot.yaml:7:31 queries[0].queryTemplate: `{{ .Name }}` stands in a string that no label is compared with, where no argument can be put safely. Put placeholders into the strings of labels, into `[…]` as a whole duration, or where a number or a name can stand. (ERR_AP_QUERY_PLACE)',
      'autopilot.yaml:7:56 queries[0].queryTemplate: `{{ .Note }}` stands in a comment, where no argument can be put safely. Put placeholders into the strings of labels, into `[…]` as a whole duration, or where a number or a name can stand. (ERR_AP_QUERY_PLACE)',
      'autopilot.yaml:8:15 queries[0].queryTemplate: `{{ .Odd }}` stands after a backslash, where no argument can be put safely. Put placeholders into the strings of labels, into `[…]` as a whole duration, or where a number or a name can stand. (ERR_AP_QUERY_PLACE)',
      'autopilot.yaml:8:28 queries[0].queryTemplate: `{{ .Minutes }}` stands as a part of a duration, where no argument can be put safely. Put placeholders into the strings of labels, into `[…]` as a whole duration, or where a number or a name can stand. (ERR_AP_QUERY_PLACE)',
      'autopilot.yaml:9:13 queries[0].queryTemplate: `{{ .Open }}` stands in a string without an end, where no argument can be put safely. Put placeholders into the strings of labels, into `[…]` as a whole duration, or where a number or a name can stand. (ERR_AP_QUERY_PLACE)',
    ],
  },
  {
    name: 'a placeholder that is not declared',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: \'up{a="{{ .Nme }}"}\', parameters: [Name] }\n',
    ]),
    problems: [
      "autopilot.yaml:5:38 queries[0].queryTemplate: The template uses `{{ .Nme }}`, which is not one of the query's `parameters`. Did you mean `{{ .Name }}`? (ERR_AP_QUERY_PLACEHOLDER)",
    ],
  },
  {
    name: 'several things that are wrong with a template',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - name: a\n    queryTemplate: |\n      up{a="{{ .Nme }}"} /\n        up{b="{{ .B }}", c="{{ .Nme }}"}\n    parameters: [Name, Unused]\n',
    ]),
    problems: [
      "autopilot.yaml:7:13 queries[0].queryTemplate: The template uses `{{ .Nme }}`, which is not one of the query's `parameters`. Did you mean `{{ .Name }}`? (ERR_AP_QUERY_PLACEHOLDER)",
      "autopilot.yaml:8:15 queries[0].queryTemplate: The template uses `{{ .B }}`, which is not one of the query's `parameters`. Add `B` to `parameters`. (ERR_AP_QUERY_PLACEHOLDER)",
      'autopilot.yaml:9:24 queries[0].parameters[1]: The parameter `Unused` is not used by the template. Put `{{ .Unused }}` into the template, or remove the parameter. (ERR_AP_QUERY_PARAMETER_UNUSED)',
    ],
  },
  {
    name: 'a template and parameters that are wrong in every way',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: "{{ .Foo }} {{ .Zed }} {{ Bar }}", parameters: [Qux, Foo, Qux] }\n',
    ]),
    problems: [
      "autopilot.yaml:5:43 queries[0].queryTemplate: The template uses `{{ .Zed }}`, which is not one of the query's `parameters`. Add `Zed` to `parameters`. (ERR_AP_QUERY_PLACEHOLDER)",
      'autopilot.yaml:5:54 queries[0].queryTemplate: `{{ Bar }}` in the template is not a placeholder. Write placeholders as `{{ .Name }}`; nothing else of Go templates is known. (ERR_AP_QUERY_TEMPLATE)',
      'autopilot.yaml:5:79 queries[0].parameters[0]: The parameter `Qux` is not used by the template. Put `{{ .Qux }}` into the template, or remove the parameter. (ERR_AP_QUERY_PARAMETER_UNUSED)',
      'autopilot.yaml:5:89 queries[0].parameters[2]: `Qux` stands in this list twice. Remove one of the two. (ERR_AP_DUPLICATE)',
    ],
  },
  {
    name: 'a parameter that only a faulty placeholder names',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: "{{ Bar }} {{ .MyName }} {{ .Bar", parameters: [Bar, my-name] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:32 queries[0].queryTemplate: `{{ Bar }}` in the template is not a placeholder. Write placeholders as `{{ .Name }}`; nothing else of Go templates is known. (ERR_AP_QUERY_TEMPLATE)',
      'autopilot.yaml:5:56 queries[0].queryTemplate: `{{ .Bar` in the template is not a placeholder. Write placeholders as `{{ .Name }}`; nothing else of Go templates is known. (ERR_AP_QUERY_TEMPLATE)',
      "autopilot.yaml:5:84 queries[0].parameters[1]: `my-name` cannot be the name of a query's parameter. Write letters and digits, with a letter first, and no word that TypeScript reserves, for example `Namespace`. (ERR_AP_QUERY_PARAMETER_NAME)",
    ],
  },
  {
    name: 'a query parameter that is not used',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: up, parameters: [Name] }\n',
    ]),
    problems: [
      'autopilot.yaml:5:48 queries[0].parameters[0]: The parameter `Name` is not used by the template. Put `{{ .Name }}` into the template, or remove the parameter. (ERR_AP_QUERY_PARAMETER_UNUSED)',
    ],
  },
  {
    name: 'a query parameter with a dash',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: up, parameters: [my-name] }\n',
    ]),
    problems: [
      "autopilot.yaml:5:48 queries[0].parameters[0]: `my-name` cannot be the name of a query's parameter. Write letters and digits, with a letter first, and no word that TypeScript reserves, for example `Namespace`. (ERR_AP_QUERY_PARAMETER_NAME)",
    ],
  },
  {
    name: 'a query parameter that is a word of TypeScript',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      "operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: '{{ .Default }}', parameters: [Default] }\n",
    ]),
    problems: [
      "autopilot.yaml:5:62 queries[0].parameters[0]: `Default` cannot be the name of a query's parameter. Write letters and digits, with a letter first, and no word that TypeScript reserves, for example `Namespace`. (ERR_AP_QUERY_PARAMETER_NAME)",
    ],
  },
  {
    name: 'a query parameter twice',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      "operatorName: autoroute-operator\nqueries:\n  - { name: a, queryTemplate: '{{ .Name }}', parameters: [Name, name] }\n",
    ]),
    problems: [
      'autopilot.yaml:5:65 queries[0].parameters[1]: `name` stands in this list twice. Remove one of the two. (ERR_AP_DUPLICATE)',
    ],
  },
  {
    name: 'a query without a template',
    autopilot: changed([
      'operatorName: autoroute-operator\n',
      'operatorName: autoroute-operator\nqueries:\n  - { name: a }\n',
    ]),
    problems: [
      'autopilot.yaml:5:5 queries[0].queryTemplate: `queryTemplate` is missing. Add it, for example `queryTemplate: up{namespace="{{ .Namespace }}"}`. (ERR_AP_REQUIRED)',
    ],
  },
  {
    name: 'an unknown setting',
    operator: 'metricAddr: ":9091"\n',
    problems: [
      'autopilot-operator.yaml:1:1 metricAddr: There is no key `metricAddr` here. Did you mean `metricsAddr`? (ERR_AP_UNKNOWN_KEY)',
    ],
  },
  {
    name: 'a setting of the wrong type',
    operator: 'version: 1.0\n',
    problems: [
      'autopilot-operator.yaml:1:10 version: Expected text, found the number 1.0. Put it in quotes: `"1.0"`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a level that is none',
    operator: 'logLevel: Verbose\n',
    problems: [
      'autopilot-operator.yaml:1:11 logLevel: `Verbose` is none of the possible values. Write one of `Debug`, `Info`, `Warn`, `Error`, `DPanic`, `Panic`, `Fatal`, or a number from 0 to 6. (ERR_AP_UNKNOWN_VALUE)',
    ],
  },
  {
    name: 'a level that is near one',
    operator: 'logLevel: debug\n',
    problems: [
      'autopilot-operator.yaml:1:11 logLevel: `debug` is none of the possible values. Did you mean `Debug`? (ERR_AP_UNKNOWN_VALUE)',
    ],
  },
  {
    name: 'a level beyond the last',
    operator: 'logLevel: 7\n',
    problems: [
      'autopilot-operator.yaml:1:11 logLevel: `7` is none of the possible values. Write one of `Debug`, `Info`, `Warn`, `Error`, `DPanic`, `Panic`, `Fatal`, or a number from 0 to 6. (ERR_AP_UNKNOWN_VALUE)',
    ],
  },
  {
    name: 'an address without a port',
    operator: 'metricsAddr: localhost\n',
    problems: [
      'autopilot-operator.yaml:1:14 metricsAddr: `localhost` is not an address to listen on. Write `":<port>"` or `"<host>:<port>"` with a port from 1 to 65535, or `""` to serve nothing. (ERR_AP_ADDRESS)',
    ],
  },
  {
    name: 'a port beyond the last',
    operator: 'healthAddr: ":65536"\n',
    problems: [
      'autopilot-operator.yaml:1:13 healthAddr: `:65536` is not an address to listen on. Write `":<port>"` or `"<host>:<port>"` with a port from 1 to 65535, or `""` to serve nothing. (ERR_AP_ADDRESS)',
    ],
  },
  {
    name: 'metrics over TLS by a word that is no boolean',
    operator: 'metricsSecure: "yes"\n',
    problems: [
      'autopilot-operator.yaml:1:16 metricsSecure: Expected `true` or `false`, found the text `yes`. Write `true`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a folder of certificates that is none',
    operator: 'metricsCertDir: true\n',
    problems: [
      'autopilot-operator.yaml:1:17 metricsCertDir: Expected text, found `true`. Put it in quotes: `"true"`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'profiles switched on as if that were all',
    operator: 'profilingAddr: true\n',
    problems: [
      'autopilot-operator.yaml:1:16 profilingAddr: Expected text, found `true`. Put it in quotes: `"true"`. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'profiles on the port of the probes',
    operator: 'profilingAddr: 127.0.0.1:8081\n',
    problems: [
      'autopilot-operator.yaml:1:16 profilingAddr: `healthAddr` listens on the same port (:8081). Give each of the two a port of its own. (ERR_AP_ADDRESS_CLASH)',
    ],
  },
  {
    name: 'profiles at an address without a port',
    operator: 'profilingAddr: localhost\n',
    problems: [
      'autopilot-operator.yaml:1:16 profilingAddr: `localhost` is not an address to listen on. Write `":<port>"` or `"<host>:<port>"` with a port from 1 to 65535, or `""` to serve nothing. (ERR_AP_ADDRESS)',
    ],
  },
  {
    name: 'a faulty address, whose default another one has',
    operator: 'metricsAddr: localhost\nhealthAddr: ":9091"\n',
    problems: [
      'autopilot-operator.yaml:1:14 metricsAddr: `localhost` is not an address to listen on. Write `":<port>"` or `"<host>:<port>"` with a port from 1 to 65535, or `""` to serve nothing. (ERR_AP_ADDRESS)',
    ],
  },
  {
    name: 'faults of each file, and of both together',
    autopilot: changed(['kind: AutoRoute', 'kind: auto'], ['phases:', 'scope: Cluster\nphases:']),
    operator: 'watchNamespace: here\nhealthAddr: ":9091"\n',
    problems: [
      "autopilot.yaml:1:7 kind: `auto` is not a kind's name: it is written in UpperCamelCase, with letters and digits only. Write for example `Auto`. (ERR_AP_KIND)",
      'autopilot-operator.yaml:1:17 watchNamespace: The kind has scope Cluster, so the operator cannot work in one namespace only. Remove `watchNamespace`, or set `scope: Namespaced` in autopilot.yaml. (ERR_AP_WATCH_NAMESPACE_SCOPE)',
      'autopilot-operator.yaml:2:13 healthAddr: `metricsAddr` listens on the same port (:9091). Give each of the two a port of its own. (ERR_AP_ADDRESS_CLASH)',
    ],
  },
  {
    name: 'two servers on one port',
    operator: 'healthAddr: 127.0.0.1:9091\n',
    problems: [
      'autopilot-operator.yaml:1:13 healthAddr: `metricsAddr` listens on the same port (:9091). Give each of the two a port of its own. (ERR_AP_ADDRESS_CLASH)',
    ],
  },
  {
    name: 'no workers',
    operator: 'concurrency: 0\n',
    problems: [
      'autopilot-operator.yaml:1:14 concurrency: 0 is out of range. Write a whole number from 1. (ERR_AP_NUMBER_RANGE)',
    ],
  },
  {
    name: 'half a worker',
    operator: 'concurrency: 1.5\n',
    problems: [
      'autopilot-operator.yaml:1:14 concurrency: Expected a whole number, found the number 1.5. Write a whole number. (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'a duration without a unit',
    operator: 'workInterval: "5"\n',
    problems: [
      'autopilot-operator.yaml:1:15 workInterval: `5` is not a duration. Write a number and a unit, such as `500ms`, `5s`, `1m30s` or `2h`. (ERR_AP_DURATION)',
    ],
  },
  {
    name: 'a namespace that is none',
    operator: 'watchNamespace: My_Namespace\n',
    problems: [
      'autopilot-operator.yaml:1:17 watchNamespace: `My_Namespace` cannot be the name of a namespace. Use at most 63 lower-case letters, digits and dashes, with a letter or digit first and last. (ERR_AP_NAMESPACE_NAME)',
    ],
  },
  {
    name: 'one namespace for a cluster-wide kind',
    autopilot: changed(['operatorName: autoroute-operator\n', 'operatorName: autoroute-operator\nscope: Cluster\n']),
    operator: 'version: 1.0.0\nwatchNamespace: here\n',
    problems: [
      'autopilot-operator.yaml:2:17 watchNamespace: AutoRoute has scope Cluster, so the operator cannot work in one namespace only. Remove `watchNamespace`, or set `scope: Namespaced` in autopilot.yaml. (ERR_AP_WATCH_NAMESPACE_SCOPE)',
    ],
  },
  {
    name: 'settings of the user’s own that are a list',
    operator: 'config: [5]\n',
    problems: [
      'autopilot-operator.yaml:1:9 config: Expected an object (keys with values), found a list. Write an object (keys with values). (ERR_AP_WRONG_TYPE)',
    ],
  },
  {
    name: 'broken YAML in the second file',
    operator: 'version: "1\n',
    problems: [
      'autopilot-operator.yaml:2:1: This is not valid YAML: missing closing "quote. Correct the syntax here or in the line above. (ERR_AP_YAML_SYNTAX)',
    ],
  },
];
