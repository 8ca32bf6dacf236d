import { KubeClient } from '../kube/client.ts';
import { fixedCredentials } from '../kube/credentials.ts';
import { silentLogger } from '../observe/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { configMaps } from '../testing/objects.ts';
import { ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { Reflector, type Sink } from './reflector.ts';
import type { Known } from '../kube/frames.ts';
import type { KubernetesObject } from '../kube/types.ts';

export const bookmark = (resourceVersion: number, last = false): object => ({
  type: 'BOOKMARK',
  object: {
    metadata: {
      resourceVersion: String(resourceVersion),
      ...(last && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
    },
  },
});
export const expired = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
export const failure = (status: number, reason: string): { status: number; body: object } => ({
  status,
  body: { kind: 'Status', reason, message: reason },
});

/** Keeps what it was told, and lets a test wait for it. */
class Recorder implements Sink {
  readonly told: string[] = [];
  /** Up to which versions all was told, with how many things it was told by then. */
  readonly upTo: (readonly [resourceVersion: string, told: number])[] = [];
  echoes: Known | undefined;
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;

  listing(): void {}

  keep(object: KubernetesObject): KubernetesObject {
    return object;
  }

  replace(objects: readonly KubernetesObject[], resourceVersion: string): void {
    this.#tell(`list ${resourceVersion}: ${objects.map(({ metadata }) => metadata.name).join(' ')}`);
  }

  changed({ metadata }: KubernetesObject): void {
    this.#tell(`${metadata.name}@${metadata.resourceVersion}`);
  }

  deleted({ metadata }: KubernetesObject): void {
    this.#tell(`-${metadata.name}@${metadata.resourceVersion}`);
  }

  missing(): void {
    this.#tell('missing');
  }

  forbidden(): void {
    this.#tell('forbidden');
  }

  toldUpTo(resourceVersion: string): void {
    this.upTo.push([resourceVersion, this.told.length]);
  }

  async until(count: number): Promise<readonly string[]> {
    if (this.told.length < count) await new Promise<void>((resolve) => (this.#waiting = { count, resolve }));
    return this.told;
  }

  #tell(what: string): void {
    this.told.push(what);
    if (this.#waiting && this.told.length >= this.#waiting.count) this.#waiting.resolve();
  }
}

/** A reflector of ConfigMaps, and the server that answers it. Each test has one of its own. */
export class ReflectorBed {
  readonly clock = new ManualClock();
  readonly sink = new Recorder();
  /** The lengths of its pauses, each of which ended at once. */
  readonly pauses: number[] = [];
  unreadable = 0;
  /** What the server answers when it is asked for its version beside a watch. */
  version = '999';
  readonly #stop = new AbortController();
  #started:
    { readonly server: ScriptedServer; readonly reflector: Reflector; readonly running: Promise<void> } | undefined;

  start(script: Script): void {
    let number = 0;
    const server = new ScriptedServer((request, query) => {
      if (isAboutVersion(query)) return { body: { metadata: { resourceVersion: this.version }, items: [] } };
      return script(request, query, ++number);
    });
    const { clock, pauses } = this;
    const client = new KubeClient({
      transport: server,
      credentials: fixedCredentials({}),
      fieldManager: 'm',
      userAgent: 'u',
      clock,
    });
    // Pauses of the reflector end at once; what is long (the guard of a watch) waits for the test.
    const impatient = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (milliseconds: number, callback: () => void) => {
        if (milliseconds > 40_000) return clock.after(milliseconds, callback);
        pauses.push(milliseconds);
        setImmediate(callback);
        return { cancel: () => undefined };
      },
    };
    const reflector = new Reflector({
      selection: { type: configMaps, namespace: 'default', labelSelector: 'app=x', metadataOnly: false },
      client,
      clock: impatient,
      random: () => 0,
      logger: silentLogger,
      sink: this.sink,
      unreadable: () => (this.unreadable += 1),
    });
    this.#started = { server, reflector, running: reflector.run(this.#stop.signal) };
  }

  get reflector(): Reflector {
    return this.#running.reflector;
  }

  /** What it asked for, but for the version. */
  queries(): readonly URLSearchParams[] {
    return this.#running.server.requests
      .map(({ path }) => new URL(path, 'http://server').searchParams)
      .filter((query) => !isAboutVersion(query));
  }

  /** By which paths it asked for the version. */
  askedForVersion(): readonly string[] {
    return this.#running.server.requests
      .map(({ path }) => path)
      .filter((path) => isAboutVersion(new URL(path, 'http://server').searchParams));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#started?.running;
  }

  get #running() {
    if (!this.#started) throw new Error('it has not been started');
    return this.#started;
  }
}

const isAboutVersion = (query: URLSearchParams): boolean => query.get('limit') === '1';
