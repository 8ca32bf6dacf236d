import { SelectorSyntaxError } from './label-selector.ts';

/** One condition on a field; all of a selector's must hold. Source: k8s.io/apimachinery/pkg/fields. */
export interface FieldRequirement {
  readonly field: string;
  readonly negated: boolean;
  readonly value: string;
}

/** Reads `metadata.name=a,status.phase!=Running`. Throws a {@link SelectorSyntaxError}. */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .sort()
    .map((term) => {
      const found = /!=|==|=/.exec(term);
      if (!found) throw new SelectorSyntaxError(`invalid selector: '${text}'; can't understand '${term}'`);
      return {
        field: term.slice(0, found.index),
        negated: found[0] === '!=',
        value: unescape(term.slice(found.index + found[0].length)),
      };
    })
    .filter(({ field, value }) => field !== '' || value !== '');
}

/** The value that the selector asks of `field`, if it asks for exactly one. */
export function exactValue(requirements: readonly FieldRequirement[], field: string): string | undefined {
  return requirements.find((requirement) => requirement.field === field && !requirement.negated)?.value;
}

/** At commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  return text.match(/(?:\\[^]|[^\\,]|\\$)+/g) ?? [];
}

function unescape(text: string): string {
  return text.replaceAll(/\\([^]?)|[,=]/gu, (found, escaped: string | undefined) => {
    if (escaped === undefined) {
      throw new SelectorSyntaxError(`invalid field selector: unescaped character in value: ${found.codePointAt(0)}`);
    }
    if (escaped !== '\\' && escaped !== ',' && escaped !== '=') {
      throw new SelectorSyntaxError(`invalid field selector: invalid escape sequence: ${found}`);
    }
    return escaped;
  });
}
