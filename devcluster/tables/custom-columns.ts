import { formatNumber, marshalJson } from '../schema/go-text.ts';
import { since } from './duration-text.ts';
import { compileJsonPath } from './json-path.ts';
import { NAME_COLUMN } from './default-columns.ts';
import { column } from './table.ts';
import type { PrinterColumn } from '../kinds/served-kind.ts';
import type { JsonPath } from './json-path.ts';
import type { Cell, RowPrinter } from './table.ts';

/** The columns that a CustomResourceDefinition asks for, after the name. Source: apiextensions-apiserver's tableconvertor. */
export function customColumns(columns: readonly PrinterColumn[]): RowPrinter {
  const paths = columns.map(({ jsonPath }) => compileJsonPath(jsonPath));
  return {
    columns: [
      NAME_COLUMN,
      ...columns.map(({ name, type, format = '', description = '', priority = 0, jsonPath }) =>
        column(name, type, {
          format,
          description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
          priority,
        }),
      ),
    ],
    cells: (object, now) => [
      object.metadata.name,
      ...columns.map(({ type }, index) => customCell(type, paths[index], object, now)),
    ],
  };
}

/** Only the first thing that the path finds is shown. */
function customCell(type: string, path: JsonPath | undefined, object: unknown, now: Date): Cell {
  const results = path?.(object) ?? [];
  if (results.length === 0) return null;
  const value = results[0];
  switch (type) {
    case 'string':
      return printed(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return value === '' ? '<unknown>' : Number.isNaN(Date.parse(value)) ? '<invalid>' : since(value, now);
    default:
      return null;
  }
}

/** A value as text: strings as they are, lists and maps as JSON. */
function printed(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  return value === null ? '<nil>' : marshalJson(value);
}
