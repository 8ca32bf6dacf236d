import { serve, type HttpServer, type Page } from './server.ts';

type AddressKey = 'healthAddr' | 'metricsAddr' | 'profilingAddr';
/** '' where nothing is to be served. */
type Addresses = Readonly<Record<AddressKey, string>>;

export interface EndpointsOptions {
  /** What is served, by the key of the address. */
  readonly pages: Readonly<Record<AddressKey, Readonly<Record<string, Page>>>>;
  /** Loopback only, and other ports where the configured ones are taken. */
  readonly development: boolean;
}

const KEYS: readonly AddressKey[] = ['healthAddr', 'metricsAddr', 'profilingAddr'];

/** The servers of probes, metrics and profiles. */
export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #servers = new Map<AddressKey, HttpServer>();
  #addresses: Addresses = { healthAddr: '', metricsAddr: '', profilingAddr: '' };

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  /** Where they listen. */
  get listening(): readonly string[] {
    return KEYS.flatMap((key) => this.#servers.get(key)?.address ?? []);
  }

  /**
   * Listens on those of these addresses that are new. Returns how to go through with it, which closes the former ones, and how to leave
   * things as they were. Throws ERR_AP_ADDRESS, and leaves things as they were, where one cannot be listened on.
   */
  async open(
    addresses: Addresses,
  ): Promise<{ readonly commit: () => Promise<void>; readonly cancel: () => Promise<void> }> {
    const { pages, development } = this.#options;
    const opened = new Map<AddressKey, HttpServer>();
    const changed = KEYS.filter((key) => addresses[key] !== this.#addresses[key]);
    const cancel = async (): Promise<void> => {
      await Promise.all(Array.from(opened.values(), (server) => server.close()));
    };
    try {
      for (const key of changed) {
        if (addresses[key] === '') continue;
        // Profiles tell all that is in memory: who wants them from elsewhere has to say so.
        const options = { loopback: development || key === 'profilingAddr', anyPort: development };
        opened.set(key, await serve(key, addresses[key], pages[key], options));
      }
    } catch (error) {
      await cancel();
      throw error;
    }
    const commit = async (): Promise<void> => {
      const former = changed.flatMap((key) => this.#servers.get(key) ?? []);
      this.#addresses = addresses;
      for (const key of changed) {
        const server = opened.get(key);
        if (server) this.#servers.set(key, server);
        else this.#servers.delete(key);
      }
      await Promise.all(former.map((server) => server.close()));
    };
    return { commit, cancel };
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#servers.values(), (server) => server.close()));
  }
}
