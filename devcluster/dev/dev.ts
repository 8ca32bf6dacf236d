import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startCluster } from '../cluster/cluster.ts';
import { DevclusterError } from '../errors.ts';
import { findProject } from './project.ts';
import { OperatorProcess } from './operator-process.ts';
import { runningCluster } from './running.ts';
import { describeChange } from './transitions.ts';
import { finishInterruptedWrite } from './unfinished-write.ts';
import { watchSources } from './watch-files.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { DevProject } from './project.ts';

export interface DevOptions {
  /** Where to look for the project, upward. Default: the current folder. */
  readonly folder?: string;
  /** The cluster's port; 0 (default) takes a free one. */
  readonly port?: number;
  /** Where lines go that are for people. Default: standard output. */
  readonly print?: (line: string) => void;
  /** Where the operator's own output goes. Default: where this process' goes. */
  readonly output?: NodeJS.WritableStream;
}

/** A dev loop that runs. */
export interface DevSession {
  readonly cluster: Cluster;
  readonly project: DevProject;
  /** The path of the kubeconfig. */
  readonly kubeconfig: string;
  /** Resolves once the operator watches its kind; pending as long as it does not start. */
  readonly ready: Promise<void>;
  /** Ends the operator, then the cluster. */
  stop(): Promise<void>;
}

/**
 * The dev loop of an operator project: an embedded cluster, the operator as a process of its own that is started anew whenever a
 * source is saved, and a line for each phase that a resource goes through. A program that cannot start says why, and is tried
 * again at the next save. The cluster has the kinds that the folder `crds/` of the project defines.
 */
export async function startDev(options: DevOptions = {}): Promise<DevSession> {
  const { folder = process.cwd(), port = 0, print = console.log, output } = options;
  await finishInterruptedWrite(folder, print);
  const project = await findProject(folder);
  const file = join(project.folder, '.work', 'kubeconfig');
  const running = await runningCluster(file);
  if (running !== undefined) throw alreadyRuns(project, running);
  const cluster = await startCluster({ port });
  try {
    await cluster.installCrdFolder(join(project.folder, 'crds'));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  await mkdir(dirname(file), { recursive: true });
  const kubeconfig = await cluster.writeKubeconfig(file);
  print(`cluster     ${cluster.url}`);
  print(`kubeconfig  ${kubeconfig}`);

  const operator = new OperatorProcess({
    folder: project.folder,
    entry: project.entry,
    env: { KUBECONFIG: kubeconfig, AUTOPILOT_DEV: '1' },
    onExit: (how) => print(`operator    ${how}; it starts again when a source is saved`),
    output,
  });
  const stopChanges = cluster.onChange(project, (event) => {
    const line = describeChange(event);
    if (line !== undefined) print(`${timeOf(new Date())}    ${line}`);
  });
  const ready = whenWatched(cluster, project).then(() => print(`operator    watches ${project.kind}`));
  const stopFiles = watchSources(project.folder, (file) => {
    print(`operator    ${file} saved: starting again`);
    void operator.restart();
  });
  print(`operator    starting ${project.entry}`);
  await operator.restart();

  return {
    cluster,
    project,
    kubeconfig,
    ready,
    async stop() {
      stopFiles();
      stopChanges();
      await operator.stop();
      await cluster.stop();
    },
  };
}

/** Two would take each other's kubeconfig away. */
function alreadyRuns({ folder }: DevProject, url: string): DevclusterError {
  const message = `A dev loop of ${folder} is running already, with its cluster at ${url}: use that one, or end it first.`;
  return new DevclusterError('ERR_AP_DEV_RUNNING', message);
}

/** The operator is up when it watches its own kind. */
async function whenWatched(cluster: Cluster, { apiVersion }: DevProject): Promise<void> {
  const group = apiVersion.slice(0, apiVersion.indexOf('/'));
  await cluster.requests.until({ verb: 'watch', group, code: 200 }, { timeout: Infinity });
}

function timeOf(date: Date): string {
  return date.toTimeString().slice(0, 8);
}
