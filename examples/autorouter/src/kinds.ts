// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { ResourceType } from 'autopilot-runtime';

export const deployments = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
} as const satisfies ResourceType;

export const gateways = {
  group: 'networking.istio.io',
  version: 'v1',
  kind: 'Gateway',
  plural: 'gateways',
  namespaced: true,
} as const satisfies ResourceType;

export const services = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
} as const satisfies ResourceType;

export const virtualServices = {
  group: 'networking.istio.io',
  version: 'v1',
  kind: 'VirtualService',
  plural: 'virtualservices',
  namespaced: true,
} as const satisfies ResourceType;
