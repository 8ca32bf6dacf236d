import { FAULTS } from '../../errors.ts';
import type { Input, Output, Parameter, PolicyRule, Project, ResourceParameter, Selector } from '../../model.ts';
import type { InputEntry, OutputEntry, SelectorEntry } from '../autopilot-fields.ts';
import { isLabelKey, isLabelValue } from '../names.ts';
import type { Reading } from '../reading.ts';
import type { Path } from '../source.ts';
import { nearest } from '../suggest.ts';
import { defined } from './identity.ts';
import type { Parameters } from './parameters.ts';

/** What inputs and outputs are checked against. */
export interface Surroundings {
  readonly kind: string;
  readonly scope: Project['scope'];
  readonly parameters: Parameters;
  readonly rbac: readonly PolicyRule[];
}

export function checkInput(entry: InputEntry, path: Path, reading: Reading, around: Surroundings): Input | undefined {
  const parameter = findParameter(entry.name, path, reading, around.parameters);
  if (!parameter) return undefined;
  if (parameter.type === 'metrics') {
    for (const key of ['selector', 'namespace', 'metadataOnly'] as const) {
      if (entry[key] !== undefined) reading.report(FAULTS.metricsOption({ key }), [...path, key], 'key');
    }
    return { parameter, namespace: 'any', metadataOnly: false };
  }
  checkNamespaceOwn(entry.namespace, parameter, path, reading, around);
  const selector = entry.selector && checkSelector(entry.selector, [...path, 'selector'], reading);
  return {
    parameter,
    ...(selector && { selector }),
    namespace: entry.namespace ?? defaultNamespace(parameter, around),
    metadataOnly: entry.metadataOnly ?? false,
  };
}

export function checkOutput(
  entry: OutputEntry,
  path: Path,
  reading: Reading,
  around: Surroundings,
): Output | undefined {
  const parameter = findParameter(entry.name, path, reading, around.parameters);
  if (!parameter) return undefined;
  if (parameter.type === 'metrics') {
    reading.report(FAULTS.outputMetrics(), path);
    return undefined;
  }
  checkNamespaceOwn(entry.namespace, parameter, path, reading, around);
  checkRightsKind(parameter, path, reading, around);
  return {
    parameter,
    namespace: entry.namespace ?? defaultNamespace(parameter, around),
    ...(entry.metadataOnly === true && { metadataOnly: true }),
    replace: entry.replace ?? false,
  };
}

export function findParameter(
  name: string | undefined,
  path: Path,
  reading: Reading,
  parameters: Parameters,
): Parameter | undefined {
  if (name === undefined) return undefined;
  const parameter = parameters.all.get(name);
  if (!parameter && !parameters.declared.has(name)) {
    const near = nearest(name, parameters.all.keys());
    const hint = near === undefined ? 'Declare the kind in `customParameters`.' : `Did you mean \`${near}\`?`;
    reading.report(FAULTS.parameterUnknown({ name, hint }), path);
  }
  return parameter;
}

function checkNamespaceOwn(
  namespace: string | undefined,
  parameter: ResourceParameter,
  path: Path,
  reading: Reading,
  { kind, scope }: Surroundings,
): void {
  if (namespace !== 'own') return;
  if (!parameter.namespaced) reading.report(FAULTS.namespaceOwn({ subject: parameter.kind }), [...path, 'namespace']);
  else if (scope === 'Cluster')
    reading.report(FAULTS.namespaceOwn({ subject: `${kind}, of scope Cluster,` }), [...path, 'namespace']);
}

function defaultNamespace(parameter: ResourceParameter, { scope }: Surroundings): 'own' | 'any' {
  return parameter.namespaced && scope === 'Namespaced' ? 'own' : 'any';
}

/** Whoever writes roles or bindings hands out rights: the project has to say so. */
export function checkRightsKind(
  parameter: ResourceParameter,
  path: Path,
  reading: Reading,
  { rbac }: Surroundings,
): void {
  if (parameter.group !== 'rbac.authorization.k8s.io' || mentions(rbac, parameter)) return;
  reading.report(FAULTS.rbacOutput({ name: parameter.name, plural: parameter.plural }), path);
}

/** Whether a rule is about this kind, so that its author has thought about what is handed out. */
function mentions(rules: readonly PolicyRule[], { group, plural }: ResourceParameter): boolean {
  return rules.some(
    ({ apiGroups = [], resources = [] }) =>
      (apiGroups.includes(group) || apiGroups.includes('*')) && (resources.includes(plural) || resources.includes('*')),
  );
}

/** `metav1.LabelSelector`, by the rules of the API server. */
function checkSelector({ matchLabels, matchExpressions }: SelectorEntry, path: Path, reading: Reading): Selector {
  for (const [key, value] of matchLabels ?? []) {
    const place = [...path, 'matchLabels', key];
    if (!isLabelKey(key)) reading.report(FAULTS.selectorKey({ key }), place, 'key');
    if (!isLabelValue(value)) reading.report(FAULTS.selectorValue({ value }), place);
  }
  for (const [index, expression] of (matchExpressions ?? []).entries()) {
    const place = [...path, 'matchExpressions', index];
    const { key, operator, values } = expression ?? {};
    if (key !== undefined && !isLabelKey(key)) reading.report(FAULTS.selectorKey({ key }), [...place, 'key']);
    const wanted = operator === 'In' || operator === 'NotIn';
    if (operator !== undefined && wanted !== (values?.length ?? 0) > 0) {
      reading.report(FAULTS.selectorValues({ operator, wanted }), values ? [...place, 'values'] : place);
    }
    for (const [position, value] of (values ?? []).entries()) {
      if (value !== undefined && !isLabelValue(value))
        reading.report(FAULTS.selectorValue({ value }), [...place, 'values', position]);
    }
  }
  const expressions = defined(matchExpressions).map(({ key = '', operator = '', values }) =>
    values ? { key, operator, values: defined(values) } : { key, operator },
  );
  return {
    ...(matchLabels && { matchLabels: Object.fromEntries(matchLabels) }),
    ...(matchExpressions && { matchExpressions: expressions }),
  };
}
