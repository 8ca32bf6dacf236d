import { listAt, objectAt } from '../schema/json.ts';

const RESOURCES = ['cpu', 'memory'];

/** How a pod is treated when its node runs out of something. Source: pkg/apis/core/helper/qos. */
export function qosClass(spec: object): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
  const bounds = containers.map((container) => ({
    requests: objectAt(container, 'resources', 'requests') ?? {},
    limits: objectAt(container, 'resources', 'limits') ?? {},
  }));
  const some = (amounts: object): boolean => RESOURCES.some((name) => Object.hasOwn(amounts, name));
  if (!bounds.some(({ requests, limits }) => some(requests) || some(limits))) return 'BestEffort';
  const guaranteed = bounds.every(({ requests, limits }) =>
    RESOURCES.every((name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
