import { isStatus, messageOf } from '../../runtime/errors.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { drained } from '../cluster/command-environment.ts';
import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import { numberAt } from '../cluster/fields.ts';
import { CommandError } from '../cluster/problems.ts';
import { waitingContainers } from '../deploy/waiting-containers.ts';
import { findOperator, isPodOf, podSelectorOf } from '../operator/deployed-operator.ts';
import { notDeployed } from '../operator/errors.ts';
import { containerState, type ContainerRun } from './container-run.ts';
import { noPods, noPrevious } from './errors.ts';
import { followLogs, type Progressed } from './follow-logs.ts';
import { LogCursor } from './log-cursor.ts';
import { filterOf, type LogFilter } from './log-filter.ts';
import { LineReader, type LogLine } from './log-line.ts';
import { jsonLine, PrettyLines } from './log-printer.ts';
import { mergeByTime } from './merge.ts';
import { wholeLog } from './read-log.ts';
import { PODS } from '../cluster/kinds.ts';

export interface LogsOptions extends LogFilter {
  readonly follow: boolean;
  /** Of the run before the present one. */
  readonly previous: boolean;
  /** Only what is at most so old, in whole seconds. */
  readonly sinceSeconds?: number;
}

/** Writes the logs of all of the operator's pods, in the order of time. Followed, it ends with Ctrl-C only, and exit code 130. */
export async function logs(context: CommandContext, options: LogsOptions): Promise<Outcome> {
  const { signal, environment } = context;
  const opened = await context.project();
  const { phases, operatorName } = opened.project;
  warnOfPhases(context, options, phases);
  const { namespace, deployment, elsewhere } = await findOperator(context, opened);
  if (!deployment) throw new CommandError(EXIT.failed, [notDeployed(operatorName, namespace, elsewhere)]);
  const give = printer(
    context,
    options,
    phases.map(({ name }) => name),
  );
  try {
    const begun = await past(context, deployment, options, give);
    const { sinceSeconds } = options;
    const { clock } = environment;
    const { progress: tell } = context;
    if (options.follow)
      await followLogs({
        cluster: context.cluster(),
        clock,
        signal,
        environment,
        deployment,
        sinceSeconds,
        begun,
        give,
        tell,
      });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { exitCode: signal.aborted ? EXIT.interrupted : EXIT.done, text: [] };
}

/** Of an operator of another version, phases may be others: that is no reason to refuse. */
function warnOfPhases(
  { warn }: CommandContext,
  { phases: asked }: LogsOptions,
  phases: readonly { readonly name: string; readonly renamedFrom: readonly string[] }[],
): void {
  for (const phase of asked)
    if (!phases.some(({ name, renamedFrom }) => name === phase || renamedFrom.includes(phase)))
      warn(`autopilot.yaml has no phase ${phase}, but ${phases.map(({ name }) => name).join(', ') || 'none'}`);
}

function printer(
  { environment, options: { output }, print }: CommandContext,
  filter: LogFilter,
  phases: readonly string[],
): (line: LogLine) => void {
  const isWanted = filterOf(filter);
  const pretty = new PrettyLines(environment, phases);
  const show = output === 'json' ? (line: LogLine) => print(jsonLine(line)) : (line: LogLine) => pretty.show(line);
  return (line) => void (isWanted(line) && show(line));
}

/** Gives what there is by now, and says how far each log was read. */
async function past(
  context: CommandContext,
  deployment: KubernetesObject,
  options: LogsOptions,
  give: (line: LogLine) => void,
): Promise<readonly Progressed[]> {
  const { environment, signal } = context;
  const runs = await presentRuns(context, deployment, options);
  const begun = runs.map((run) => ({ run, cursor: new LogCursor(), reader: new LineReader(run.pod) }));
  for await (const line of mergeByTime(begun.map((each) => linesOf(context, each, options)))) {
    give(line);
    await drained(environment, signal);
  }
  return begun;
}

async function presentRuns(
  context: CommandContext,
  deployment: KubernetesObject,
  { previous, follow }: LogsOptions,
): Promise<readonly ContainerRun[]> {
  const { name, namespace } = deployment.metadata;
  const all = await context.cluster().list(PODS, namespace, { labelSelector: podSelectorOf(deployment) });
  const pods = all.filter((pod) => isPodOf(pod, deployment));
  const states = pods.map((pod) => Object.assign(containerState(pod), { pod }));
  if (previous) {
    const runs = states.flatMap(({ run, hasPrevious }) => (run && hasPrevious ? [run] : []));
    if (runs.length === 0) throw new CommandError(EXIT.failed, [noPrevious(name)]);
    return runs;
  }
  const runs = states.flatMap(({ run }) => run ?? []);
  const waiting = states.filter(({ run }) => !run).map(({ pod }) => ({ pod, why: waitingContainers([pod])[0] }));
  for (const { pod, why } of waiting)
    context.warn(`pod ${pod.metadata.name} has not started${why ? `: ${why.reason}: ${why.message}` : ''}`);
  if (runs.length === 0 && !follow)
    throw new CommandError(EXIT.failed, [
      noPods(`${namespace}/${name}`, numberAt(deployment, 'spec', 'replicas') === 0 ? ': it is scaled to 0' : ''),
    ]);
  return runs;
}

async function* linesOf(
  context: CommandContext,
  { run, cursor, reader }: Progressed,
  { previous, sinceSeconds }: LogsOptions,
): AsyncGenerator<LogLine, void> {
  const { environment, signal } = context;
  const request = { cluster: context.cluster(), run, cursor, previous, sinceSeconds };
  try {
    for await (const raw of wholeLog(request, environment.clock, signal)) yield reader.read(raw);
  } catch (error) {
    // The pod has gone meanwhile, or its node has removed the log.
    if (!isStatus(error, 400, 404)) throw error;
    context.warn(`the log of pod ${run.pod} cannot be read: ${messageOf(error)}`);
  }
}
