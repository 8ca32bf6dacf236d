import { queryErrors } from './errors.ts';

/** Where queries go. */
export interface MetricsServer {
  /** `http://host:port`, perhaps with a path; without credentials, so that messages can name it. */
  readonly address: string;
  /** The header that says who asks. */
  readonly authorization?: string;
}

interface Settings {
  readonly meshProvider: string;
  readonly controlPlaneNs: string;
}

/**
 * Finds the metrics server: METRICS_SERVER (a URL, perhaps with `user:password@` and a path below which Prometheus' API is), else that of
 * an Istio in its namespace. METRICS_TOKEN is sent as a bearer token. A server whose certificate a private authority has signed needs Node's
 * NODE_EXTRA_CA_CERTS. Throws ERR_AP_METRICS_SERVER where there is none, or METRICS_SERVER is no URL.
 */
export function findMetricsServer({ meshProvider, controlPlaneNs }: Settings, env: NodeJS.ProcessEnv): MetricsServer {
  const given = env['METRICS_SERVER']?.trim() ?? '';
  if (given === '' && meshProvider !== 'Istio')
    throw queryErrors.server(
      `A phase reads \`metrics\`, and with \`meshProvider: ${meshProvider}\` nobody knows where they are.`,
    );
  const url = parse(given === '' ? `http://prometheus.${controlPlaneNs}:9090` : given);
  if (!url) throw queryErrors.server('METRICS_SERVER is no address that begins with http:// or https://.');
  if (url.search !== '' || url.hash !== '')
    throw queryErrors.server('METRICS_SERVER has something after its path, where the query goes.');
  const address = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const token = env['METRICS_TOKEN']?.trim() ?? '';
  if (url.username !== '' || url.password !== '') {
    if (token !== '')
      throw queryErrors.server('METRICS_SERVER has a password, and METRICS_TOKEN is set: one of the two.');
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return { address, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  }
  return token === '' ? { address } : { address, authorization: `Bearer ${token}` };
}

function parse(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}
