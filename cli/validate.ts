import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { projectPaths } from '../project/code/paths.ts';
import { ProjectError } from '../project/errors.ts';
import { leftoversOf } from '../project/leftovers/leftovers.ts';
import { readWrittenKinds, WRITTEN_KINDS } from '../project/leftovers/written-kinds.ts';
import { projectCrd, type CrdResult } from '../project/spec/project-crd.ts';
import type { CommandContext, Outcome } from './cluster/cluster-command.ts';
import { EXIT } from './cluster/exit-codes.ts';
import { openProject, type OpenProject } from './cluster/open-project.ts';
import { tellLeftover } from './leftovers.ts';
import { changeText, type SchemaChange } from './schema-changes/change.ts';
import { crdChanges } from './schema-changes/crd-changes.ts';
import { crdIn, crdOfCluster, crdOfRevision, lastCrd, type FormerCrd } from './schema-changes/former-crd.ts';
import { nextCrdText } from './schema-changes/next-crd.ts';

export interface ValidateOptions {
  /** A folder of the project. */
  readonly dir: string;
  /** Compare the definition with that of this revision of git; absent: with the cluster's, where there is a context, else with the last commit's. */
  readonly against?: string;
  /** Errors and warnings about stored resources are failures. */
  readonly strict: boolean;
}

/**
 * Checks the project that the working directory is in: all that is wrong with it, what a change of its schemas does to resources that are
 * stored, and what former versions have left in clusters, or in that of the options' context.
 */
export async function validate(context: CommandContext, options: ValidateOptions): Promise<Outcome> {
  const { cwd } = context.environment;
  const opened = await openProject(resolve(cwd, options.dir), context.progress, cwd);
  const { folder, project } = opened;
  const { spec } = projectPaths(project);
  // A project may begin with its two YAML files alone.
  const isWritten = existsSync(join(folder, spec));
  const { crd, problems } = isWritten ? await projectCrd(folder, project) : { problems: [] };
  if (problems.length > 0) throw new ProjectError(problems);
  const names = project.phases.map(({ name }) => name);
  const lines = [
    `${relative(cwd, folder) || '.'}: ${project.kind} (${project.group}/${project.version}), phases ${names.join(', ')}. ` +
      `${spec} ${isWritten ? 'fits into a CRD.' : 'is not there yet: ap generate writes it.'}`,
  ];
  const written = readWrittenKinds(await readFile(join(folder, WRITTEN_KINDS), 'utf8').catch(() => ''));
  const leftovers: string[] = [];
  for (const leftover of leftoversOf(project, written))
    leftovers.push(...(await tellLeftover(leftover, context.options.context)));
  const compared = crd && (await compare(context, opened, crd, options));
  if (compared?.changes.length)
    lines.push(
      `Resources that are stored by ${compared.from}, once the schemas of now are deployed:`,
      ...compared.changes.flatMap(changeText),
    );
  const isBad = compared?.changes.some(({ severity }) => severity !== 'note') === true;
  return {
    exitCode: options.strict && isBad ? EXIT.failed : EXIT.done,
    result: {
      kind: project.kind,
      apiVersion: `${project.group}/${project.version}`,
      phases: names,
      comparedWith: compared?.from ?? null,
      changes: compared?.changes ?? [],
      leftovers,
    },
    text: [...lines, ...leftovers],
  };
}

interface Compared {
  /** With what, for people. */
  readonly from: string;
  readonly changes: readonly SchemaChange[];
}

async function compare(
  context: CommandContext,
  { folder, project }: OpenProject,
  crd: NonNullable<CrdResult['crd']>,
  { against }: ValidateOptions,
): Promise<Compared | undefined> {
  const former = await formerCrd(context, folder, crd.metadata.name, against);
  if (!former.crd) return undefined;
  const next = crdIn(await nextCrdText(folder, project, crd));
  return { from: former.from, changes: next ? crdChanges(former.crd, next) : [] };
}

function formerCrd(
  context: CommandContext,
  folder: string,
  name: string,
  against: string | undefined,
): Promise<FormerCrd> {
  if (against !== undefined) return crdOfRevision(folder, against);
  if (context.options.context === undefined) return lastCrd(folder);
  return crdOfCluster(context.cluster(), name, context.signal);
}
