import assert from 'node:assert/strict';
import { findMetricsServer } from './server.ts';

const istio = { meshProvider: 'Istio', controlPlaneNs: 'mesh' };
const custom = { ...istio, meshProvider: 'Custom' };
const find = (env: Readonly<Record<string, string>>, settings = istio) => findMetricsServer(settings, env);

describe('The metrics server', () => {
  it('is Istio’s in its namespace, unless METRICS_SERVER names another', () => {
    assert.deepEqual(find({}), { address: 'http://prometheus.mesh:9090' });
    assert.deepEqual(find({ METRICS_SERVER: '' }), { address: 'http://prometheus.mesh:9090' });
    for (const settings of [istio, custom])
      assert.deepEqual(find({ METRICS_SERVER: 'https://m.test/prometheus/' }, settings), {
        address: 'https://m.test/prometheus',
      });
  });

  it('is named by somebody where there is no Istio', () => {
    assert.throws(() => find({}, custom), {
      code: 'ERR_AP_METRICS_SERVER',
      message: /`meshProvider: Custom` nobody knows where they are\. Set METRICS_SERVER to the address/,
    });
  });

  it('is told who asks, by a password in the address or by a token, and messages do not tell it', () => {
    assert.deepEqual(find({ METRICS_SERVER: 'http://a:p%40ss@m.test:9090' }), {
      address: 'http://m.test:9090',
      authorization: `Basic ${Buffer.from('a:p@ss').toString('base64')}`,
    });
    assert.deepEqual(find({ METRICS_TOKEN: 't\n' }), {
      address: 'http://prometheus.mesh:9090',
      authorization: 'Bearer t',
    });
    assert.throws(() => find({ METRICS_SERVER: 'http://a:hidden@m.test', METRICS_TOKEN: 't' }), /one of the two/);
  });

  it('has an address', () => {
    for (const bad of ['m.test:9090', 'ftp://m.test', 'http://', 'http://m.test/?a=b', 'http://m.test/#a'])
      assert.throws(() => find({ METRICS_SERVER: bad }), { code: 'ERR_AP_METRICS_SERVER' }, bad);
  });
});
