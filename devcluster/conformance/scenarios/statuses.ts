import type { Scenario, Step } from '../scenario.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const WIDGETS = '/apis/status.conformance.example.com/v1/namespaces/{{ns}}/widgets';
const GADGETS = '/apis/status.conformance.example.com/v1/namespaces/{{ns}}/gadgets';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{{ns}}/deployments';

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = (kind: string, subresources: object): Step => ({
  name: `define ${kind}`,
  method: 'POST',
  path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  body: {
    metadata: { name: `${kind.toLowerCase()}s.status.conformance.example.com` },
    spec: {
      group: 'status.conformance.example.com',
      scope: 'Namespaced',
      names: { kind, plural: `${kind.toLowerCase()}s` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
        },
      ],
    },
  },
  setup: true,
});
const ready = (plural: string): Step => ({
  name: `${plural} ready`,
  path: `/apis/status.conformance.example.com/v1/namespaces/{{ns}}/${plural}`,
  untilCode: 200,
  setup: true,
});
const patch = (name: string, path: string, body: unknown): Step => ({
  name,
  method: 'PATCH',
  path,
  headers: MERGE,
  body,
});

/** Status subresources and generations, of custom resources with and without one, and of built-in kinds; scale. */
export const statuses: Scenario = {
  name: 'statuses',
  cleanup: [
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.status.conformance.example.com',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.status.conformance.example.com',
  ],
  steps: [
    definition('Widget', {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    }),
    definition('Gadget', {}),
    ready('widgets'),
    ready('gadgets'),
    {
      name: 'create with status',
      method: 'POST',
      path: WIDGETS,
      body: {
        apiVersion: 'status.conformance.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        spec: { a: 1 },
        status: { b: 2 },
      },
    },
    patch('status by main', `${WIDGETS}/w`, { status: { b: 2 } }),
    patch('status', `${WIDGETS}/w/status`, { status: { b: 2 }, spec: { a: 9 }, metadata: { labels: { l: 'm' } } }),
    patch('spec', `${WIDGETS}/w`, { spec: { a: 2 } }),
    patch('metadata', `${WIDGETS}/w`, { metadata: { labels: { l: 'm' }, annotations: { x: 'y' } } }),
    { name: 'get status', path: `${WIDGETS}/w/status` },
    {
      name: 'put status',
      method: 'PUT',
      path: `${WIDGETS}/w/status`,
      body: {
        apiVersion: 'status.conformance.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'w', resourceVersion: '{{metadata:metadata.resourceVersion}}' },
        status: { c: 3 },
      },
    },
    {
      name: 'put status without version',
      method: 'PUT',
      path: `${WIDGETS}/w/status`,
      body: {
        apiVersion: 'status.conformance.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        status: { c: 3 },
      },
    },
    {
      name: 'put without version',
      method: 'PUT',
      path: `${WIDGETS}/w`,
      body: { apiVersion: 'status.conformance.example.com/v1', kind: 'Widget', metadata: { name: 'w' } },
    },
    {
      name: 'apply status',
      method: 'PATCH',
      path: `${WIDGETS}/w/status`,
      headers: APPLY,
      query: { fieldManager: 'one', force: 'true' },
      body: {
        apiVersion: 'status.conformance.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        status: { d: 4 },
      },
    },
    {
      name: 'apply status of nothing',
      method: 'PATCH',
      path: `${WIDGETS}/zzz/status`,
      headers: APPLY,
      query: { fieldManager: 'one' },
      body: {
        apiVersion: 'status.conformance.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'zzz' },
        status: { d: 4 },
      },
    },
    {
      name: 'apply main with status',
      method: 'PATCH',
      path: `${WIDGETS}/w`,
      headers: APPLY,
      query: { fieldManager: 'two' },
      body: {
        apiVersion: 'status.conformance.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        spec: { z: 1 },
        status: { d: 9 },
      },
    },
    patch('no status', `${WIDGETS}/w/status`, { status: null }),
    { name: 'delete status', method: 'DELETE', path: `${WIDGETS}/w/status` },
    { name: 'post status', method: 'POST', path: `${WIDGETS}/w/status`, body: {} },
    { name: 'no such subresource', path: `${WIDGETS}/w/foo` },
    { name: 'scale without replicas', path: `${WIDGETS}/w/scale` },
    patch('scale', `${WIDGETS}/w/scale`, { spec: { replicas: 3 } }),
    { name: 'get scale', path: `${WIDGETS}/w/scale` },
    {
      name: 'put scale',
      method: 'PUT',
      path: `${WIDGETS}/w/scale`,
      body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'w' }, spec: { replicas: 4 } },
    },
    {
      name: 'put scale with version',
      method: 'PUT',
      path: `${WIDGETS}/w/scale`,
      body: {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'w', resourceVersion: '{{get scale:metadata.resourceVersion}}' },
        spec: { replicas: 5 },
      },
    },
    { name: 'after scale', path: `${WIDGETS}/w` },
    {
      name: 'gadget with status',
      method: 'POST',
      path: GADGETS,
      body: {
        apiVersion: 'status.conformance.example.com/v1',
        kind: 'Gadget',
        metadata: { name: 'g' },
        spec: { a: 1 },
        status: { b: 2 },
      },
    },
    patch('gadget status by main', `${GADGETS}/g`, { status: { b: 3 } }),
    { name: 'gadget status', path: `${GADGETS}/g/status` },
    { name: 'gadget scale', path: `${GADGETS}/g/scale` },
    { name: 'custom without kind', method: 'POST', path: GADGETS, body: { metadata: { name: 'h' } } },
    {
      name: 'custom without apiVersion',
      method: 'POST',
      path: GADGETS,
      body: { kind: 'Gadget', metadata: { name: 'h' } },
    },
    {
      name: 'custom of other kind',
      method: 'POST',
      path: GADGETS,
      body: { apiVersion: 'status.conformance.example.com/v1', kind: 'Widget', metadata: { name: 'h' } },
    },
    {
      name: 'custom of other version',
      method: 'POST',
      path: GADGETS,
      body: { apiVersion: 'status.conformance.example.com/v2', kind: 'Gadget', metadata: { name: 'h' } },
    },
    {
      name: 'custom of other group',
      method: 'POST',
      path: GADGETS,
      body: { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'h' } },
    },
    {
      name: 'custom by strategic merge',
      method: 'PATCH',
      path: `${GADGETS}/g`,
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: {},
    },
    {
      name: 'custom by unknown patch',
      method: 'PATCH',
      path: `${GADGETS}/g`,
      headers: { 'content-type': 'application/foo' },
      body: {},
    },
    { name: 'missing gadget', path: `${GADGETS}/zzz` },
    {
      name: 'gadget exists',
      method: 'POST',
      path: GADGETS,
      body: { apiVersion: 'status.conformance.example.com/v1', kind: 'Gadget', metadata: { name: 'g' } },
    },
    {
      name: 'bad gadget name',
      method: 'POST',
      path: GADGETS,
      body: { apiVersion: 'status.conformance.example.com/v1', kind: 'Gadget', metadata: { name: 'G_' } },
    },
    {
      name: 'invalid gadget update',
      method: 'PATCH',
      path: `${GADGETS}/g`,
      headers: MERGE,
      body: { metadata: { labels: { '-': '!' } } },
    },
    { name: 'delete gadget', method: 'DELETE', path: `${GADGETS}/g` },
    {
      name: 'deployment',
      method: 'POST',
      path: DEPLOYMENTS,
      body: {
        metadata: { name: 'd' },
        spec: {
          paused: true,
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
        },
      },
      only: ['metadata.generation'],
    },
    {
      ...patch('deployment annotation', `${DEPLOYMENTS}/d`, { metadata: { annotations: { x: 'y' } } }),
      only: ['metadata.generation'],
    },
    {
      ...patch('deployment label', `${DEPLOYMENTS}/d`, { metadata: { labels: { x: 'y' } } }),
      only: ['metadata.generation'],
    },
    { ...patch('deployment spec', `${DEPLOYMENTS}/d`, { spec: { replicas: 1 } }), only: ['metadata.generation'] },
    {
      ...patch('deployment status', `${DEPLOYMENTS}/d/status`, {
        spec: { replicas: 5 },
        metadata: { labels: { z: 'z' }, annotations: { status: 'wrote' } },
        status: { replicas: 2 },
      }),
      only: [
        'metadata.labels',
        'metadata.annotations.status',
        'spec.replicas',
        'status.replicas',
        'metadata.generation',
      ],
    },
    {
      name: 'deployment scale',
      path: `${DEPLOYMENTS}/d/scale`,
      only: ['kind', 'apiVersion', 'spec', 'status.selector', 'metadata.name'],
    },
    {
      ...patch('scale deployment', `${DEPLOYMENTS}/d/scale`, { spec: { replicas: 2 } }),
      only: ['spec', 'metadata.name'],
    },
    { name: 'configmap status', path: '/api/v1/namespaces/{{ns}}/configmaps/kube-root-ca.crt/status' },
  ],
};
