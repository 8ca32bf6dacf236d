import type { Project } from '../model.ts';
import { docComment } from './comment.ts';

/** Whether the project has settings of its own: `config:` is in autopilot-operator.yaml, be it empty. */
export function hasConfig({ operator }: Project): boolean {
  return operator.config !== undefined;
}

/** `src/config.ts`: the schema of the project's own settings, begun with what `config:` holds when it is first written. */
export function configFile({ operator }: Project): string {
  return `import * as z from 'zod';

${docComment(
  "The operator's own settings: what `config:` in autopilot-operator.yaml may hold. Workers get it as `config`, with the defaults that are given here; what does not fit is refused as the operator starts.",
)}
export const config = ${schemaOf(operator.config ?? {})};
`;
}

function schemaOf(value: unknown): string {
  if (Array.isArray(value)) return `z.array(${value.length > 0 ? schemaOf(value[0]) : 'z.unknown()'})`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${nameOf(key)}: ${schemaOf(member)}`);
    return `z.strictObject({${members.length > 0 ? ` ${members.join(', ')} ` : ''}})`;
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? `z.${typeof value}()` : 'z.unknown()';
}

function nameOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}
