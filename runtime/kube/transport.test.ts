import assert from 'node:assert/strict';
import { once } from 'node:events';
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
    for (const { body } of watches) await assert.rejects(body.text());
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
    const rest = assert.rejects(body.text(), /abort/i);
    abort.abort();
    await rest;
  });
});
