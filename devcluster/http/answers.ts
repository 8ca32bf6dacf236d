import { request } from 'node:https';

/** Milliseconds until a server on loopback counts as gone. */
const PATIENCE = 1000;

/** Whether a server with a certificate of this authority (PEM) is there: a port may have gone to somebody else. */
export function answers(url: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { ca, timeout: PATIENCE, agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    asked.once('error', () => resolve(false)).once('timeout', () => asked.destroy());
    asked.end();
  });
}
