import type { Scenario, Step } from '../scenario.ts';

const CORE = '/api/v1/namespaces/{{ns}}/events';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/{{ns}}/events';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
const TIME = '2020-01-01T00:00:00.500000Z';

const pod = { apiVersion: 'v1', kind: 'Pod', name: 'p', namespace: '{{ns}}', uid: 'u' };
const inCore = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'a' },
  involvedObject: pod,
  reason: 'Started',
  message: 'm',
  source: { component: 'c' },
  type: 'Normal',
  count: 2,
  firstTimestamp: '2020-01-01T00:00:00Z',
  lastTimestamp: '2020-01-02T00:00:00Z',
};
const inEvents = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'b' },
  regarding: pod,
  note: 'n',
  reason: 'Stopped',
  type: 'Warning',
  eventTime: TIME,
  action: 'Stop',
  reportingController: 'example.com/c',
  reportingInstance: 'c-1',
};

const send = (name: string, method: string, path: string, body: unknown): Step => ({ name, method, path, body });
const names = ['items.*.metadata.name', 'items.*.apiVersion'];

/** Events: two groups serve the same objects, each in its own shape. */
export const events: Scenario = {
  name: 'events',
  steps: [
    send('create in core', 'POST', CORE, inCore),
    send('create in events', 'POST', EVENTS, inEvents),
    { name: 'core of core', path: `${CORE}/a` },
    { name: 'core of events', path: `${CORE}/b` },
    { name: 'events of core', path: `${EVENTS}/a` },
    { name: 'events of events', path: `${EVENTS}/b` },
    { name: 'list in core', path: CORE },
    { name: 'list in events', path: EVENTS },
    {
      name: 'table in core',
      path: CORE,
      headers: TABLE,
      query: { includeObject: 'None' },
      ignore: ['columnDefinitions.*.description'],
    },
    {
      name: 'table in events',
      path: EVENTS,
      headers: TABLE,
      query: { includeObject: 'None' },
      ignore: ['columnDefinitions.*.description'],
    },
    {
      name: 'selected in core',
      path: CORE,
      query: { fieldSelector: 'involvedObject.name=p,type=Warning' },
      only: names,
    },
    { name: 'selected in events', path: EVENTS, query: { fieldSelector: 'regarding.name=p,type=Normal' }, only: names },
    { name: 'not selectable in core', path: CORE, query: { fieldSelector: 'regarding.name=p' } },
    { name: 'not selectable in events', path: EVENTS, query: { fieldSelector: 'involvedObject.name=p' } },
    send('the same name in events', 'POST', EVENTS, { ...inEvents, metadata: { name: 'a' } }),
    send('refused in core', 'POST', CORE, { ...inCore, metadata: { name: 'x' }, involvedObject: {} }),
    send('refused in events', 'POST', EVENTS, { ...inEvents, metadata: { name: 'x' }, type: 'Odd' }),
    {
      name: 'patch in events',
      method: 'PATCH',
      path: `${EVENTS}/b`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { series: { count: 2, lastObservedTime: TIME } },
    },
    {
      name: 'patch in core',
      method: 'PATCH',
      path: `${CORE}/a`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { count: 3, message: 'again' },
    },
    { name: 'patched, seen in core', path: `${CORE}/b` },
    { name: 'patched, seen in events', path: `${EVENTS}/a` },
    {
      name: 'apply in events',
      method: 'PATCH',
      path: `${EVENTS}/d`,
      query: { fieldManager: 'm' },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { ...inEvents, metadata: { name: 'd' } },
    },
    { name: 'watch in core', path: CORE, query: { watch: 'true', timeoutSeconds: '2' }, events: 3 },
    { name: 'watch in events', path: EVENTS, query: { watch: 'true', timeoutSeconds: '2' }, events: 3 },
    { name: 'delete in events', method: 'DELETE', path: `${EVENTS}/a` },
    { name: 'deleted in core', path: `${CORE}/a` },
    { name: 'delete all in core', method: 'DELETE', path: CORE },
    { name: 'all deleted in events', path: EVENTS, only: ['items'] },
  ],
};
