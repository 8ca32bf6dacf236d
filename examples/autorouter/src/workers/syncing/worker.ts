import type { SyncingWorker } from './io.ts';
import { gatewayFor, serviceFor, virtualServiceFor } from './routes.ts';

/** Makes a Gateway, and a Service and a VirtualService for each selected Deployment; what is no longer returned is deleted. */
export const worker: SyncingWorker = async ({ autoRoute, inputs, logger }) => {
  const { name } = autoRoute.metadata;
  const deployments = inputs.deployments.list({ selector: autoRoute.spec.deploymentSelector });
  const names = deployments.map(({ metadata }) => metadata.name);
  logger.info({ deployments: names }, `routing ${names.length} Deployments`);

  return {
    phase: 'Ready',
    outputs: {
      services: deployments.map((deployment) => serviceFor(deployment)),
      virtualServices: deployments.map((deployment) => virtualServiceFor(deployment, name)),
      gateways: [gatewayFor(name)],
    },
    status: { syncedDeployments: names },
  };
};
