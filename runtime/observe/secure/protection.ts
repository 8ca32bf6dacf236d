import { createServer, type Server } from 'node:https';
import type { Protection } from '../server.ts';
import { Callers, type CallersOptions } from './callers.ts';
import type { KeyPair } from './key-pair.ts';
import { ServingCertificate, type ServingCertificateOptions } from './serving-certificate.ts';

/**
 * TLS and a look at each caller for pages that not everybody may read. In a module of its own, which only operators load that ask for it.
 * Throws ERR_AP_CERTIFICATE where the files of the folder cannot be used.
 */
export async function protect(options: ServingCertificateOptions & CallersOptions): Promise<Protection> {
  const certificate = await ServingCertificate.open(options);
  const callers = new Callers(options);
  let server: Server | undefined;
  // Connections that there are go on by the certificate that they began with.
  certificate.onChange((pair) => server?.setSecureContext(contextOf(pair)));
  return {
    createServer(listener) {
      server = createServer(contextOf(certificate.pair), listener);
      return server;
    },
    refusal: (request, path) => callers.refusal(request, path),
    close: () => certificate.close(),
  };
}

function contextOf(pair: KeyPair) {
  return { ...pair, minVersion: 'TLSv1.2' } as const;
}
