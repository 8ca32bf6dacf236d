import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:https';
import { createServer } from 'node:https';
import { createServingCertificate } from './certificate.ts';

describe('The certificate of a cluster', () => {
  const made = createServingCertificate(new Date());
  const ca = new X509Certificate(made.ca);
  const cert = new X509Certificate(made.cert);

  it('is issued by the authority that comes with it', () => {
    assert.ok(ca.ca);
    assert.ok(!cert.ca);
    assert.ok(cert.checkIssued(ca));
    assert.ok(cert.verify(ca.publicKey));
    assert.ok(ca.verify(ca.publicKey));
  });

  it('names loopback and is valid now', () => {
    assert.equal(cert.checkIP('127.0.0.1'), '127.0.0.1');
    assert.equal(cert.checkHost('localhost'), 'localhost');
    assert.ok(cert.validFromDate < new Date() && new Date() < cert.validToDate);
  });

  it('is never the same twice', () => {
    assert.notEqual(createServingCertificate(new Date()).ca, made.ca);
  });

  it('is accepted by a client that trusts the authority only', async () => {
    const server = createServer({ key: made.key, cert: made.cert }, (_request, response) => response.end('ok'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const call = request({ host: '127.0.0.1', port, ca: made.ca, agent: false }).end();
    const answers: unknown[] = await once(call, 'response');
    assert.equal(answers.length, 1);
    server.closeAllConnections();
    server.close();
  });
});
