import { ProjectError } from '../../project/errors.ts';
import type { Builder } from './builders.ts';
import { notPushed } from './errors.ts';
import { runBuilder, type BuilderRun } from './run-builder.ts';

/** Pushes the image. Throws ERR_AP_NOT_PUSHED. */
export async function push(image: string, builder: Builder, run: BuilderRun): Promise<void> {
  const reason = await runBuilder(builder, ['push', image], run);
  if (reason !== undefined) throw new ProjectError([notPushed(`${builder} push ${image}`, reason)]);
}
