import assert from 'node:assert/strict';
import type { KubernetesObject, OperatorDefinition, RunningOperator } from 'autopilot-runtime';
import type { Transport, TransportRequest, TransportResponse } from '../../runtime/kube/transport.ts';
import type { Route, Testbed } from './testbed.ts';

/** What an operator does, from a beginning to an end that can be compared. */
export interface Errand {
  readonly operator: OperatorDefinition;
  /** The operator that goes on after the kill; default: the same. */
  readonly successor?: OperatorDefinition;
  /** Brought about by an operator that nobody kills. */
  readonly before: () => Promise<unknown>;
  /** What the operator then has to see to. */
  readonly act: () => Promise<unknown>;
  /** Resolves when it has. */
  readonly done: () => Promise<unknown>;
  /** Kinds whose objects of the namespace `default` are compared at the end, beside the resources. */
  readonly kinds?: readonly { readonly apiVersion: string; readonly kind: string }[];
  /** Brings all back to what it was like before the errand. */
  readonly after: () => Promise<unknown>;
}

/**
 * Kills an operator at each write of an errand, just before it is sent and just after it was done, lets a successor go on, and compares the
 * end with that of an undisturbed run. Returns how many writes that run has.
 */
export async function killedAtEveryWrite(testbed: Testbed, errand: Errand): Promise<number> {
  const undisturbed = await run(testbed, errand, undefined);
  for (let at = 1; at <= undisturbed.writes; at += 1) {
    for (const when of ['before', 'after'] as const) {
      const { end } = await run(testbed, errand, { at, when });
      assert.deepEqual(end, undisturbed.end, `killed ${when} write ${at} of ${undisturbed.writes}`);
    }
  }
  return undisturbed.writes;
}

async function run(
  testbed: Testbed,
  { operator, successor = operator, before, act, done, after, kinds = [CONFIG_MAP] }: Errand,
  fate: Fate | undefined,
): Promise<{ readonly writes: number; readonly end: readonly object[] }> {
  const transport = new MortalTransport(testbed.transport());
  const mortal = await testbed.runWith(operator, { transport });
  await before();
  await testbed.untilIdle(mortal);
  transport.arm(fate);
  await act();
  if (fate) {
    await transport.died;
    await testbed.stopOperators();
    await testbed.run(successor);
  }
  await done();
  const { writes } = transport;
  await settledAll(testbed, fate ? undefined : mortal);
  const end = await snapshot(testbed, kinds);
  // While there is an operator: it may have to let a resource go.
  await after();
  await testbed.stopOperators();
  return { writes, end };
}

async function settledAll(testbed: Testbed, operator: RunningOperator | undefined): Promise<void> {
  for (const each of operator ? [operator] : testbed.running) await testbed.untilIdle(each);
}

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route' };

/** All but what differs between two runs that come to the same: identities, times, counters. */
async function snapshot(
  { cluster }: Testbed,
  kinds: readonly { readonly apiVersion: string; readonly kind: string }[],
): Promise<readonly object[]> {
  const found: object[] = [];
  for (const kind of [...kinds, ROUTE]) {
    for (const each of await cluster.list<KubernetesObject>(kind)) {
      const { metadata, ...rest } = each;
      if (metadata.name === 'kube-root-ca.crt') continue;
      const { status, ...body } = rest as typeof rest & Pick<Route, 'status'>;
      found.push({
        ...body,
        kind: kind.kind,
        key: `${metadata.namespace ?? ''}/${metadata.name}`,
        labels: Object.keys(metadata.labels ?? {}),
        // The hash of a body that has an identity in it.
        annotations: {
          ...metadata.annotations,
          ...('example.io/applied' in (metadata.annotations ?? {}) && { 'example.io/applied': '' }),
        },
        owned: metadata.ownerReferences?.length ?? 0,
        finalizers: metadata.finalizers ?? [],
        ...(kind === ROUTE &&
          status && {
            phase: status.phase,
            conditions: (status.conditions ?? []).map(standing),
            record: recordOf(status),
          }),
      });
    }
  }
  // Addresses are handed out at random.
  return JSON.parse(
    JSON.stringify(found, (key, value: unknown) => (/^clusterIPs?$/.test(key) ? undefined : value)),
  ) as readonly object[];
}

/** What phases left behind: whether the record is in order. Identities and the names of phases, which may be others since, do not count. */
function recordOf(status: NonNullable<Route['status']>): readonly string[] {
  const digests = Object.values(status['observedOutputs'] ?? {});
  return digests.map((each) => JSON.stringify(each).replaceAll(/"(?:\d+\.)?[0-9a-f]{16}"/g, '"digest"')).toSorted();
}

function standing({ type, status, reason }: { type: string; status: string; reason: string }): string {
  return `${type}=${status} (${reason})`;
}

/** At which write it dies, counted from 1. */
interface Fate {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** The transport of a process that dies at one of its writes: from then on nothing is sent any more. */
class MortalTransport implements Transport {
  /** How many there were since {@link arm}. */
  writes = 0;
  readonly died: Promise<void>;
  readonly #inner: Transport;
  #fate: Fate | undefined;
  #isArmed = false;
  #isDead = false;
  #die: () => void = () => undefined;

  constructor(inner: Transport) {
    this.#inner = inner;
    this.died = new Promise((resolve) => (this.#die = resolve));
  }

  arm(fate: Fate | undefined): void {
    this.#isArmed = true;
    this.#fate = fate;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    if (this.#isDead) throw new Killed();
    if (request.method === 'GET' || !this.#isArmed) return this.#inner.send(request);
    this.writes += 1;
    const isLast = this.#fate?.at === this.writes;
    if (isLast) this.#isDead = true;
    if (isLast && this.#fate?.when === 'before') return this.#end();
    const response = await this.#inner.send(request);
    if (!isLast) return response;
    await response.body.text();
    return this.#end();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #end(): never {
    this.#die();
    throw new Killed();
  }
}

/** To the operator it looks like a lost connection. */
class Killed extends Error {
  readonly code = 'ECONNRESET';
}
