import type { Logger } from './logger.ts';
import { serve, type HttpServer, type Page, type Protection } from './server.ts';

type AddressKey = 'healthAddr' | 'metricsAddr' | 'profilingAddr';

/** What is to be served; an address is '' where nothing is. */
export type Served = Readonly<Record<AddressKey, string>> & {
  readonly metricsSecure: boolean;
  readonly metricsCertDir: string;
};

export interface EndpointsOptions {
  /** What is served, by the key of the address. */
  readonly pages: Readonly<Record<AddressKey, Readonly<Record<string, Page>>>>;
  /** Loopback only, and other ports where the configured ones are taken. */
  readonly development: boolean;
  /** What stands before metrics that not everybody may read, with its certificate in this folder. Throws ERR_AP_CERTIFICATE. */
  readonly protect: (certificates: string) => Promise<Protection>;
  readonly logger: Pick<Logger, 'error'>;
}

const KEYS: readonly AddressKey[] = ['healthAddr', 'metricsAddr', 'profilingAddr'];
const NOTHING: Served = {
  healthAddr: '',
  metricsAddr: '',
  profilingAddr: '',
  metricsSecure: false,
  metricsCertDir: '',
};

/** Whether metrics are protected otherwise by the one than by the other. */
function protectsOtherwise(one: Served, other: Served): boolean {
  return (
    one.metricsSecure !== other.metricsSecure || (one.metricsSecure && one.metricsCertDir !== other.metricsCertDir)
  );
}

/** The servers of probes, metrics and profiles. */
export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #servers = new Map<AddressKey, HttpServer>();
  #served = NOTHING;
  #protection: Protection | undefined;

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  /** Where they listen. */
  get listening(): readonly string[] {
    return KEYS.flatMap((key) => this.#servers.get(key)?.address ?? []);
  }

  /**
   * Listens on those of these addresses that are new. Returns how to go through with it, which closes the former ones, and how to leave
   * things as they were. Throws ERR_AP_ADDRESS where one cannot be listened on, or ERR_AP_CERTIFICATE, and leaves things as they were.
   *
   * Metrics that are protected otherwise at the same address are not served meanwhile.
   */
  async open(next: Served): Promise<{ readonly commit: () => Promise<void>; readonly cancel: () => Promise<void> }> {
    const { protect } = this.#options;
    const former = this.#served;
    const protectsAnew = next.metricsAddr !== '' && protectsOtherwise(next, former);
    const changed = KEYS.filter((key) => next[key] !== former[key] || (key === 'metricsAddr' && protectsAnew));
    const opened = new Map<AddressKey, HttpServer>();
    /** Those that had to end first, since another is to listen where they did. */
    const displaced: AddressKey[] = [];
    const formerProtection = this.#protection;
    const reprotects = changed.includes('metricsAddr');
    const protection =
      reprotects && next.metricsAddr !== '' && next.metricsSecure ? await protect(next.metricsCertDir) : undefined;

    const cancel = async (): Promise<void> => {
      await closeAll([...opened.values()]);
      await protection?.close();
      for (const key of displaced) this.#servers.set(key, await this.#serve(key, former, formerProtection));
    };
    try {
      for (const key of changed) {
        if (next[key] === '') continue;
        if (next[key] === former[key]) {
          displaced.push(key);
          await this.#servers.get(key)?.close();
        }
        opened.set(key, await this.#serve(key, next, protection));
      }
    } catch (error) {
      await cancel();
      throw error;
    }
    const commit = async (): Promise<void> => {
      const closing = changed.filter((key) => !displaced.includes(key)).flatMap((key) => this.#servers.get(key) ?? []);
      this.#served = next;
      if (reprotects) this.#protection = protection;
      for (const key of changed) {
        const server = opened.get(key);
        if (server) this.#servers.set(key, server);
        else this.#servers.delete(key);
      }
      await closeAll(closing);
      if (reprotects) await formerProtection?.close();
    };
    return { commit, cancel };
  }

  async close(): Promise<void> {
    await closeAll([...this.#servers.values()]);
    await this.#protection?.close();
  }

  #serve(key: AddressKey, by: Served, protection: Protection | undefined): Promise<HttpServer> {
    const { pages, development, logger } = this.#options;
    return serve(key, by[key], pages[key], {
      // Profiles tell all that is in memory: who wants them from elsewhere has to say so.
      loopback: development || key === 'profilingAddr',
      anyPort: development,
      protection: key === 'metricsAddr' ? protection : undefined,
      logger,
    });
  }
}

async function closeAll(servers: readonly HttpServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
}
