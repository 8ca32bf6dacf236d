import type { ResourceType } from './types.ts';

/** Whether objects of this kind hold what nobody may read in a log. */
export function isSecret({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): boolean {
  return group === '' && plural === 'secrets';
}

/**
 * A server's words about a Secret without the values that they quote: between quotation marks, and as Go prints what it could not decode. What
 * is quoted and is `name` stays.
 */
export function withoutValues(message: string, name: string | undefined): string {
  return message
    .replace(/"((?:[^"\\]|\\.)*)"/g, (quoted: string, text: string) =>
      text === name || /^(?:Secret|v1)$/.test(text) ? quoted : '"…"',
    )
    .replace(/\{Value:[^]*\}/g, '{Value:…}')
    .replace(/Invalid value: [^"\s][^]*?(?=: |$)/g, 'Invalid value: …');
}
