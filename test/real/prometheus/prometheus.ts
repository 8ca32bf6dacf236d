import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Longest wait for Prometheus to start, or for what it is asked to come about. */
const DEADLINE_MS = 60_000;

/** What Prometheus scrapes: the text of {@link Exporter.page}. */
export class Exporter {
  readonly #server: Server;
  /** Counts the scrapes, so that counters can grow with each. */
  #scrapes = 0;

  constructor(page: (scrape: number) => string) {
    this.#server = createServer((_, response) => {
      this.#scrapes += 1;
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(page(this.#scrapes));
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return hostOf(this.#server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A Prometheus on loopback that scrapes one target every second. */
export class Prometheus {
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(address: string, child: ChildProcess, folder: string) {
    this.address = address;
    this.#process = child;
    this.#folder = folder;
  }

  /** `labels` are those that the target's series get beside their own. */
  static async start(
    program: string,
    target: string,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const config = join(folder, 'prometheus.yml');
    await writeFile(
      config,
      // JSON is YAML.
      JSON.stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [{ job_name: 'exporter', static_configs: [{ targets: [target], labels }] }],
      }),
    );
    const host = await freeHost();
    const child = spawn(
      program,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${host}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const prometheus = new Prometheus(`http://${host}`, child, folder);
    await prometheus.until('it is ready', async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended with exit code ${child.exitCode}`);
      const answer = await fetch(`${prometheus.address}/-/ready`).catch(() => undefined);
      return answer?.ok === true;
    });
    return prometheus;
  }

  /** The values of a query as it stands in a dashboard: PromQL, or `label_values(series, label)` of Grafana's. */
  async ask(query: string): Promise<readonly string[]> {
    const [, series, label] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
    const path =
      series !== undefined && label !== undefined
        ? `label/${label}/values?${String(new URLSearchParams({ 'match[]': series }))}`
        : `query?${String(new URLSearchParams({ query }))}`;
    const answer = await fetch(`${this.address}/api/v1/${path}`);
    if (!answer.ok) throw new Error(`${query}: ${await answer.text()}`);
    const { data } = (await answer.json()) as {
      readonly data: readonly string[] | { readonly result: readonly { readonly value: readonly [number, string] }[] };
    };
    return 'result' in data ? data.result.map(({ value }) => value[1]) : data;
  }

  /** Waits for something that only time brings. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what}`);
      await pause(200);
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    if (this.#process.exitCode === null && this.#process.kill('SIGTERM')) await ended;
    await rm(this.#folder, { recursive: true });
  }
}

function hostOf(server: { address(): object | string | null }): string {
  const address = server.address();
  if (typeof address === 'object' && address && 'port' in address) return `127.0.0.1:${String(address.port)}`;
  throw new Error('the server does not listen');
}

async function freeHost(): Promise<string> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = hostOf(server);
  await new Promise((resolve) => server.close(resolve));
  return host;
}
