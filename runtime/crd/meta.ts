import { extensionFault } from './extensions.ts';
import { REFUSALS } from './errors.ts';
import type { Refusal } from './errors.ts';
import { isJson } from './structural.ts';
import type { StructuralSchema } from './structural.ts';
import { metaOf } from './zod.ts';
import type { ZodSchema } from './zod.ts';

/** Keywords that say what zod's methods say: two sources of one rule would go apart. */
const ZOD_KEYWORDS = new Set(
  (
    'type enum const pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems ' +
    'uniqueItems properties required additionalProperties items allOf anyOf oneOf not nullable default $ref'
  ).split(' '),
);

const RULES = 'x-kubernetes-validations';

/** Formats that the API server checks in texts. Source: k8s.io/kube-openapi/pkg/validation/strfmt. */
const TEXT_FORMATS = new Set(
  (
    'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor ' +
    'byte password date duration date-time datetime k8s-short-name k8s-long-name'
  ).split(' '),
);

/**
 * What `.describe()` and `.meta()` add. Of meta's keys a CRD takes title, description, an example, externalDocs, a format and
 * `x-kubernetes-…`; notes of other tools, `id` and `deprecated` among them, have no place there and stay behind.
 */
export function withMeta(
  schema: ZodSchema,
  structure: StructuralSchema,
  refuse: (refusal: Refusal) => undefined,
): StructuralSchema {
  const notes: { title?: string; description?: string } = {};
  const result: { -readonly [Key in keyof StructuralSchema]: StructuralSchema[Key] } = { ...structure };
  for (const [key, value] of metaOf(schema)) {
    if (key === 'description' || key === 'title') {
      if (typeof value === 'string') notes[key] = value;
    } else if (key === 'example' || key === 'examples') {
      const example: unknown = key === 'examples' && Array.isArray(value) ? value[0] : value;
      if (isJson(example)) result.example = example;
    } else if (key === 'externalDocs') {
      if (isDocs(value)) result.externalDocs = value;
    } else if (key === 'format') {
      const known = typeof value === 'string' && structure.type === 'string' && TEXT_FORMATS.has(value);
      // Beside the type it would make the server take lists too: see text-formats.ts.
      if (known) result.allOf = [...(result.allOf ?? []), { format: value }];
      else
        refuse(
          REFUSALS.format(
            String(value),
            "Remove it from `.meta()`; texts can have the server's formats, such as `duration`.",
          ),
        );
    } else if (key.startsWith('x-kubernetes-')) {
      const fault = extensionFault(key, value, result, metaOf(schema));
      if (fault) refuse(fault);
      else Object.assign(result, { [key]: key === RULES ? [result[RULES] ?? [], value].flat() : value });
    } else if (ZOD_KEYWORDS.has(key)) {
      refuse(REFUSALS.meta(key));
    }
  }
  return { ...notes, ...result, ...notes };
}

function isDocs(value: unknown): value is { url: string; description?: string } {
  return typeof value === 'object' && value !== null && 'url' in value && typeof value.url === 'string';
}
