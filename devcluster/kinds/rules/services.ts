import { listAt, stringAt, type JsonObject } from '../../schema/json.ts';

/** Whether a service can be reached from outside of the cluster. Source: k8s.io/kubernetes/pkg/api/service. */
export function externallyAccessible(spec: JsonObject): boolean {
  const type = stringAt(spec, 'type');
  if (type === 'LoadBalancer' || type === 'NodePort') return true;
  return type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0;
}
