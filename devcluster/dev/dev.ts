import { checkComplete, findProject } from './project.ts';
import { contextTarget, describeWrites, unconfirmed } from './context-target.ts';
import { embeddedTarget, STATE } from './embedded-target.ts';
import { findContext } from './kubeconfig-context.ts';
import { DevLoop } from './loop.ts';
import { Screen } from '../terminal/screen.ts';
import { finishInterruptedWrite } from './unfinished-write.ts';
import type { ReadStream } from 'node:tty';
import type { Cluster } from '../cluster/cluster.ts';
import type { KubeContext } from './kubeconfig-context.ts';
import type { DevProject } from './project.ts';
import type { DevTarget } from './target.ts';

export interface DevOptions {
  /** Where to look for the project, upward. Default: the current folder. */
  readonly folder?: string;
  /** The embedded cluster's port; 0 (default) takes the one that is remembered, else a free one. */
  readonly port?: number;
  /** Keep the embedded cluster's state in `.autopilot/dev`, and go on from it. Default false. */
  readonly keep?: boolean;
  /** Run on the real cluster of this context of the kubeconfig, and start no embedded one. */
  readonly context?: string;
  /** Asked before anything is written to a real cluster. Default: nobody agrees. */
  readonly confirm?: () => Promise<boolean>;
  /** Take part in leader election. Default: whether $AUTOPILOT_ENABLE_LEADER_ELECTION is `true`. */
  readonly leaderElection?: boolean;
  /** Where lines go. Default: standard output. */
  readonly output?: NodeJS.WritableStream;
  /** A terminal whose keys are listened to. Default: none. */
  readonly keys?: ReadStream | undefined;
  /** Default: the system's time. */
  readonly now?: () => Date;
}

/** A dev loop that runs. */
export interface DevSession {
  readonly project: DevProject;
  /** The embedded cluster; undefined on a real one. */
  readonly cluster: Cluster | undefined;
  /** The path of the embedded cluster's kubeconfig. */
  readonly kubeconfig: string | undefined;
  /** Resolves once the operator watches its kind; pending as long as it does not start. */
  readonly ready: Promise<void>;
  /** Resolves when somebody pressed the key for it. */
  readonly quit: Promise<void>;
  /** Ends the operator, then the cluster. */
  stop(): Promise<void>;
}

/**
 * The dev loop of an operator project: a cluster, and the operator as a process of its own that is started anew whenever a source is
 * saved, with a line for each thing that happens. Whatever is wrong with the sources is shown, and tried again at the next save; only
 * what keeps it from starting at all is thrown.
 */
export async function startDev(options: DevOptions = {}): Promise<DevSession> {
  const { folder = process.cwd(), output = process.stdout, now = () => new Date() } = options;
  const { leaderElection = process.env['AUTOPILOT_ENABLE_LEADER_ELECTION'] === 'true' } = options;
  const screen = new Screen(output, now);
  await finishInterruptedWrite(folder, (line) => screen.say('project', line, 'warning'));
  const project = await findProject(folder);
  checkComplete(project);
  const target =
    options.context === undefined
      ? await startEmbedded(project, screen, options)
      : await agreeOn(
          project,
          screen,
          findContext(options.context, process.env),
          { ...options, leaderElection },
          () => loop,
        );
  const loop: DevLoop = new DevLoop({ project, target, screen, leaderElection, now });
  const stopKeys = options.keys ? loop.listen(options.keys) : undefined;
  void loop.start();
  return {
    project,
    cluster: target.cluster,
    kubeconfig: target.kubeconfig,
    ready: loop.ready,
    quit: loop.quit,
    async stop() {
      stopKeys?.();
      await loop.stop();
      await target.stop();
    },
  };
}

async function startEmbedded(
  project: DevProject,
  screen: Screen,
  { port = 0, keep = false }: DevOptions,
): Promise<DevTarget> {
  screen.say('project', `${project.kind} (${project.apiVersion}) in ${project.folder}`);
  const target = await embeddedTarget(project, { port, keep });
  const memory = keep ? `its state is kept in ${STATE}` : 'all in memory; --keep keeps it';
  screen.say('cluster', `${target.cluster?.url ?? ''}, embedded; ${memory}`);
  screen.say('cluster', `export KUBECONFIG=${target.kubeconfig ?? ''}`);
  return target;
}

/** Nothing is written to somebody's cluster before they know what and where. */
async function agreeOn(
  project: DevProject,
  screen: Screen,
  context: KubeContext,
  { confirm, leaderElection = false }: DevOptions,
  loop: () => DevLoop,
): Promise<DevTarget> {
  const [first = '', ...more] = await describeWrites(project, context, leaderElection);
  screen.say('cluster', first, 'warning');
  screen.more(more);
  if (!(await confirm?.())) throw unconfirmed(context.name);
  return contextTarget(project, context, () => loop().operator);
}
