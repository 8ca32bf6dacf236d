// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { ResourceType } from 'autopilot-runtime';

export const virtualServices = {
  group: 'networking.istio.io',
  version: 'v1',
  kind: 'VirtualService',
  plural: 'virtualservices',
  namespaced: true,
} as const satisfies ResourceType;
