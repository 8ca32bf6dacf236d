/** Events in both of their shapes. */
import type { JsonObject } from '../../devcluster/schema/json.ts';
import type { CorpusEntry } from './corpus.ts';

const pod = { kind: 'Pod', name: 'p', namespace: 'default' };
const time = '2020-01-01T00:00:00.500000Z';

const fresh = {
  eventTime: time,
  reportingInstance: 'i',
  action: 'a',
  reason: 'R',
  type: 'Normal',
};

const CORE: readonly JsonObject[] = [
  { involvedObject: pod, reason: 'R', message: 'm', count: 1, firstTimestamp: '2020-01-01T00:00:00Z' },
  { involvedObject: {} },
  { involvedObject: { namespace: 'x' } },
  { involvedObject: pod, eventTime: time },
  { ...fresh, involvedObject: pod, reportingComponent: 'a b', message: 'x'.repeat(1025) },
  { ...fresh, involvedObject: pod, reportingComponent: 'example.com/c', reason: 'x'.repeat(129) },
  { ...fresh, involvedObject: pod, reportingComponent: 'example.com/c', series: { count: 1 } },
  { metadata: { name: 'A_' }, involvedObject: pod },
  { metadata: { name: 'a', finalizers: ['short'] }, involvedObject: pod },
];

const EVENTS: readonly JsonObject[] = [
  { ...fresh, regarding: pod, note: 'n', reportingController: 'example.com/c' },
  { ...fresh, regarding: pod, reportingController: 'c', series: { count: 2, lastObservedTime: time } },
  { ...fresh, regarding: pod, reportingController: 'c', series: { count: 1 } },
  { type: 'Odd', series: { count: 1 } },
  { ...fresh, regarding: pod, reportingController: '', type: '', deprecatedCount: 1 },
  {
    ...fresh,
    regarding: pod,
    reportingController: 'c',
    deprecatedFirstTimestamp: '2020-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2020-01-01T00:00:00Z',
    deprecatedSource: { component: 'c' },
  },
  { ...fresh, metadata: { name: 'A_', finalizers: ['short'] }, regarding: pod, reportingController: 'c' },
  { ...fresh, eventTime: '2020-01-01T00:00:00Z', regarding: pod, reportingController: 'c' },
];

function entries(path: string, apiVersion: string, bodies: readonly JsonObject[]): CorpusEntry[] {
  return bodies.map((body) => ({ path, object: { apiVersion, kind: 'Event', metadata: { name: 'sample' }, ...body } }));
}

export const EVENT_CORPUS: readonly CorpusEntry[] = [
  ...entries('/api/v1/namespaces/default/events', 'v1', CORE),
  ...entries('/apis/events.k8s.io/v1/namespaces/default/events', 'events.k8s.io/v1', EVENTS),
];
