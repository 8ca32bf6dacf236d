import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { EXIT, type ExitCode } from '../cluster/exit-codes.ts';
import { CommandError } from '../cluster/problems.ts';
import type { Problem } from '../../project/model.ts';
import { findPlace, lookAtOperator, lookAtResources, type Place } from './looked.ts';
import { countsText, operatorText, resourceList, rowsText, transitionsHint, type Overview } from './overview.ts';

/**
 * How the operator and its resources stand. Exit code 0: it works; 5: it is not deployed, or not all of its replicas are ready, or nobody
 * leads, or its kind is not served; 1: it cannot be told.
 */
export async function status(context: CommandContext): Promise<Outcome> {
  const opened = await context.project();
  const place = await findPlace(context, opened);
  const { operator, problems } = await lookAtOperator(context, place);
  const { rows, namespace, problems: ofResources } = await lookAtResources(context, place);
  const { kind, phases } = place.project;
  const resources = resourceList(
    kind,
    namespace,
    phases.map(({ name }) => name),
    rows,
  );
  const overview: Overview = { operator, resources };
  return ended(
    context,
    overview,
    [...place.problems, ...problems, ...ofResources],
    overviewText(overview, place, context),
  );
}

/** The whole for people. */
export function overviewText(
  { operator, resources }: Overview,
  { project, type }: Place,
  { environment }: Pick<CommandContext, 'environment'>,
): readonly string[] {
  const now = environment.clock.now();
  const rows = rowsText(resources, type.namespaced, now);
  return [
    ...(operator ? [...operatorText(operator, now), ''] : []),
    countsText(resources),
    ...transitionsHint(project.transitions, resources),
    ...(rows.length > 0 ? ['', ...rows] : []),
  ];
}

/** What was found, with its exit code; what is wrong comes last. */
export function ended(
  context: CommandContext,
  result: object,
  problems: readonly Problem[],
  text: readonly string[],
): Outcome {
  if (problems.length === 0) return { result, text };
  if (context.options.output === 'text') for (const line of text) context.print(line);
  throw new CommandError(exitCodeOf(problems), problems, result);
}

/** 1 where something could not be looked at, else 5. */
export function exitCodeOf(problems: readonly Problem[]): ExitCode {
  if (problems.length === 0) return EXIT.done;
  return problems.some(({ code }) => code === 'ERR_AP_FORBIDDEN') ? EXIT.failed : EXIT.notReady;
}
