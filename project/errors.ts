import type { Problem } from './model.ts';

/**
 * All that can be wrong with a project's two files, with an edit of them and with the settings of its manifests. Codes are
 * stable; messages say what is wrong in one sentence, remedies what to do in one more. `config/bad-inputs.test.ts` has a case
 * for each code and fails where one is missing.
 */
export type Fault = Pick<Problem, 'code' | 'message' | 'remedy'>;

export interface FaultKind<Details> {
  readonly code: string;
  (details: Details): Fault;
}

/** An error that carries problems: all of them, ready to be shown. */
export class ProjectError extends Error {
  override readonly name = 'ProjectError';
  readonly code: string;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.code = problems[0]?.code ?? 'ERR_AP_UNKNOWN';
    this.problems = problems;
  }
}

/** `autopilot.yaml:7:5 phases[1].name: what is wrong. What to do. (ERR_AP_…)` */
export function describeProblem({ code, file, line, column, path, message, remedy }: Problem): string {
  const position = [file, line, column].filter((part) => part !== undefined).join(':');
  const where = [position, path].filter((part) => part !== undefined && part !== '').join(' ');
  return `${where === '' ? '' : `${where}: `}${message} ${remedy} (${code})`;
}

function fault<Details = void>(
  code: `ERR_AP_${string}`,
  text: (details: Details) => readonly [message: string, remedy: string],
): FaultKind<Details> {
  const kind = (details: Details): Fault => {
    const [message, remedy] = text(details);
    return { code, message, remedy };
  };
  return Object.assign(kind, { code });
}

