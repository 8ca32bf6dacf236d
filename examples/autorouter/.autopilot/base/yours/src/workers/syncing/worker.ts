import type { SyncingWorker } from './io.ts';

/**
 * Makes a Gateway, and a Service and a VirtualService for each selected Deployment.
 *
 * Runs when an AutoRoute comes to this phase, and again when its spec or something that was
 * read here has changed: a function of what it is given, that keeps nothing between two runs.
 */
export const worker: SyncingWorker = async ({ autoRoute, inputs, logger }) => {
  const found = inputs.deployments.list();
  logger.info({ name: autoRoute.metadata.name, deployments: found.length }, 'Syncing');

  return {
    phase: 'Ready',
    // `outputs` is what shall exist. It belongs to the AutoRoute: deleted when it is no longer
    // returned, and gone with the AutoRoute.
    // outputs: {
    //   services: [
    //     {
    //       metadata: { name: autoRoute.metadata.name },
    //       spec: { selector: { app: autoRoute.metadata.name }, ports: [{ port: 80 }] },
    //     },
    //   ],
    //   virtualServices: [
    //     {
    //       metadata: { name: autoRoute.metadata.name },
    //       spec: {
    //         hosts: [autoRoute.metadata.name],
    //         http: [{ route: [{ destination: { host: autoRoute.metadata.name } }] }],
    //       },
    //     },
    //   ],
    //   gateways: [
    //     {
    //       metadata: { name: autoRoute.metadata.name },
    //       spec: {
    //         selector: { istio: 'ingressgateway' },
    //         servers: [{ hosts: ['*'], port: { name: 'http', number: 80, protocol: 'HTTP' } }],
    //       },
    //     },
    //   ],
    // },
    // `status` is what to report. It replaces what was reported before; without it, that stays.
    // status: { lastMessage: 'Done' },
  };
};
