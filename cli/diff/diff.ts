import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { deploymentSettings } from '../cluster/deployment-settings.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import type { OpenProject } from '../cluster/open-project.ts';
import { CommandError, explain } from '../cluster/problems.ts';
import { diffOf, isNews, stepText, summary } from './diff-text.ts';
import type { PlayedStep } from './messages.ts';
import { playOperator } from './player.ts';

export interface DiffOptions {
  /** Only the resource of this name. */
  readonly name?: string;
  /** Play on until all rest. */
  readonly follow: boolean;
}

/** As `kubectl diff` has it, and the codes of all commands from 3 on. */
const SAME = EXIT.done;
const DIFFERENT = EXIT.failed;
const TROUBLE = EXIT.usage;
/** How often it is told how far it has come. */
const TOLD_EVERY = 100;

/** What the operator would write to the cluster now. Exit code 0: nothing; 1: something; 2 and more: it is not known. */
export async function diff(context: CommandContext, options: DiffOptions): Promise<Outcome> {
  try {
    return await played(context, options);
  } catch (error) {
    const { exitCode, problems, result } = explain(error, 'the cluster');
    throw new CommandError(exitCode === EXIT.failed ? TROUBLE : exitCode, problems, result);
  }
}

async function played(context: CommandContext, { name, follow }: DiffOptions): Promise<Outcome> {
  const { environment, options, signal } = context;
  const opened = await context.project();
  const { kind } = opened.project;
  const json = options.output === 'json';
  const place = await placeOf(context, opened);
  const steps: PlayedStep[] = [];
  context.progress(`Listing what ${opened.project.operatorName} reads …`);
  await playOperator(
    opened.folder,
    {
      follow,
      ...(name !== undefined && { name }),
      ...(options.context !== undefined && { context: options.context }),
      ...(place.namespace !== undefined && { namespace: place.namespace }),
    },
    {
      env: { ...environment.env, ...place.env },
      signal,
      onBegin: (server) => context.progress(`Playing it over what ${server} has. Nothing is written.`),
      onOutput: (text) => environment.err(text),
      onStep: (step) => {
        steps.push(step);
        if (!json && isNews(step)) for (const line of stepText(step, kind)) context.print(line);
        if (steps.length % TOLD_EVERY === 0) context.progress(`${steps.length} syncs so far …`);
      },
    },
  );
  const isSame = steps.every(({ changes }) => changes.length === 0);
  const exitCode = isSame ? SAME : DIFFERENT;
  if (!json) return { exitCode, text: [summary(steps)] };
  const shown = steps.map(withDiffs);
  return { exitCode, result: { follow, changes: !isSame, syncs: shown }, text: [] };
}

function withDiffs(step: PlayedStep): object {
  const changes = step.changes.map((change) => Object.assign({}, change, { diff: diffOf(change) }));
  return { ...step, changes };
}

/** Where it is played: an operator for one namespace has its own by a variable of its pod; of one for all, `-n` selects. */
async function placeOf(
  context: CommandContext,
  opened: OpenProject,
): Promise<{ readonly namespace?: string; readonly env: NodeJS.ProcessEnv }> {
  const { options, environment } = context;
  const { watch, namespace } = await deploymentSettings(opened);
  const isNamed = environment.env['WATCH_NAMESPACE'] !== undefined || opened.project.operator.watchNamespace !== '';
  if (watch === 'namespaced' && !isNamed) {
    const own = options.namespace ?? namespace;
    context.setNamespace(own);
    return { env: { WATCH_NAMESPACE: own } };
  }
  return { env: {}, ...(options.namespace !== undefined && { namespace: options.namespace }) };
}
