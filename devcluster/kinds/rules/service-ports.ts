/** Node ports of services. Source: k8s.io/kubernetes/pkg/registry/core/service/storage (storage.go, alloc.go). */
import { invalid, type FieldError } from '../../schema/field-error.ts';
import { stringAt, type JsonObject } from '../../schema/json.ts';
import { integerAt, objectsAt } from './checks.ts';
import { mayHaveNodePorts, needsHealthPort, nodePortsOf } from './services.ts';

const FIRST = 30_000;
const LAST = 32_767;

/** Node ports that are taken, and those that a request takes. */
class NodePorts {
  readonly #used: Set<number>;

  constructor(used: Iterable<number>) {
    this.#used = new Set(used);
  }

  /** @returns what is wrong with taking the port; undefined if it is taken now. */
  take(port: number): string | undefined {
    if (port < FIRST || port > LAST) {
      return `provided port is not in the valid range. The range of valid ports is ${FIRST}-${LAST}`;
    }
    if (this.#used.has(port)) return 'provided port is already allocated';
    this.#used.add(port);
    return undefined;
  }

  takeNext(): number {
    for (let port = FIRST; port <= LAST; port++) {
      if (this.take(port) === undefined) return port;
    }
    throw new RangeError('all node ports are taken by services');
  }
}

/** Whether ports without a node port get one. */
function getsNodePorts(spec: JsonObject): boolean {
  return spec['type'] === 'NodePort' || (mayHaveNodePorts(spec) && spec['allocateLoadBalancerNodePorts'] !== false);
}

/** Ports that an update does not name stay as they were, by the names of the ports. */
export function keepNodePorts(spec: JsonObject, before: JsonObject): void {
  if (getsNodePorts(spec) && getsNodePorts(before)) {
    const now = new Set(nodePortsOf(spec));
    const still = new Set(nodePortsOf(before).filter((port) => now.has(port)));
    const former = new Map(
      objectsAt(before, 'ports').map((port) => [stringAt(port, 'name'), integerAt(port, 'nodePort')]),
    );
    for (const port of objectsAt(spec, 'ports')) {
      const kept = former.get(stringAt(port, 'name')) ?? 0;
      if (integerAt(port, 'nodePort') === 0 && kept !== 0 && !still.has(kept)) port['nodePort'] = kept;
    }
  }
  if (needsHealthPort(spec) && needsHealthPort(before) && integerAt(spec, 'healthCheckNodePort') === 0) {
    spec['healthCheckNodePort'] = before['healthCheckNodePort'];
  }
}

/**
 * Gives ports their node ports, in place.
 * @param used what other services have.
 * @returns what is wrong with those that were asked for.
 */
export function assignNodePorts(
  spec: JsonObject,
  before: JsonObject | undefined,
  used: ReadonlySet<number>,
): FieldError[] {
  const own = before === undefined ? [] : nodePortsOf(before);
  const ports = new NodePorts([...used, ...own]);
  const errors = mayHaveNodePorts(spec) ? assignEach(spec, before === undefined, new Set(own), ports) : [];
  if (errors.length > 0) return errors;
  if (needsHealthPort(spec) && (before === undefined || !needsHealthPort(before))) {
    const asked = integerAt(spec, 'healthCheckNodePort');
    if (asked === 0) spec['healthCheckNodePort'] = ports.takeNext();
    else {
      const wrong = ports.take(asked);
      if (wrong !== undefined) return [invalid('spec.healthCheckNodePort', asked, wrong)];
    }
  }
  return [];
}

function assignEach(spec: JsonObject, isNew: boolean, own: ReadonlySet<number>, free: NodePorts): FieldError[] {
  const ports = objectsAt(spec, 'ports');
  const allocate = getsNodePorts(spec);
  // In a new service, ports of one number but different protocols share a node port.
  const byNumber = new Map<number, number>();
  const taken = new Set(own);
  for (const [index, port] of ports.entries()) {
    const number = integerAt(port, 'port');
    let asked = integerAt(port, 'nodePort');
    if (asked === 0 && !allocate) continue;
    const shared = isNew ? byNumber.get(number) : undefined;
    if (asked === 0 && isNew) asked = shared ?? requestedFor(number, ports);
    if (asked === 0) asked = free.takeNext();
    else if (asked !== shared && !taken.has(asked)) {
      const wrong = free.take(asked);
      if (wrong !== undefined) return [invalid(`spec.ports[${index}].nodePort`, asked, wrong)];
      if (!isNew) taken.add(asked);
    }
    port['nodePort'] = asked;
    if (!byNumber.has(number)) byNumber.set(number, asked);
  }
  return [];
}

function requestedFor(number: number, ports: readonly JsonObject[]): number {
  const asking = ports.find((port) => integerAt(port, 'port') === number && integerAt(port, 'nodePort') !== 0);
  return integerAt(asking, 'nodePort');
}
