/** Names of build arguments whose values nobody should read in a log. */
const SECRET_NAME = /token|secret|passw|pwd|key|credential|auth/i;
/** What stands before the host of a URL: a user with a password, or a token alone. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const BLOT = '***';

/** Values of `--build-arg`s whose names tell that they are secret; one without a value has that of the environment. */
export function secretsIn(args: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  return args.flatMap((word, index) => {
    const argument = word === '--build-arg' ? args[index + 1] : /^--build-arg=(.*)$/s.exec(word)?.[1];
    const [, name = '', value = env[name]] = /^([^=]*)(?:=(.*))?$/s.exec(argument ?? '') ?? [];
    return SECRET_NAME.test(name) && value !== undefined && value !== '' ? [value] : [];
  });
}

/** The line without these values, and without credentials in URLs. */
export function redacted(line: string, secrets: readonly string[]): string {
  const shown = secrets.reduce((text, secret) => text.replaceAll(secret, BLOT), line);
  return shown.replaceAll(CREDENTIALS, `$1${BLOT}@`);
}
