import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Transport } from './transport.ts';

describe('transport', () => {
  let server: Server;
  let transport: Transport;
  let connections: number;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let seen: (string | undefined)[];

  beforeEach(async () => {
    connections = 0;
    seen = [];
    answer = (_request, response) => void response.end('{}');
    server = createServer((request, response) => {
      seen.push(request.url);
      request.resume();
      answer(request, response);
    }).listen(0, '127.0.0.1');
    server.on('connection', () => (connections += 1));
    await once(server, 'listening');
    transport = connect({ server: `${url()}/clusters/one`, tls: {} });
  });
  afterEach(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  function url(): string {
    const address = server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : assert.fail();
  }
  const get = async (path: string): Promise<string> => {
    const { body } = await transport.send({ method: 'GET', path, headers: {} });
    return body.text();
  };

  it('keeps the path of a server that stands behind one', async () => {
    await get('/api/v1/pods?limit=1');
    assert.deepEqual(seen, ['/clusters/one/api/v1/pods?limit=1']);
  });

  it('uses connections again, and opens more only for what is under way at once', async () => {
    for (let index = 0; index < 50; index += 1) await get('/a');
    assert.ok(connections <= 2, `one after the other needed ${connections}`);
    await Promise.all(Array.from({ length: 50 }, (_, index) => get(`/${index % 8}`)));
    const most = connections;
    await Promise.all(Array.from({ length: 50 }, () => get('/b')));
    assert.equal(connections, most);
  });

  it('lets requests through while watches hold their connections', async () => {
    answer = (request, response) => {
      if (request.url?.includes('watch')) response.write('{}\n');
      else response.end('{}');
    };
    const watches = await Promise.all(
      Array.from({ length: 20 }, () =>
        transport.send({ method: 'GET', path: '/x?watch', headers: {}, streamed: true }),
      ),
    );
    assert.equal(await get('/a'), '{}');
    await transport.close();
    for (const { body } of watches) await assert.rejects(Promise.resolve(body.text()));
  });

  it('ends a request at once whose signal aborts, in the middle of its answer too', async () => {
    const abort = new AbortController();
    answer = (_request, response) => void response.write('half');
    const { body } = await transport.send({
      method: 'GET',
      path: '/x',
      headers: {},
      streamed: true,
      signal: abort.signal,
    });
    const rest = assert.rejects(Promise.resolve(body.text()), /abort/i);
    abort.abort();
    await rest;
  });

  it('ends all requests of one signal, and those alone that are under way; it listens no longer than there are any', async () => {
    const abort = new AbortController();
    const { signal } = abort;
    answer = (request, response) => void (request.url?.endsWith('/quick') === true && response.end('{}'));
    const send = (path: string) => transport.send({ method: 'GET', path, headers: {}, signal });
    await send('/quick');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    const slow = [send('/slow'), send('/slower')];
    const quick = await send('/quick');
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    abort.abort(new Error('over'));
    for (const each of slow) await assert.rejects(each, /over/);
    assert.equal(quick.status, 200);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('ends a request that was aborted before it could be sent, and sends nothing', async () => {
    const request = { method: 'GET', path: '/x', headers: {} } as const;
    await assert.rejects(transport.send({ ...request, signal: AbortSignal.abort(new Error('too late')) }), /too late/);
    const abort = new AbortController();
    const waiting = transport.send({ ...request, signal: abort.signal });
    // The connection is still to be made.
    abort.abort(new Error('given up'));
    await assert.rejects(waiting, /given up/);
    assert.equal(await get('/after'), '{}');
    assert.deepEqual(seen, ['/clusters/one/after']);
  });

  it('reads a stream no faster than it is taken, and loses nothing of it', async () => {
    const line = `${'x'.repeat(65_535)}\n`;
    const lines = 400;
    let written = 0;
    answer = (_request, response) => {
      const more = (): void => {
        while (written < lines) {
          written += 1;
          if (!response.write(line)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    };
    const { body } = await transport.send({ method: 'GET', path: '/x', headers: {}, streamed: true });
    let held = written;
    // As much as fits into buffers on the way: it has come to a stop when it is the same after another request.
    for (let before = -1; held !== before; before = held, held = written) await Promise.all([others(), others()]);
    assert.ok(held < lines, 'all of it was read though nobody took it');
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    assert.equal(bytes, lines * line.length);

    async function others(): Promise<void> {
      answer = (_request, response) => void response.end('{}');
      for (let index = 0; index < 20; index += 1) await get('/y');
    }
  });
});
