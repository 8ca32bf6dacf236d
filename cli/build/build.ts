import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectLockFile } from '../cluster/deployment-settings.ts';
import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import type { OpenProject } from '../cluster/open-project.ts';
import { ProjectError } from '../../project/errors.ts';
import { checkSettings } from '../../project/manifests/settings.ts';
import type { Problem } from '../../project/model.ts';
import { projectCrd } from '../../project/spec/project-crd.ts';
import { findBuilder, type Builder } from '../image/builders.ts';
import { push } from '../image/push.ts';
import { runBuilder, type BuilderRun } from '../image/run-builder.ts';
import { folderPrefix, removeAbandoned } from './build-folders.ts';
import { noDockerfile, noLockFile, notBuilt, taggedByDigest } from './errors.ts';
import { imageLabels } from './image-labels.ts';
import { shellWords } from './shell-words.ts';
import { typeCheck } from './type-check.ts';

export interface BuildOptions {
  readonly image: string;
  /** Undefined: the first that is there. */
  readonly builder?: Builder;
  /** Further words for the builder, as for a shell. */
  readonly imageBuildArgs: string;
  /** Push the image once it is built. */
  readonly push: boolean;
}

/** `bud` is what every buildah knows; the others call it `build`. */
const subcommandOf = (builder: Builder): string => (builder === 'buildah' ? 'bud' : 'build');

/** `ap build`: nothing is written, and no builder started, before all of the project is found to be right. */
export async function build(context: CommandContext, options: BuildOptions): Promise<Outcome> {
  const { image } = options;
  const { env } = context.environment;
  const opened = await context.project();
  const words = shellWords(options.imageBuildArgs);
  const wrong = checkImage(opened, image);
  if (wrong.length > 0) throw new ProjectError(wrong);
  const builder = findBuilder(env, 'build', options.builder);
  await check(context, opened, words);
  const labels = await imageLabels(opened.folder, opened.project, env);
  const run: BuilderRun = {
    cwd: opened.folder,
    env,
    signal: context.signal,
    say: context.progress,
  };
  context.progress(`building ${image} with ${builder}`);
  const id = await buildImage(builder, image, labels, words, run);
  if (options.push) {
    context.progress(`pushing ${image} with ${builder}`);
    await push(image, builder, run);
  }
  return {
    result: { image, id, builder, labels, pushed: options.push },
    text: [`${image} is built${options.push ? ' and pushed' : ''} with ${builder}: ${id}`],
  };
}

function checkImage({ project }: OpenProject, image: string): readonly Problem[] {
  const wrong = checkSettings(project, { image }).map(({ code, message, remedy }) => {
    return { code, message, remedy, path: '<image>' };
  });
  return wrong.length === 0 && image.includes('@') ? [taggedByDigest(image)] : wrong;
}

/** Throws all that is wrong with what the image would be made of. */
async function check(context: CommandContext, opened: OpenProject, words: readonly string[]): Promise<void> {
  const { folder, project } = opened;
  const missing: Problem[] = [];
  const namesFile = words.some((word) => /^(-f|--file)(=|$)/.test(word));
  if (!namesFile && !existsSync(join(folder, 'Dockerfile'))) missing.push(noDockerfile(folder));
  const lockFile = await projectLockFile(folder);
  if (!existsSync(join(folder, lockFile))) missing.push(noLockFile(lockFile));
  context.progress(`checking ${project.operatorName}`);
  const { problems } = await projectCrd(folder, project);
  context.signal.throwIfAborted();
  const all = [...missing, ...problems, ...(await typeCheck(folder, context.environment.env, context.signal))];
  if (all.length > 0) throw new ProjectError(all);
}

/** The image's id. Throws ERR_AP_NOT_BUILT. */
async function buildImage(
  builder: Builder,
  image: string,
  labels: Readonly<Record<string, string>>,
  words: readonly string[],
  run: BuilderRun,
): Promise<string> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), `${folderPrefix(process.pid)}-`));
  try {
    const idFile = join(folder, 'id');
    const labelled = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
    const command = [subcommandOf(builder), '--tag', image];
    const reason = await runBuilder(builder, [...command, '--iidfile', idFile, ...labelled, ...words, '.'], run);
    if (reason !== undefined) throw new ProjectError([notBuilt([builder, ...command].join(' '), reason)]);
    return (await readFile(idFile, 'utf8')).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
