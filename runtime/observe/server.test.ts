import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { parseAddress, serve, type HttpServer } from './server.ts';

const text = (body: string) => Promise.resolve({ status: 200, type: 'text/plain', body });

describe('pages over HTTP', () => {
  const servers: HttpServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  const get = async (address: string, path: string): Promise<string> => {
    const response = await fetch(`http://${address}${path}`);
    return `${response.status} ${await response.text()}`;
  };

  it('are found by their path; others are not, and one that fails harms no other', async () => {
    const server = await serve('healthAddr', '127.0.0.1:0', {
      '/good': () => text('yes'),
      '/bad': () => Promise.reject(new Error('broken')),
    });
    servers.push(server);
    assert.equal(await get(server.address, '/bad'), '500 broken\n');
    assert.equal(await get(server.address, '/good?verbose'), '200 yes');
    assert.equal(await get(server.address, '/other'), '404 not found\n');
  });

  for (const [secured, protection] of [
    ['', undefined],
    [
      ', before anybody is asked who he is',
      { createServer, refusal: () => assert.fail('it was asked'), close: () => Promise.resolve() },
    ],
  ] as const)
    it(`are not asked for by what is no path, which harms nobody${secured}`, async () => {
      const server = await serve('metricsAddr', '127.0.0.1:0', { '/': () => text('yes') }, { protection });
      servers.push(server);
      for (const path of ['//', '///', 'http://[', 'http://a:b/']) {
        const asking = request(`http://${server.address}`, { path }).end();
        const [response] = (await once(asking, 'response')) as [IncomingMessage];
        response.resume();
        assert.equal(response.statusCode, 400, path);
      }
    });

  it('that throw harm no other', async () => {
    const server = await serve('healthAddr', '127.0.0.1:0', {
      '/good': () => text('yes'),
      '/bad': () => assert.fail('broken'),
    });
    servers.push(server);
    assert.equal(await get(server.address, '/bad'), '500 broken\n');
    assert.equal(await get(server.address, '/good'), '200 yes');
  });

  it('are served on where connections could not be accepted, which is told once until one is', async () => {
    const lines: string[] = [];
    let listening: Server | undefined;
    const server = await serve(
      'healthAddr',
      '127.0.0.1:0',
      { '/': () => text('yes') },
      {
        logger: { error: (fields: object | string, message = fields) => void lines.push(String(message)) },
        protection: {
          createServer: (listener) => (listening = createServer(listener)),
          refusal: () => Promise.resolve(undefined),
          close: () => Promise.resolve(),
        },
      },
    );
    servers.push(server);
    const fail = (): void => void listening?.emit('error', new Error('accept EMFILE'));
    fail();
    fail();
    assert.equal(await get(server.address, '/'), '200 yes');
    fail();
    const line = `healthAddr ${server.address}: a connection was not accepted: accept EMFILE`;
    assert.deepEqual(lines, [line, line]);
  });

  it('are served on a port that is taken only where any other does too', async () => {
    const first = await serve('metricsAddr', '127.0.0.1:0', {});
    servers.push(first);
    await assert.rejects(serve('metricsAddr', first.address, {}), /metricsAddr .* cannot be listened on: .*EADDRINUSE/);
    const second = await serve('metricsAddr', first.address, { '/': () => text('second') }, { anyPort: true });
    servers.push(second);
    assert.notEqual(second.address, first.address);
    assert.equal(await get(second.address, '/'), '200 second');
  });

  it('have addresses as Go writes them', () => {
    assert.deepEqual(parseAddress('a', ':9091'), { host: undefined, port: 9091 });
    assert.deepEqual(parseAddress('a', 'localhost:0'), { host: 'localhost', port: 0 });
    assert.deepEqual(parseAddress('a', '[::1]:80'), { host: '::1', port: 80 });
    for (const address of ['9091', ':', ':http', ':65536', '::1:80', 'a b'])
      assert.throws(() => parseAddress('healthAddr', address), /ERR_AP_ADDRESS|healthAddr/, address);
  });
});
