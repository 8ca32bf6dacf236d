import type { IGateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { Desired, Live } from 'autopilot-runtime';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IService } from 'kubernetes-models/v1/Service';

/** The port of the Deployment's first container; 80 where it declares none. */
function portOf(deployment: Live<IDeployment>): number {
  const [container] = deployment.spec?.template.spec?.containers ?? [];
  return container?.ports?.[0]?.containerPort ?? 80;
}

/** Under which host name a Deployment is reached through a route. */
function hostOf(deployment: Live<IDeployment>, route: string): string {
  return `${deployment.metadata.name}.${route}`;
}

/** The door of the route: takes in what the VirtualServices hand on. */
export function gatewayFor(route: string): Desired<IGateway> {
  return {
    metadata: { name: route },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [{ hosts: [`*.${route}`], port: { name: 'http', number: 80, protocol: 'HTTP' } }],
    },
  };
}

/** One address for the Deployment's pods. */
export function serviceFor(deployment: Live<IDeployment>): Desired<IService> {
  const port = portOf(deployment);
  return {
    metadata: { name: deployment.metadata.name },
    spec: {
      selector: deployment.spec?.selector.matchLabels ?? {},
      ports: [{ name: 'http', port, targetPort: port }],
    },
  };
}

/** From the host's name to the Service. */
export function virtualServiceFor(
  deployment: Live<IDeployment>,
  route: string,
): Desired<IVirtualService> {
  return {
    metadata: { name: deployment.metadata.name },
    spec: {
      hosts: [hostOf(deployment, route)],
      gateways: [route],
      http: [
        {
          route: [
            {
              destination: { host: deployment.metadata.name, port: { number: portOf(deployment) } },
            },
          ],
        },
      ],
    },
  };
}
