import { errors } from '../errors.ts';

/** A zod schema of an object, as far as it is used here: zod itself is loaded by operators that have such a schema. */
export interface SettingsSchema {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: object }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/**
 * The user's own settings, `config:` of the configuration, as their schema has them: with its defaults, and nothing that it does not know.
 * Throws ERR_AP_CONFIG, which lists all that is wrong by its path; `file` names the file.
 */
export function checkSettings(
  schema: SettingsSchema | undefined,
  given: Readonly<Record<string, unknown>>,
  file: string,
): object {
  if (!schema) {
    if (Object.keys(given).length === 0) return {};
    throw errors.config(file, [
      'config: nothing says what it may hold. Run `ap generate`, which writes src/config.ts for it, or remove it.',
    ]);
  }
  const checked = schema.safeParse(given);
  if (checked.success) return checked.data;
  throw errors.config(
    file,
    checked.error.issues.map(({ path, message }) => `${textOf(['config', ...path])}: ${message}`),
  );
}

/** `config.hosts[0].name` */
function textOf(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}