/** `a`, `b` and `c` */
export function listed(names: readonly string[], last = 'and'): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`;
}

export const FAULTS = {
  // Files
  projectMissing: fault<{ from: string }>('ERR_AP_PROJECT_MISSING', ({ from }) => [
    `There is no autopilot.yaml in ${from} or in a folder above it.`,
    'Change to an operator project, or start one with `yo autopilot`.',
  ]),
  fileUnreadable: fault<{ reason: string }>('ERR_AP_FILE_UNREADABLE', ({ reason }) => [
    `The file cannot be read: ${reason}.`,
    'Make it a readable text file.',
  ]),
  fileEncoding: fault('ERR_AP_FILE_ENCODING', () => ['The file is not UTF-8 text.', 'Save it as UTF-8.']),
  fileEmpty: fault('ERR_AP_FILE_EMPTY', () => [
    'The file is empty.',
    'Describe the project: at least `kind`, `apiVersion`, `operatorName` and `phases`.',
  ]),

  // YAML
  yamlSyntax: fault<{ reason: string }>('ERR_AP_YAML_SYNTAX', ({ reason }) => [
    `This is not valid YAML: ${reason}.`,
    'Correct the syntax here or in the line above.',
  ]),
  yamlTab: fault('ERR_AP_YAML_TAB', () => ['A tab is used for indentation.', 'Indent with spaces.']),
  yamlDuplicateKey: fault<{ key: string; line: number }>('ERR_AP_YAML_DUPLICATE_KEY', ({ key, line }) => [
    `The key \`${key}\` stands here a second time; line ${line} has it already.`,
    'Remove one of the two.',
  ]),
  yamlDocuments: fault<{ count: number }>('ERR_AP_YAML_DOCUMENTS', ({ count }) => [
    `The file holds ${count} documents, and only one is read.`,
    'Remove the `---` and what follows it.',
  ]),
  yamlAlias: fault<{ reason: string }>('ERR_AP_YAML_ALIAS', ({ reason }) => [
    `This alias cannot be followed: ${reason}.`,
    'Write the value out.',
  ]),
  yamlTag: fault<{ tag: string }>('ERR_AP_YAML_TAG', ({ tag }) => [
    `The tag \`${tag}\` means nothing for this value.`,
    'Remove it.',
  ]),
  yamlKey: fault('ERR_AP_YAML_KEY', () => [
    'A key has to be plain text.',
    'Replace it by the name of a field; a merge key (`<<`) has to be written out.',
  ]),
  conflictMarkers: fault('ERR_AP_CONFLICT_MARKERS', () => [
    'Conflict markers of a merge were left here.',
    'Decide what is to stay, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`.',
  ]),

  // What the tool keeps of its own below .autopilot/
  baseDamaged: fault<{ reason: string }>('ERR_AP_BASE_DAMAGED', ({ reason }) => [
    `What the tool wrote last cannot be read here: ${reason}.`,
    'Bring it back from version control, or delete it: the file that it is of then counts as edited where it differs.',
  ]),

  // Shape
  wrongType: fault<{ expected: string; found: string; hint?: string }>(
    'ERR_AP_WRONG_TYPE',
    ({ expected, found, hint }) => [`Expected ${expected}, found ${found}.`, hint ?? `Write ${expected}.`],
  ),
  required: fault<{ key: string; example: string }>('ERR_AP_REQUIRED', ({ key, example }) => [
    `\`${key}\` is missing.`,
    `Add it, for example \`${example}\`.`,
  ]),
  emptyText: fault('ERR_AP_EMPTY', () => ['The value is empty.', 'Fill it in, or remove the key.']),
  unknownKey: fault<{ key: string; hint: string }>('ERR_AP_UNKNOWN_KEY', ({ key, hint }) => [
    `There is no key \`${key}\` here.`,
    hint,
  ]),
  unknownValue: fault<{ value: string; hint: string }>('ERR_AP_UNKNOWN_VALUE', ({ value, hint }) => [
    `\`${value}\` is none of the possible values.`,
    hint,
  ]),
  numberRange: fault<{ value: number; minimum: number; maximum?: number }>(
    'ERR_AP_NUMBER_RANGE',
    ({ value, minimum, maximum }) => [
      `${value} is out of range.`,
      `Write a whole number from ${minimum}${maximum === undefined ? '' : ` to ${maximum}`}.`,
    ],
  ),
  duration: fault<{ value: string }>('ERR_AP_DURATION', ({ value }) => [
    `\`${value}\` is not a duration.`,
    'Write a number and a unit, such as `500ms`, `5s`, `1m30s` or `2h`.',
  ]),
  durationRange: fault<{ value: string }>('ERR_AP_DURATION_RANGE', ({ value }) => [
    `A time of ${value} cannot be waited for.`,
    'Write a time of at least `1ms` and at most `596h`.',
  ]),
  address: fault<{ value: string }>('ERR_AP_ADDRESS', ({ value }) => [
    `\`${value}\` is not an address to listen on.`,
    'Write `":<port>"` or `"<host>:<port>"` with a port from 1 to 65535, or `""` to serve nothing.',
  ]),
  addressClash: fault<{ other: string; address: string }>('ERR_AP_ADDRESS_CLASH', ({ other, address }) => [
    `\`${other}\` listens on the same port (${address}).`,
    'Give each of the two a port of its own.',
  ]),
  duplicate: fault<{ value: string }>('ERR_AP_DUPLICATE', ({ value }) => [
    `\`${value}\` stands in this list twice.`,
    'Remove one of the two.',
  ]),

  // Names of the kind and the operator
  kind: fault<{ kind: string; suggestion: string }>('ERR_AP_KIND', ({ kind, suggestion }) => [
    `\`${kind}\` is not a kind's name: it is written in UpperCamelCase, with letters and digits only.`,
    `Write for example \`${suggestion}\`.`,
  ]),
  kindReserved: fault<{ kind: string }>('ERR_AP_KIND_RESERVED', ({ kind }) => [
    `The kind \`${kind}\` would hide a name that generated TypeScript needs.`,
    `Choose another one, for example \`My${kind}\`.`,
  ]),
  kindTaken: fault<{ kind: string; group: string }>('ERR_AP_KIND_TAKEN', ({ kind, group }) => [
    `\`${kind}\` of ${group} is a kind that others define.`,
    'Use a group of your own: a domain that belongs to you.',
  ]),
  apiVersion: fault<{ apiVersion: string }>('ERR_AP_API_VERSION', ({ apiVersion }) => [
    `\`${apiVersion}\` is not a group and a version.`,
    'Write `<group>/<version>`, for example `examples.io/v1`.',
  ]),
  group: fault<{ group: string }>('ERR_AP_GROUP', ({ group }) => [
    `The group \`${group}\` is not a domain: lower-case words of letters, digits and dashes with at least one dot between them, at most 253 characters.`,
    'Use a domain that belongs to you, for example `examples.io`.',
  ]),
  groupProtected: fault<{ group: string }>('ERR_AP_GROUP_PROTECTED', ({ group }) => [
    `The group \`${group}\` belongs to the Kubernetes project, whose approval the API server asks for.`,
    'Use a domain that belongs to you, for example `examples.io`.',
  ]),
  version: fault<{ version: string }>('ERR_AP_VERSION', ({ version }) => [
    `\`${version}\` is not an API version.`,
    'Write `v1`, or `v1alpha1` or `v1beta1` while the API may still change.',
  ]),
  operatorName: fault<{ name: string }>('ERR_AP_OPERATOR_NAME', ({ name }) => [
    `\`${name}\` cannot be the name of Kubernetes resources.`,
    'Use lower-case letters, digits and dashes, with a letter or digit first and last.',
  ]),
  crdName: fault<{ name: string }>('ERR_AP_CRD_NAME', ({ name }) => [
    `\`${name}\` cannot be a name of the kind in URLs and on kubectl's command line.`,
    'Use lower-case letters, digits and dashes, with a letter first and a letter or digit last, at most 63 characters.',
  ]),
  crdNameTaken: fault<{ name: string; by: string }>('ERR_AP_CRD_NAME_TAKEN', ({ name, by }) => [
    `\`${name}\` is the ${by} of this kind already.`,
    'Remove it here.',
  ]),
  tooLong: fault<{ length: number; limit: number; why: string }>('ERR_AP_TOO_LONG', ({ length, limit, why }) => [
    `The name has ${length} characters, and at most ${limit} are possible: ${why}.`,
    'Choose a shorter one.',
  ]),
  namespaceName: fault<{ name: string }>('ERR_AP_NAMESPACE_NAME', ({ name }) => [
    `\`${name}\` cannot be the name of a namespace.`,
    'Use at most 63 lower-case letters, digits and dashes, with a letter or digit first and last.',
  ]),
  watchNamespaceScope: fault<{ kind: string }>('ERR_AP_WATCH_NAMESPACE_SCOPE', ({ kind }) => [
    `${kind} has scope Cluster, so the operator cannot work in one namespace only.`,
    'Remove `watchNamespace`, or set `scope: Namespaced` in autopilot.yaml.',
  ]),

  // Phases
  noPhases: fault('ERR_AP_NO_PHASES', () => [
    'There is no phase.',
    'Add at least one, for example `- { name: Initializing, initial: true }`.',
  ]),
  phaseName: fault<{ name: string; suggestion: string }>('ERR_AP_PHASE_NAME', ({ name, suggestion }) => [
    `\`${name}\` is not a phase's name: it is written in UpperCamelCase, with letters and digits only.`,
    `Write for example \`${suggestion}\`; resources that are in \`${name}\` already are found by \`renamedFrom: ${name}\`.`,
  ]),
  phaseReserved: fault<{ name: string; why: string }>('ERR_AP_PHASE_RESERVED', ({ name, why }) => [
    `A phase cannot be called \`${name}\`: ${why}.`,
    'Choose another name, for example an activity such as `Syncing`.',
  ]),
  phaseDuplicate: fault<{ name: string; other: string; line: number }>(
    'ERR_AP_PHASE_DUPLICATE',
    ({ name, other, line }) => [
      name === other
        ? `There is a phase \`${name}\` already, in line ${line}.`
        : `\`${name}\` differs from the phase \`${other}\` in line ${line} by case only, and their folders would be one on some systems.`,
      'Rename one of the two.',
    ],
  ),
  initialMissing: fault<{ first: string }>('ERR_AP_INITIAL_MISSING', ({ first }) => [
    'No phase is the initial one.',
    `Add \`initial: true\` to the phase in which new resources start, for example \`${first}\`.`,
  ]),
  initialSeveral: fault<{ name: string; other: string }>('ERR_AP_INITIAL_SEVERAL', ({ name, other }) => [
    `\`${name}\` is initial, and so is \`${other}\`.`,
    'Keep `initial: true` in one phase only.',
  ]),
  initialFinal: fault<{ name: string }>('ERR_AP_INITIAL_FINAL', ({ name }) => [
    `\`${name}\` is initial and final, so nothing would ever be done.`,
    'Remove one of the two.',
  ]),
  finalWork: fault<{ name: string; key: string }>('ERR_AP_FINAL_WORK', ({ name, key }) => [
    `The phase \`${name}\` is final, so no worker runs in it, and \`${key}\` has no use there.`,
    `Remove \`${key}\`, or \`final: true\`.`,
  ]),
  phaseUnknown: fault<{ name: string; hint: string }>('ERR_AP_PHASE_UNKNOWN', ({ name, hint }) => [
    `There is no phase \`${name}\`.`,
    hint,
  ]),
  phaseFinalTarget: fault<{ key: string; name: string }>('ERR_AP_PHASE_FINAL_TARGET', ({ key, name }) => [
    `\`${name}\` is a final phase, so nothing would be done about the change.`,
    `Name a phase with a worker in \`${key}\`.`,
  ]),
  onSpecChangeUnused: fault('ERR_AP_ON_SPEC_CHANGE_UNUSED', () => [
    '`onSpecChange` is for resources in a final phase, and no phase is final.',
    'Remove it: phases that are not final run again by themselves when the spec changes.',
  ]),
  phaseUnreachable: fault<{ name: string; initial: string }>('ERR_AP_PHASE_UNREACHABLE', ({ name, initial }) => [
    `No way leads from \`${initial}\` to \`${name}\`.`,
    `Add \`${name}\` to the \`next\` of a phase that leads to it, or remove it.`,
  ]),
  finalizerUnused: fault<{ key: string }>('ERR_AP_FINALIZER_UNUSED', ({ key }) => [
    `\`finalizer.${key}\` is for \`src/finalizer.ts\`, which does not run.`,
    'Add `enableFinalizer: true`, or remove it.',
  ]),
  renamedFrom: fault<{ name: string; phase: string }>('ERR_AP_RENAMED_FROM', ({ name, phase }) => [
    `\`${name}\` cannot be a former name of two phases or of one that still has it: \`${phase}\` has it too.`,
    'Remove it from one of them.',
  ]),

  // Inputs and outputs
  parameterUnknown: fault<{ name: string; hint: string }>('ERR_AP_PARAMETER_UNKNOWN', ({ name, hint }) => [
    `\`${name}\` is neither built in nor one of \`customParameters\`.`,
    hint,
  ]),
  outputMetrics: fault('ERR_AP_OUTPUT_METRICS', () => ['`metrics` can be read only.', 'Move it to `inputs`.']),
  rollbackMetadata: fault<{ name: string; output: string }>('ERR_AP_ROLLBACK_METADATA', ({ name, output }) => [
    `\`${output}\` is kept as metadata only, and the phase \`${name}\`, which has \`rollback: true\`, has to put it back as it was.`,
    'Remove `metadataOnly`, or `rollback`.',
  ]),
  outputSame: fault<{ name: string; other: string }>('ERR_AP_OUTPUT_SAME', ({ name, other }) => [
    `\`${name}\` and \`${other}\` are one kind, so that each of the two would delete what the worker returns for the other.`,
    'Remove one of them.',
  ]),
  patchSame: fault<{ name: string; other: string }>('ERR_AP_PATCH_SAME', ({ name, other }) => [
    `\`${name}\` and \`${other}\` are one kind, and an object that is patched for both would have two managers of this operator.`,
    'Remove one of them.',
  ]),
  metricsOption: fault<{ key: string }>('ERR_AP_METRICS_OPTION', ({ key }) => [
    `\`${key}\` means nothing for \`metrics\`, which is a client for queries.`,
    'Write just `metrics`.',
  ]),
  optionSide: fault<{ key: string; side: string }>('ERR_AP_OPTION_SIDE', ({ key, side }) => [
    `\`${key}\` means nothing for ${side}.`,
    'Remove it.',
  ]),
  namespaceOwn: fault<{ subject: string }>('ERR_AP_NAMESPACE_OWN', ({ subject }) => [
    `${subject} has no namespace, so \`own\` means nothing here.`,
    'Remove `namespace`, or set it to `any`.',
  ]),
  rbacOutput: fault<{ name: string; plural: string }>('ERR_AP_RBAC_OUTPUT', ({ name, plural }) => [
    `Whoever writes ${name} hands out rights, so the operator's own have to be declared.`,
    `Add a rule for \`${plural}\` of \`rbac.authorization.k8s.io\` to \`rbac\`, with \`escalate\` or \`bind\`, or with the rights that are handed out.`,
  ]),
  selectorKey: fault<{ key: string }>('ERR_AP_LABEL_KEY', ({ key }) => [
    `\`${key}\` is not a label's key.`,
    'Write `name` or `domain/name`; a name has at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit first and last.',
  ]),
  selectorValue: fault<{ value: string }>('ERR_AP_LABEL_VALUE', ({ value }) => [
    `\`${value}\` is not a label's value.`,
    'Use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit first and last.',
  ]),
  selectorValues: fault<{ operator: string; wanted: boolean }>('ERR_AP_SELECTOR_VALUES', ({ operator, wanted }) => [
    `The operator ${operator} ${wanted ? 'needs' : 'takes no'} \`values\`.`,
    wanted ? 'List at least one.' : 'Remove them.',
  ]),

  // Rules
  ruleVerbs: fault('ERR_AP_RULE_VERBS', () => [
    'The rule allows nothing, since it has no `verbs`.',
    'Name them, for example `verbs: [get]`.',
  ]),
  ruleResources: fault<{ lacking: string }>('ERR_AP_RULE_RESOURCES', ({ lacking }) => [
    `The rule allows nothing, since it has no \`${lacking}\`.`,
    'Name both `apiGroups` (`""` is the core group) and `resources`, or only `nonResourceURLs`.',
  ]),
  ruleMixed: fault('ERR_AP_RULE_MIXED', () => [
    'A rule is either about resources or about `nonResourceURLs`.',
    'Make two rules of it.',
  ]),

  // Own parameters
  parameterName: fault<{ name: string }>('ERR_AP_PARAMETER_NAME', ({ name }) => [
    `\`${name}\` cannot be a parameter's name.`,
    "Write the kind's plural in lower case, for example `pods`, or another name in lowerCamelCase.",
  ]),
  parameterPlural: fault<{ name: string }>('ERR_AP_PARAMETER_PLURAL', ({ name }) => [
    `\`${name}\` is not the plural of a kind in UpperCamelCase.`,
    'Write for example `Pods`.',
  ]),
  parameterGroup: fault<{ group: string }>('ERR_AP_PARAMETER_GROUP', ({ group }) => [
    `\`${group}\` is not an API group.`,
    'Write it as in `apiVersion` before the slash, for example `apps` or `networking.istio.io`; `""` is the core group.',
  ]),
  parameterTaken: fault<{ name: string; by: string }>('ERR_AP_PARAMETER_TAKEN', ({ name, by }) => [
    `The name \`${name}\` is taken by ${by}.`,
    'Remove this parameter where they are the same kind; else choose another `lowerName` and give the plural in `pluralName`.',
  ]),
  parameterSame: fault<{ name: string; other: string }>('ERR_AP_PARAMETER_SAME', ({ name, other }) => [
    `\`${name}\` and \`${other}\` are one kind.`,
    `Use \`${other}\`, and remove this parameter.`,
  ]),
  parameterVersion: fault<{ name: string }>('ERR_AP_PARAMETER_VERSION', ({ name }) => [
    `The version of \`${name}\` is not known.`,
    'Add `version`, for example `version: v1`; only a `package` that ends in a version tells it.',
  ]),
  typesModule: fault<{ types: string }>('ERR_AP_TYPES_MODULE', ({ types }) => [
    `\`${types}\` is not a module with a type.`,
    "Write `<module>#<Type>`, for example `some-package/v1#IThing` or `./src/api/thing.ts#Thing`; without `#` the type is called like the kind, with an `I` before it in kubernetes-models' packages.",
  ]),

  // Queries
  queryName: fault<{ name: string }>('ERR_AP_QUERY_NAME', ({ name }) => [
    `\`${name}\` cannot be a query's name.`,
    'Write words of letters and digits, joined by dashes, with a letter first, for example `success-rate`.',
  ]),
  queryTaken: fault<{ name: string; method: string; by: string }>('ERR_AP_QUERY_TAKEN', ({ name, method, by }) => [
    `The query \`${name}\` would become the method \`${method}\`, as ${by} does.`,
    'Choose another name.',
  ]),
  queryTemplate: fault<{ found: string }>('ERR_AP_QUERY_TEMPLATE', ({ found }) => [
    `\`${found}\` in the template is not a placeholder.`,
    'Write placeholders as `{{ .Name }}`; nothing else of Go templates is known.',
  ]),
  queryPlace: fault<{ text: string; where: string }>('ERR_AP_QUERY_PLACE', ({ text, where }) => [
    `\`${text}\` stands ${where}, where no argument can be put safely.`,
    'Put placeholders into the strings of labels, into `[…]` as a whole duration, or where a number or a name can stand.',
  ]),
  queryPlaceholder: fault<{ name: string; hint: string }>('ERR_AP_QUERY_PLACEHOLDER', ({ name, hint }) => [
    `The template uses \`{{ .${name} }}\`, which is not one of the query's \`parameters\`.`,
    hint,
  ]),
  queryParameterUnused: fault<{ name: string }>('ERR_AP_QUERY_PARAMETER_UNUSED', ({ name }) => [
    `The parameter \`${name}\` is not used by the template.`,
    `Put \`{{ .${name} }}\` into the template, or remove the parameter.`,
  ]),
  queryParameterName: fault<{ name: string }>('ERR_AP_QUERY_PARAMETER_NAME', ({ name }) => [
    `\`${name}\` cannot be the name of a query's parameter.`,
    'Write letters and digits, with a letter first, and no word that TypeScript reserves, for example `Namespace`.',
  ]),

  // Edits
  edit: fault<{ what: string; reason: string }>('ERR_AP_EDIT', ({ what, reason }) => [
    `${what} cannot be done by the tool: ${reason}.`,
    'Make this change by hand, and start the command again.',
  ]),
  editExists: fault<{ name: string }>('ERR_AP_EDIT_EXISTS', ({ name }) => [
    `There is a phase \`${name}\` already.`,
    'Choose another name, or change the phase in autopilot.yaml.',
  ]),

  // Manifests
  image: fault<{ image: string }>('ERR_AP_IMAGE', ({ image }) => [
    `\`${image}\` is not the name of a container image.`,
    'Write for example `registry.example.com/team/operator:1.0.0`.',
  ]),
  quantity: fault<{ value: string }>('ERR_AP_QUANTITY', ({ value }) => [
    `\`${value}\` is not an amount of a resource.`,
    'Write for example `100m` for processors and `128Mi` for memory.',
  ]),
  memoryLimit: fault<{ request: string; limit: string }>('ERR_AP_MEMORY_LIMIT', ({ request, limit }) => [
    `The limit of memory, ${limit}, is below what is requested, ${request}.`,
    'Raise the limit, or lower the request.',
  ]),
  replicas: fault<{ replicas: number }>('ERR_AP_REPLICAS', ({ replicas }) => [
    `${replicas} replicas would all work at once, since \`enableLeaderElection\` is false.`,
    'Use 1, or set `enableLeaderElection: true` in autopilot-operator.yaml.',
  ]),
  namespacedScope: fault<{ kind: string }>('ERR_AP_NAMESPACED_SCOPE', ({ kind }) => [
    `${kind} has scope Cluster, so its operator cannot be deployed for one namespace.`,
    'Deploy it for the whole cluster, or set `scope: Namespaced` in autopilot.yaml.',
  ]),
} as const;
