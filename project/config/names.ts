import type { TextRule } from './scalars.ts';
import { FAULTS } from '../errors.ts';

/** The rules that names follow, as Kubernetes and TypeScript ask for them. */

/** RFC 1035 label: plurals and short names of kinds. */
const DNS_1035_LABEL = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
/** RFC 1123 label: names of namespaces; of operators without the limit, since theirs is lower. */
const DNS_1123_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_1123_LABEL_OF_ANY_LENGTH = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
/** RFC 1123 subdomain with at least one dot. */
const DOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)+$/;
const SUBDOMAIN = /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*)?$/;
const UPPER_CAMEL = /^[A-Z][A-Za-z0-9]*$/;
const VERSION = /^v[1-9][0-9]*(?:(?:alpha|beta)[1-9][0-9]*)?$/;
const QUALIFIED_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** The Service for metrics is called `<operatorName>-metrics`, and a Service's name has at most 63 characters. */
const OPERATOR_NAME_LIMIT = 63 - '-metrics'.length;
/** The kind of its list, `<Kind>List`, has to be a label too. */
const KIND_LIMIT = 63 - 'List'.length;

export const isVersion = (text: string): boolean => VERSION.test(text);
export const isDomain = (text: string): boolean => DOMAIN.test(text) && text.length <= 253;
/** Groups under which the API server refuses a CRD without an approval. */
export const isProtectedGroup = (group: string): boolean => /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group);
export const isNamespaceName = (text: string): boolean => DNS_1123_LABEL.test(text);
export const isLabelValue = (text: string): boolean => LABEL_VALUE.test(text);

export function isLabelKey(text: string): boolean {
  const [name = '', prefix, ...rest] = text.split('/').toReversed();
  if (rest.length > 0 || !QUALIFIED_NAME.test(name)) return false;
  return prefix === undefined || (prefix !== '' && SUBDOMAIN.test(prefix) && prefix.length <= 253);
}

export const KIND_RULES: readonly TextRule[] = [
  { pattern: UPPER_CAMEL, fault: (kind) => FAULTS.kind({ kind, suggestion: upperCamel(kind, 'AutoRoute') }) },
  {
    maxLength: KIND_LIMIT,
    fault: (kind) =>
      FAULTS.tooLong({
        length: kind.length,
        limit: KIND_LIMIT,
        why: 'the kind of its list ends in `List` and is limited to 63',
      }),
  },
];

export const API_VERSION_RULES: readonly TextRule[] = [
  { pattern: /^[^/]+\/[^/]+$/, fault: (apiVersion) => FAULTS.apiVersion({ apiVersion }) },
];

/** Group and version in one, for the schema: the rules judge each by itself. */
export const API_VERSION_PATTERN = `${DOMAIN.source.slice(0, -1)}/${VERSION.source.slice(1)}`;

export const VERSION_RULES: readonly TextRule[] = [
  { pattern: VERSION, fault: (version) => FAULTS.version({ version }) },
];

export const OPERATOR_NAME_RULES: readonly TextRule[] = [
  { pattern: DNS_1123_LABEL_OF_ANY_LENGTH, fault: (name) => FAULTS.operatorName({ name }) },
  {
    maxLength: OPERATOR_NAME_LIMIT,
    fault: (name) =>
      FAULTS.tooLong({
        length: name.length,
        limit: OPERATOR_NAME_LIMIT,
        why: 'its Service is called `<operatorName>-metrics`',
      }),
  },
];

export const CRD_NAME_RULES: readonly TextRule[] = [
  { pattern: DNS_1035_LABEL, fault: (name) => FAULTS.crdName({ name }) },
  { maxLength: 63, fault: (name) => FAULTS.crdName({ name }) },
];

/** Folders are named after phases, and most file systems stop at 255 bytes; a metric's label should be shorter still. */
const PHASE_LIMIT = 63;

export const PHASE_RULES: readonly TextRule[] = [
  { pattern: UPPER_CAMEL, fault: (name) => FAULTS.phaseName({ name, suggestion: upperCamel(name, 'Syncing') }) },
  {
    maxLength: PHASE_LIMIT,
    fault: (name) =>
      FAULTS.tooLong({ length: name.length, limit: PHASE_LIMIT, why: 'folders and metrics are named after phases' }),
  },
];

export const PARAMETER_NAME_RULES: readonly TextRule[] = [
  { pattern: /^[a-z][A-Za-z0-9]*$/, fault: (name) => FAULTS.parameterName({ name }) },
];

export const PARAMETER_PLURAL_RULES: readonly TextRule[] = [
  { pattern: UPPER_CAMEL, fault: (name) => FAULTS.parameterPlural({ name }) },
];

export const PARAMETER_GROUP_RULES: readonly TextRule[] = [
  { pattern: SUBDOMAIN, fault: (group) => FAULTS.parameterGroup({ group }) },
  { maxLength: 253, fault: (group) => FAULTS.parameterGroup({ group }) },
];

/** A package or a relative path, and after `#` the type's name. */
export const TYPES_MODULE = /^((?:\.{1,2}\/|@[\w.-]+\/)?[\w.-]+(?:\/[\w.-]+)*)(?:#([A-Za-z_$][\w$]*))?$/;

export const TYPES_RULES: readonly TextRule[] = [
  { pattern: TYPES_MODULE, fault: (types) => FAULTS.typesModule({ types }) },
];

export const QUERY_NAME_RULES: readonly TextRule[] = [
  { pattern: /^[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*$/, fault: (name) => FAULTS.queryName({ name }) },
];

export const QUERY_PARAMETER_RULES: readonly TextRule[] = [
  { pattern: /^[A-Za-z][A-Za-z0-9]*$/, fault: (name) => FAULTS.queryParameterName({ name }) },
];

export const NAMESPACE_RULES: readonly TextRule[] = [
  { pattern: /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)?$/, fault: (name) => FAULTS.namespaceName({ name }) },
];

/** `auto route` → `AutoRoute`; the example where nothing remains. */
function upperCamel(text: string, example: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .replace(/^[0-9]+/, '');
  return joined === '' ? example : joined.charAt(0).toUpperCase() + joined.slice(1);
}

/** What ECMAScript modules and TypeScript do not take as a variable's name. */
const RESERVED_WORDS = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

export const isReservedWord = (name: string): boolean => RESERVED_WORDS.has(name);

/** Names of devices, which Windows does not take as a folder's or file's name, whatever the case or ending. */
export function isWindowsDevice(name: string): boolean {
  return /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(name);
}
