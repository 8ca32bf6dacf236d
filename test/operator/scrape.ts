import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { load } from 'js-yaml';

export interface Scraped {
  readonly status: number | undefined;
  readonly body: string;
  /** Of the certificate that was shown. */
  readonly fingerprint: string;
}

/** Asks an address for a page over TLS, as a scraper that looks at no certificate unless `ca` is given. */
export async function scrape(address: string, token?: string, options: RequestOptions = {}): Promise<Scraped> {
  const [host, port] = address.split(':');
  const sent = request({
    host,
    port,
    path: '/metrics',
    agent: false,
    rejectUnauthorized: options.ca !== undefined,
    servername: 'localhost',
    ...options,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { fingerprint256: fingerprint } = (response.socket as TLSSocket).getPeerCertificate();
  return { status: response.statusCode, body: await text(response), fingerprint };
}

/** The token that a kubeconfig sends. */
export function tokenOf(kubeconfig: string): string {
  const { users } = load(kubeconfig) as { readonly users: readonly [{ readonly user: { readonly token: string } }] };
  return users[0].user.token;
}
