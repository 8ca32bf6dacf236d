import type { ClusterAccess } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';

/** The connection of a process that is killed when a write is done: nothing is sent or heard any more. Writes that are not to be kept do not count. */
export class KilledTransport {
  readonly #number: number;
  #writes = 0;
  /** The write that it died at. */
  fatal = '';

  constructor(number: number) {
    this.#number = number;
  }

  get isDead(): boolean {
    return this.fatal !== '';
  }

  connect(access: ClusterAccess): Transport {
    const transport = connect(access);
    return {
      send: async (request) => {
        if (this.isDead) throw new Error('this process is dead');
        const { method, path } = request;
        if (method === 'GET' || path.includes('dryRun=All')) return transport.send(request);
        this.#writes += 1;
        if (this.#writes !== this.#number) return transport.send(request);
        this.fatal = `${method} ${path}`;
        await (await transport.send(request)).body.text();
        throw new Error('this process is dead');
      },
      close: () => transport.close(),
    };
  }
}
