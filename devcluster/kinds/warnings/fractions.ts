import { quote } from '../../schema/go-text.ts';
import { stringAt } from '../../schema/json.ts';
import { isFractional, parseQuantity } from '../quantity.ts';

/** About an amount of bytes that is no whole number. @param at a map of resources. @param path the path of that map. */
export function fractionWarnings(at: unknown, resource: string, path: string): string[] {
  const text = stringAt(at, resource);
  if (!isFractional(text)) return [];
  const quantity = parseQuantity(text);
  const shown = 'error' in quantity ? text : quantity.text;
  return [`${path}[${resource}]: fractional byte value ${quote(shown)} is invalid, must be an integer`];
}
