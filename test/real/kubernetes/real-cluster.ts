import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { programPath, type Program } from './programs.ts';

/** Flags of a program, without their dashes. */
export type Flags = Readonly<Record<string, string>>;

export interface RealClusterOptions {
  /** Further flags of kube-apiserver. */
  readonly apiserver?: Flags;
  /** Start kube-controller-manager at once (default). It learns of new kinds at its next discovery only, up to 30 s later: install CRDs first. */
  readonly controllerManager?: boolean;
}

/** A program that was started, and how to start it again. */
interface Started {
  readonly program: Program;
  readonly flags: Flags;
  child: ChildProcess;
  /** Where it answers once it is there. */
  readonly url: string;
  readonly token: string | undefined;
}

export interface RestartOptions {
  /** How it is ended. Default SIGKILL: asked to end, kube-apiserver waits up to a minute for watches on HTTP/1.1 connections. */
  readonly signal?: 'SIGTERM' | 'SIGKILL';
  /** What is done while it is away. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** A Kubernetes control plane of real programs on loopback, with an empty state of its own. There are no nodes: pods stay Pending, unless `kubelet/` plays one. */
export class RealCluster {
  /** Path of the admin's kubeconfig (group system:masters). */
  readonly kubeconfig: string;
  readonly folder: string;
  readonly #processes: Started[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.kubeconfig = join(folder, 'kubeconfig');
  }

  static async start({ apiserver = {}, controllerManager = true }: RealClusterOptions = {}): Promise<RealCluster> {
    const cluster = new RealCluster(await mkdtemp(join(tmpdir(), 'real-kubernetes-')));
    try {
      await cluster.#startServers(apiserver);
      if (controllerManager) await cluster.startControllerManager();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async #startServers(flags: Flags): Promise<void> {
    const { folder } = this;
    const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
    const key = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    const token = randomBytes(16).toString('hex');
    await Promise.all([
      writeFile(join(folder, 'sa.key'), key.privateKey),
      writeFile(join(folder, 'sa.pub'), key.publicKey),
      writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`),
    ]);
    const etcd = `http://127.0.0.1:${client}`;
    const peers = `http://127.0.0.1:${peer}`;
    const health = `${etcd}/health`;
    await this.#start('etcd', health, undefined, {
      'data-dir': join(folder, 'etcd'),
      'unsafe-no-fsync': 'true',
      'listen-client-urls': etcd,
      'advertise-client-urls': etcd,
      'listen-peer-urls': peers,
      'initial-advertise-peer-urls': peers,
      'initial-cluster': `default=${peers}`,
    });
    const server = `https://127.0.0.1:${secure}`;
    await this.#start('kube-apiserver', `${server}/readyz`, token, {
      'etcd-servers': etcd,
      'bind-address': '127.0.0.1',
      'secure-port': String(secure),
      'cert-dir': folder,
      'token-auth-file': join(folder, 'tokens.csv'),
      'authorization-mode': 'RBAC',
      'service-cluster-ip-range': '10.0.0.0/16',
      // As nearly all clusters have it, and the embedded one.
      'allow-privileged': 'true',
      'endpoint-reconciler-type': 'none',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': join(folder, 'sa.pub'),
      'service-account-signing-key-file': join(folder, 'sa.key'),
      ...flags,
    });
    // kube-apiserver made itself a certificate; the file ends with the authority that signed it.
    const authority = (await readFile(join(folder, 'apiserver.crt'))).toString('base64');
    await writeFile(
      this.kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'real', cluster: { server, 'certificate-authority-data': authority } }],
        users: [{ name: 'admin', user: { token } }],
        contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
        'current-context': 'real',
      }),
    );
  }

  /** Garbage collection, namespace deletion, workloads, service accounts. */
  async startControllerManager(flags: Flags = {}): Promise<void> {
    const port = await freePort();
    await this.#start('kube-controller-manager', `https://127.0.0.1:${port}/healthz`, undefined, {
      kubeconfig: this.kubeconfig,
      'leader-elect': 'false',
      'service-account-private-key-file': join(this.folder, 'sa.key'),
      'root-ca-file': join(this.folder, 'apiserver.crt'),
      'bind-address': '127.0.0.1',
      'secure-port': String(port),
      'cert-dir': this.folder,
      'authorization-always-allow-paths': '/*',
      ...flags,
    });
  }

  /** Ends a program and starts it again, with its address and its state; resolves once it answers. */
  async restart(program: Program, { signal = 'SIGKILL', meanwhile }: RestartOptions = {}): Promise<void> {
    const started = this.#started(program);
    await end(started.child, signal);
    await meanwhile?.();
    started.child = this.#run(program, started.flags);
    await this.#answers(program, started.url, started.token);
  }

  /**
   * Forgets the past, as kube-apiserver has etcd do every five minutes, and kube-apiserver's own memory of it: a watch or a page from before
   * is answered 410.
   */
  async compact(): Promise<void> {
    const etcd = new URL(this.#started('etcd').url).origin;
    const ask = async (path: string, body: object): Promise<unknown> => {
      const answer = await request(`${etcd}${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (answer.statusCode !== 200) throw new Error(`etcd does not compact: ${await answer.body.text()}`);
      return answer.body.json();
    };
    const status = (await ask('/v3/maintenance/status', {})) as { readonly header: { readonly revision: string } };
    await ask('/v3/kv/compaction', { revision: status.header.revision, physical: true });
    await this.restart('kube-apiserver');
  }

  /** All that etcd has now. Returns how to go back to it, as a cluster does that is restored from a backup: versions since then are given out again. */
  async backup(): Promise<() => Promise<void>> {
    const state = join(this.folder, 'etcd');
    const copy = await mkdtemp(join(this.folder, 'backup-'));
    await this.restart('etcd', { signal: 'SIGTERM', meanwhile: () => cp(state, copy, { recursive: true }) });
    return () =>
      this.restart('kube-apiserver', {
        meanwhile: () =>
          this.restart('etcd', {
            meanwhile: async () => {
              await rm(state, { recursive: true });
              await cp(copy, state, { recursive: true });
            },
          }),
      });
  }

  async stop(): Promise<void> {
    for (const { child } of this.#processes.toReversed()) await end(child, 'SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  #started(program: Program): Started {
    const started = this.#processes.find((each) => each.program === program);
    if (!started) throw new Error(`${program} has not been started`);
    return started;
  }

  /** Resolves once it answers at the address. */
  async #start(program: Program, url: string, token: string | undefined, flags: Flags): Promise<void> {
    this.#processes.push({ program, flags, child: this.#run(program, flags), url, token });
    await this.#answers(program, url, token);
  }

  #run(program: Program, flags: Flags): ChildProcess {
    const log = openSync(join(this.folder, `${program}.log`), 'a');
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(programPath(program), args, { stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  }

  /** Waits until the address answers with success; the program's last words where it does not. */
  async #answers(program: Program, url: string, token?: string): Promise<void> {
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(50)) {
        const exited = this.#processes.find((each) => each.program === program && each.child.exitCode !== null);
        if (exited) break;
        const status = await request(url, { dispatcher, headers }).then(
          async ({ statusCode, body }) => (await body.dump(), statusCode),
          () => 0,
        );
        if (status >= 200 && status < 300) return;
      }
    } finally {
      await dispatcher.close();
    }
    const log = await readFile(join(this.folder, `${program}.log`), 'utf8');
    throw new Error(
      `${program} does not answer at ${url}. The end of its log:\n${log.split('\n').slice(-20).join('\n')}`,
    );
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}
