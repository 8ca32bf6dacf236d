import { once } from 'node:events';
import { createServer } from 'node:https';
import { createServingCertificate } from '../../../../devcluster/auth/certificate.ts';
import { followLog, LogWriter, readLogQuery } from '../../../../devcluster/http/log-lines.ts';
import { findLog } from '../../../../devcluster/http/pod-log.ts';
import { StatusError } from '../../../../devcluster/http/status.ts';
import type { PodLogs } from '../../../../devcluster/controllers/workloads/pod-logs.ts';
import type { ApiObject } from '../../../../devcluster/store/object.ts';

export interface LogServer {
  readonly port: number;
  close(): Promise<void>;
}

/** What kube-apiserver asks kubelet for: GET /containerLogs/NAMESPACE/POD/CONTAINER, over TLS, with a certificate that nobody checks. */
export async function serveLogs(
  logs: PodLogs,
  podOf: (namespace: string, name: string) => ApiObject | undefined,
): Promise<LogServer> {
  const { cert, key } = createServingCertificate(new Date());
  const server = createServer({ cert, key }, (message, response) => {
    const url = new URL(message.url ?? '/', 'https://node');
    const [, path, namespace = '', name = '', container = ''] = url.pathname.split('/');
    const pod = podOf(namespace, name);
    const refuse = (code: number, text: string): void => void response.writeHead(code).end(text);
    if (path !== 'containerLogs') return refuse(404, '404 page not found\n');
    if (!pod) return refuse(404, `pod "${name}" does not exist`);
    try {
      const query = readLogQuery(url.searchParams, name, new Date());
      const log = findLog(logs, pod, container, query.previous);
      response.writeHead(200, { 'content-type': 'text/plain' });
      if (!query.follow) return void response.end(log ? new LogWriter(query).past(log) : '');
      response.flushHeaders();
      const stop = followLog(log, query, {
        write: (text) => void response.write(text),
        end: () => void response.end(),
      });
      response.once('close', stop);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      refuse(error.code, error.message);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return {
    port: address.port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
