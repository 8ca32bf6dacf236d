import assert from 'node:assert/strict';
import type { CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import { crdOf, labelSelector } from '../../runtime/crd/crd.ts';
import * as z from 'zod';
import { loadProject } from '../config/load.ts';
import type { Project } from '../model.ts';

/** Projects to render manifests of; named as a test so that no package carries it. */

export const AUTOROUTE = `
kind: AutoRoute
apiVersion: examples.io/v1
operatorName: autoroute-operator
phases:
  - { name: Initializing, initial: true }
  - { name: Syncing, inputs: [deployments], outputs: [services, virtualservices, gateways] }
  - { name: Ready, inputs: [deployments] }
`;

/** A resource of scope Cluster, which reads and writes kinds of both scopes. */
export const TENANT = `
kind: Tenant
apiVersion: tenants.examples.io/v1alpha1
operatorName: tenant-operator
scope: Cluster
shortNames: [tn]
categories: [all]
phases:
  - { name: Creating, initial: true, inputs: [nodes, metrics], outputs: [namespaces, resourcequotas, roles] }
  - { name: Done, final: true }
rbac:
  - { apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate] }
`;

/** A resource in a namespace whose operator reads beyond it, and has a name that no Service could have. */
export const SURVEY = `
kind: Survey
apiVersion: surveys.examples.io/v1
operatorName: 2-survey-operator
enableFinalizer: true
phases:
  - name: Counting
    initial: true
    inputs: [nodes, { name: pods, namespace: any }, configmaps]
    outputs: [configmaps, pods, foos]
  - name: Reporting
    inputs: [configmaps]
rbac:
  - { apiGroups: [''], resources: [pods/log, nodes/proxy], verbs: [get] }
  - { nonResourceURLs: [/metrics], verbs: [get] }
customParameters:
  - { lowerName: foos, singleName: Foo, apiGroup: foo.io, version: v1 }
`;

/** What is patched beyond the resource's namespace has no namespace. */
export const LABELS = `
kind: Labelling
apiVersion: examples.io/v1
operatorName: labelling-operator
phases:
  - { name: Labelling, initial: true, inputs: [services], patches: [nodes, deployments, services] }
`;

export function project(autopilot: string, operator = ''): Project {
  const loaded = loadProject({
    autopilot: { file: 'autopilot.yaml', text: autopilot },
    operator: { file: 'autopilot-operator.yaml', text: operator },
  });
  assert.deepEqual(loaded.problems, []);
  assert.ok(loaded.project);
  return loaded.project;
}

export function crdFor(of: Project): CustomResourceDefinition {
  const spec = z.object({ deploymentSelector: labelSelector(), mode: z.enum(['a', 'b']).optional() });
  return crdOf(
    { ...of, phases: of.phases.map(({ name }) => name) },
    { spec, status: z.object({ synced: z.array(z.string()) }) },
  );
}
