import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { clusterCommand, type Answer } from '../../cli/cluster/cluster-command.ts';
import { hurriedClock, RecordedEnvironment, type RecordedOptions } from '../../cli/cluster/cluster-command.fixture.ts';
import { deploy, type DeployOptions } from '../../cli/deploy/deploy.ts';
import { undeploy, type UndeployOptions } from '../../cli/deploy/undeploy.ts';
import { manifestFiles, type ManifestSettings } from '../../project/manifests/manifests.ts';
import type { ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import { AUTOROUTE, crdFor, project } from '../../project/manifests/projects.fixture.test.ts';

export const IMAGE = 'registry.example.com/autoroute:1';
/** Of a host that cannot be there: the embedded cluster's node pulls nothing from it. */
export const BAD_IMAGE = 'nowhere.invalid/autoroute:1';

/** What came of a command. */
export interface Result {
  readonly code: number;
  readonly answer: Answer;
  readonly stderr: string;
}

export type Surroundings = Pick<RecordedOptions, 'kubeconfig' | 'connect' | 'clock'> & {
  readonly kubectl: string;
  readonly env?: NodeJS.ProcessEnv;
};

export type Deploy = Partial<DeployOptions> & { readonly namespace?: string };
export type Undeploy = Partial<UndeployOptions> & { readonly namespace?: string };

/** A project with its manifests in a folder of its own, and the commands that take it to a cluster. */
export class Operations {
  readonly folder: string;
  readonly #surroundings: Surroundings;
  #transport: Transport | undefined;

  constructor(folder: string, surroundings: Surroundings) {
    this.folder = folder;
    this.#surroundings = surroundings;
  }

  static async create(
    surroundings: Surroundings,
    {
      autopilot = AUTOROUTE,
      settings = {},
    }: { readonly autopilot?: string; readonly settings?: ManifestSettings } = {},
  ): Promise<Operations> {
    const operations = new Operations(await mkdtemp(join(tmpdir(), 'ap-deploy-')), surroundings);
    const of = project(autopilot);
    await operations.write('autopilot.yaml', autopilot);
    for (const { path, contents } of manifestFiles(of, settings, crdFor(of))) await operations.write(path, contents);
    return operations;
  }

  /** The same project by another way to the cluster. */
  with(change: Partial<Surroundings>): Operations {
    return new Operations(this.folder, { ...this.#surroundings, ...change });
  }

  /** The same with its manifests put together once and for all, for who deploys it many times. */
  async prepared(): Promise<Operations> {
    const { kubectl } = this.#surroundings;
    const { stdout } = await promisify(execFile)(kubectl, ['kustomize', join(this.folder, 'deploy')]);
    await this.write('rendered.yaml', stdout);
    const program = join(this.folder, 'rendered');
    await writeFile(program, `#!/bin/sh\nexec cat ${join(this.folder, 'rendered.yaml')}\n`, { mode: 0o755 });
    return this.with({ kubectl: program });
  }

  async write(path: string, contents: string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), contents);
  }

  deploy({ namespace, ...options }: Deploy = {}, environment = this.environment()): Promise<Result> {
    const all: DeployOptions = {
      image: IMAGE,
      push: false,
      deletePods: false,
      overlay: 'deploy',
      rollback: false,
      dryRun: false,
      diff: false,
      adopt: false,
      forceConflicts: false,
      prune: true,
      timeout: 120_000,
      ...options,
    };
    return run('deploy', namespace, environment, (context) => deploy(context, all));
  }

  undeploy({ namespace, ...options }: Undeploy = {}, environment = this.environment()): Promise<Result> {
    const all: UndeployOptions = {
      withResources: false,
      forceFinalizers: false,
      dryRun: false,
      timeout: 120_000,
      ...options,
    };
    return run('undeploy', namespace, environment, (context) => undeploy(context, all));
  }

  environment(): RecordedEnvironment {
    const { kubectl, env, ...rest } = this.#surroundings;
    return new RecordedEnvironment({
      cwd: this.folder,
      clock: hurriedClock,
      connect: (access) => this.#connect(access),
      ...rest,
      env: { ...env, KUBECTL: kubectl },
    });
  }

  /** One command after the other by the same connections: to make them takes longer than most of what they ask. */
  #connect(access: ClusterAccess): Transport {
    const transport = (this.#transport ??= connect(access));
    return { send: (request) => transport.send(request), close: () => Promise.resolve() };
  }

  async remove(): Promise<void> {
    await this.#transport?.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function run(
  name: string,
  namespace: string | undefined,
  environment: RecordedEnvironment,
  action: Parameters<typeof clusterCommand>[3],
): Promise<Result> {
  const options = { output: 'json', ...(namespace !== undefined && { namespace }) } as const;
  const code = await clusterCommand(name, options, environment, action);
  const { stdout, stderr } = environment;
  return { code, stderr, answer: JSON.parse(stdout) as Answer };
}
