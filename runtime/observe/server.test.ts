import assert from 'node:assert/strict';
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
