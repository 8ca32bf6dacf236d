import assert from 'node:assert/strict';
import type { IGateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { IService } from 'kubernetes-models/v1/Service';
import { deployment } from './deployments.ts';
import { failure, runFrom } from './harness.ts';

const ISTIO = 'networking.istio.io/v1';

describe('Syncing', () => {
  it('makes a Gateway, and a Service and a VirtualService for each selected Deployment', async () => {
    const given = [
      deployment('cart', 'example', 9000),
      deployment('web'),
      deployment('batch', 'other'),
    ];
    await runFrom(
      'Syncing',
      async ({ cluster, settled }) => {
        const autoRoute = await settled();

        assert.equal(failure(autoRoute), undefined);
        assert.equal(autoRoute.status?.phase, 'Ready');
        assert.deepEqual(autoRoute.status.syncedDeployments, ['cart', 'web']);
        const gateway = await cluster.get<IGateway>({
          apiVersion: ISTIO,
          kind: 'Gateway',
          name: 'example',
        });
        assert.deepEqual(gateway.spec?.servers?.[0]?.hosts, ['*.example']);
        const cart = await cluster.get<IService>({
          apiVersion: 'v1',
          kind: 'Service',
          name: 'cart',
        });
        assert.deepEqual(cart.spec?.selector, { name: 'cart' });
        assert.equal(cart.spec.ports?.[0]?.port, 9000);
        const route = await cluster.get<IVirtualService>({
          apiVersion: ISTIO,
          kind: 'VirtualService',
          name: 'cart',
        });
        assert.deepEqual(route.spec?.hosts, ['cart.example']);
        const routes = await cluster.list({ apiVersion: ISTIO, kind: 'VirtualService' });
        assert.deepEqual(
          routes.map(({ metadata }) => metadata.name),
          ['cart', 'web'],
        );
      },
      given,
    );
  });
});
