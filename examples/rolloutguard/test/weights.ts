import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { Cluster } from 'autopilot-devcluster';

/** How the traffic of the example is divided: to the stable workload, to the canary. */
export async function weightsOf(cluster: Cluster): Promise<readonly (number | undefined)[]> {
  const { spec } = await cluster.get<IVirtualService>({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    name: 'example',
  });
  return spec?.http?.[0]?.route?.map(({ weight }) => weight) ?? [];
}
