import type { Problem } from '../../project/model.ts';

/** What a program is needed for. */
export type ImageTask = 'build' | 'push';

const INSTEAD: Readonly<Record<ImageTask, string>> = {
  build: 'build the image from the Dockerfile by other means',
  push: 'push the image by other means and leave out -p',
};

/** None of `names` is there. */
export const noBuilder = (names: readonly string[], task: ImageTask): Problem => ({
  code: 'ERR_AP_NO_BUILDER',
  message: `None of ${names.join(', ')} is on the PATH to ${task} with.`,
  remedy: `Install one of them, or ${INSTEAD[task]}.`,
});

/** The one that was asked for is not there. */
export const builderMissing = (name: string, others: readonly string[], task: ImageTask): Problem => ({
  code: 'ERR_AP_NO_BUILDER',
  message: `${name} is not on the PATH to ${task} with.`,
  remedy: `Install it, name another with --builder (${others.join(', ')}), or ${INSTEAD[task]}.`,
});

export const notPushed = (command: string, reason: string): Problem => ({
  code: 'ERR_AP_NOT_PUSHED',
  message: `\`${command}\` failed: ${reason}.`,
  remedy: 'See what it says above: usually one has to log in to the registry, or build the image first.',
});
