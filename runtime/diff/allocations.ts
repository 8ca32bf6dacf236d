import type { KubernetesObject } from '../kube/types.ts';
import { isMap, type Json, type JsonMap } from './json.ts';

const ADDRESSES: ReadonlySet<string> = new Set(['clusterIP', 'clusterIPs', 'healthCheckNodePort']);

/** A Service that would be made, without the addresses and ports that a dry run took from the server's pools: it would get others. */
export function withoutAllocations(object: KubernetesObject | undefined, asked: Json): KubernetesObject | undefined {
  if (object?.kind !== 'Service' || object.apiVersion !== 'v1') return object;
  const spec: Json = Reflect.get(object, 'spec');
  const wanted = isMap(asked) && isMap(asked['spec']) ? asked['spec'] : {};
  // A headless one has none.
  if (!isMap(spec) || spec['clusterIP'] === 'None') return object;
  const members = Object.entries(spec).filter(([name]) => !ADDRESSES.has(name) || wanted[name] !== undefined);
  return Object.assign({}, object, { spec: withoutNodePorts(Object.fromEntries(members), wanted) });
}

function withoutNodePorts(spec: JsonMap, wanted: JsonMap): JsonMap {
  const [ports, asked] = [spec['ports'], wanted['ports']];
  if (!Array.isArray(ports)) return spec;
  return {
    ...spec,
    ports: ports.map((port: Json, index) => {
      const given: Json = Array.isArray(asked) ? asked[index] : undefined;
      if (!isMap(port) || (isMap(given) && given['nodePort'] !== undefined)) return port;
      const { nodePort: _, ...rest } = port;
      return rest;
    }),
  };
}
