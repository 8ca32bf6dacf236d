// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { ResourceType } from 'autopilot-runtime';

export const deployments = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
} as const satisfies ResourceType;
