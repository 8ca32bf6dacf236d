import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { selfSigned } from './self-signed.ts';

const NOW = new Date(Date.UTC(2026, 10, 26, 12));

describe('a certificate that an operator signs itself', () => {
  it('is for localhost and its names, for ten years, and no authority', () => {
    const { cert, key } = selfSigned(['operator-7d9-x2'], NOW);
    const certificate = new X509Certificate(cert);
    assert.equal(certificate.verify(certificate.publicKey), true);
    assert.equal(certificate.ca, false);
    assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
    for (const name of ['localhost', 'operator-7d9-x2']) assert.equal(certificate.checkHost(name), name);
    assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
    assert.equal(certificate.checkHost('elsewhere'), undefined);
    assert.equal(certificate.validFromDate.toISOString(), '2026-11-25T12:00:00.000Z');
    assert.equal(certificate.validToDate.toISOString(), '2036-11-26T12:00:00.000Z');
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  });

  it('is another one each time', () => {
    const [one, two] = [selfSigned([], NOW), selfSigned([], NOW)];
    assert.notEqual(new X509Certificate(one.cert).serialNumber, new X509Certificate(two.cert).serialNumber);
    assert.notEqual(one.key, two.key);
  });

  it('has dates that go beyond 2049, which are written otherwise', () => {
    const { cert } = selfSigned([], new Date(Date.UTC(2045, 0, 1)));
    assert.equal(new X509Certificate(cert).validToDate.getUTCFullYear(), 2055);
  });

  it('is long without harm: names of more than 255 bytes', () => {
    const names = Array.from({ length: 10 }, (_, index) => `${'name'.repeat(12)}-${index}`);
    const certificate = new X509Certificate(selfSigned(names, NOW).cert);
    for (const name of names) assert.equal(certificate.checkHost(name), name);
  });

  it('is what a client that was given it connects by, and no other', async () => {
    const pair = selfSigned([], new Date());
    const server = createServer({ ...pair, minVersion: 'TLSv1.2' }, (socket) => socket.end('hello')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const open = async (ca: string): Promise<TLSSocket> => {
      const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca });
      await once(socket, 'secureConnect');
      return socket;
    };
    try {
      const socket = await open(pair.cert);
      assert.equal(socket.authorized, true);
      socket.destroy();
      await assert.rejects(open(selfSigned([], new Date()).cert), /self-signed|unable to verify/);
    } finally {
      server.close();
    }
  });
});
