// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { ResourceType } from 'autopilot-runtime';

export const configMaps = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
} as const satisfies ResourceType;
