/** Named formats: `format.dns1123Label().validate(text)`. Source: k8s.io/apiserver/pkg/cel/library/format.go. */
import { stringFormat } from '../../schema/formats.ts';
import { quote } from '../../schema/go-text.ts';
import {
  isLabelValue,
  isQualifiedName,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
} from '../../schema/names.ts';
import { asText, overload, type Overload } from '../functions.ts';
import { FORMAT } from '../types.ts';
import { CelList, EvaluationError, OpaqueValue, Optional, type Value } from '../values.ts';

/** What is wrong with a text; nothing if all is well. */
type Check = (text: string) => readonly string[];

class FormatValue extends OpaqueValue {
  readonly type = FORMAT;
  readonly name: string;
  readonly check: Check;
  /** The length that its pattern counts for. */
  readonly cost: number;

  constructor(name: string, check: Check, cost: number) {
    super();
    this.name = name;
    this.check = check;
    this.cost = cost;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

const known =
  (format: string, problem: (text: string) => string): Check =>
  (text) =>
    stringFormat(format)?.(text) === true ? [] : [problem(text)];

const FORMATS: ReadonlyMap<string, FormatValue> = new Map(
  (
    [
      ['dns1123Label', (text) => nameIsDnsLabel(text), 30],
      ['dns1123Subdomain', (text) => nameIsDnsSubdomain(text), 60],
      ['dns1035Label', (text) => nameIsDns1035Label(text), 30],
      ['qualifiedName', isQualifiedName, 60],
      ['dns1123LabelPrefix', (text) => nameIsDnsLabel(text, true), 30],
      ['dns1123SubdomainPrefix', (text) => nameIsDnsSubdomain(text, true), 60],
      ['dns1035LabelPrefix', (text) => nameIsDns1035Label(text, true), 30],
      ['labelValue', isLabelValue, 40],
      ['uri', known('uri', (text) => `parse ${quote(text)}: invalid URI for request`), 1103],
      ['uuid', known('uuid', () => 'does not match the UUID format'), 84],
      ['byte', known('byte', () => 'invalid base64'), 84],
      ['date', known('date', () => 'invalid date'), 121],
      ['datetime', known('datetime', () => 'invalid datetime'), 121],
    ] satisfies readonly (readonly [string, Check, number])[]
  ).map(([name, check, cost]) => [name, new FormatValue(name, check, cost)]),
);

const asFormat = (value: Value | undefined): FormatValue => {
  if (!(value instanceof FormatValue)) throw new EvaluationError('no such overload');
  return value;
};

/** The length that a format's pattern counts for; undefined for another value. */
export function formatCost(value: Value | undefined): number | undefined {
  return value instanceof FormatValue ? value.cost : undefined;
}

function validate(format: FormatValue, text: string): Optional {
  const problems = format.check(text);
  return problems.length === 0 ? Optional.none : new Optional(CelList.of(problems));
}

export const NAMED_FORMATS: readonly Overload[] = [
  ...Array.from(FORMATS, ([name, value]) => overload(`format.${name}`, `"format.${name}"(): format`, () => value)),
  overload(
    'format-named',
    '"format.named"(string): optional(format)',
    (name) => new Optional(FORMATS.get(asText(name))),
  ),
  overload('format-validate', 'format.validate(string): optional(list(string))', (format, text) =>
    validate(asFormat(format), asText(text)),
  ),
];
