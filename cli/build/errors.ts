import type { Problem } from '../../project/model.ts';

/** What can go wrong in `ap build`, beside what is wrong with the project. Codes are stable. */

export const noCompiler = (folder: string): Problem => ({
  code: 'ERR_AP_NOT_INSTALLED',
  message: `typescript is not installed in ${folder}, and what does not check is not built.`,
  remedy: 'Install the project’s packages first, for example with `npm install`.',
});

/** Of a diagnosis of the compiler. */
export const typeError = (at: Pick<Problem, 'file' | 'line' | 'column'>, message: string): Problem => ({
  code: 'ERR_AP_TYPE_CHECK',
  ...at,
  message: /[.!?]$/.test(message) ? message : `${message}.`,
  remedy: 'Correct it, and build again; nothing was built.',
});

export const noDockerfile = (folder: string): Problem => ({
  code: 'ERR_AP_NO_DOCKERFILE',
  message: `There is no Dockerfile in ${folder}.`,
  remedy: 'Have it written again with `ap generate --force`, or name another with --image-build-args "-f <file>".',
});

export const noLockFile = (file: string): Problem => ({
  code: 'ERR_AP_NO_LOCK_FILE',
  message: `There is no ${file}, by which the image gets the packages that the project was tested with.`,
  remedy: 'Install the project’s packages, which writes it, and commit it.',
});

export const taggedByDigest = (image: string): Problem => ({
  code: 'ERR_AP_IMAGE',
  path: '<image>',
  message: `\`${image}\` has a digest, which only the build can tell.`,
  remedy: 'Write for example `registry.example.com/team/operator:1.0.0`.',
});

export const unbalanced = (text: string): Problem => ({
  code: 'ERR_AP_OPTION_VALUE',
  path: '--image-build-args',
  message: `A quotation mark or backslash has nothing to go with, after ${text.length} characters of the value.`,
  remedy: 'Write words as for a shell, for example `--build-arg "GREETING=good morning" --no-cache`.',
});

/** Never with the words of `--image-build-args`, in which there may be secrets. */
export const notBuilt = (command: string, reason: string): Problem => ({
  code: 'ERR_AP_NOT_BUILT',
  message: `\`${command}\` failed: ${reason}.`,
  remedy: 'See what it says above; --builder names another program, --image-build-args gives it further arguments.',
});
