import type { ResourceType } from 'autopilot-runtime';
import { systemClock } from '../../runtime/clock.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { LEASE_TIMES } from '../../runtime/leaderelection/times.ts';
import { Manager } from '../../runtime/manager.ts';
import { createLogger } from '../../runtime/observe/logger.ts';
import { planOf } from '../../runtime/plan.ts';
import { scrape } from '../operator/scrape.ts';
import { without, type Arena } from './arena.ts';
import { ObservedTransport, type Refusal } from './observed-transport.ts';
import type { GeneratedOperator } from './projects.ts';
import { Refused, Stage } from './stage.ts';
import { STORIES } from './stories.ts';
import { describeVariant, HOME, worksAtHome, type BoundRole, type Removal, type Variant } from './variants.ts';

/** What all trials on a cluster have in common. */
export interface Ground {
  readonly arena: Arena;
  /** Of an account that may read metrics. */
  readonly reader: string;
  /** Of the mesh's metrics. */
  readonly metricsServer: string;
  readonly generated: (variant: Variant) => GeneratedOperator;
  readonly rolesOf: (variant: Variant) => readonly BoundRole[];
}

const ACCOUNT = 'operator';
let trials = 0;

/**
 * Lets an operator with the generated roles live through its story, to the end or up to the first refusal that is not of a namespace's
 * end; returns all refusals. `removal`: without this one verb.
 */
export async function refusalsOf(ground: Ground, variant: Variant, removal?: Removal): Promise<readonly Refusal[]> {
  trials += 1;
  const id = `t${trials}`;
  const { arena } = ground;
  const { definition } = ground.generated(variant);
  const [home, work] = [`${id}-home`, worksAtHome(variant) ? `${id}-home` : `${id}-work`];
  const placed = (namespace: string): string => (namespace === HOME ? home : work);
  await Promise.all([...new Set([home, work])].map((name) => arena.createNamespace(name)));
  const roles = ground.rolesOf(variant);
  const token = await arena.account(ACCOUNT, home, removal ? without(roles, removal) : roles, placed);
  const transport = new ObservedTransport(arena.transport);
  const plan = planOf(definition);
  const resource: ResourceType = plan.resource;
  const stage = new Stage({ arena, transport, id, work, resource, operator: plan.name, finalizer: variant.finalizer });
  const story = STORIES[variant.kind];
  await story.before(stage);
  const operator = new Operator(ground, variant, { token, home, work, transport });
  await operator.start();
  try {
    // What is told below is about the deployment, and the same for all kinds: enough where something else is missing.
    if (variant.election && (!removal || isOfDeployment(removal, work, placed))) await operator.play(stage);
    await story.play(stage);
  } catch (error) {
    if (!(error instanceof Refused)) throw new Error(`${describeVariant(variant)}: ${String(error)}`, { cause: error });
  } finally {
    await operator.stop();
    await stage.clean();
  }
  return transport.refusals;
}

/** Whether a role is not for the operator's work, but for what is around it. */
function isOfDeployment({ role }: Removal, work: string, placed: (namespace: string) => string): boolean {
  const { namespace, file } = role;
  return (namespace !== undefined && placed(namespace) !== work) || /leader_election|metrics_auth/.test(file);
}

interface Place {
  readonly token: string;
  readonly home: string;
  readonly work: string;
  readonly transport: ObservedTransport;
}

/** The operator as its pod would run it, in this process. */
class Operator {
  readonly #manager: Manager;
  readonly #ground: Ground;
  readonly #place: Place;
  readonly #lines: string[] = [];

  constructor(ground: Ground, variant: Variant, place: Place) {
    this.#ground = ground;
    this.#place = place;
    const { access } = ground.arena;
    const { token, home, work, transport } = place;
    const { watch, election } = variant;
    this.#manager = new Manager({
      plan: planOf(ground.generated(variant).definition),
      access: {
        ...access,
        credentials: { headers: () => ({ authorization: `Bearer ${token}` }), reject: () => undefined },
      },
      config: {
        ...loadConfig(undefined, 'none', {}),
        metricsAddr: election ? '127.0.0.1:0' : '',
        metricsSecure: election,
        healthAddr: '',
        watchNamespace: watch === 'namespaced' ? work : '',
      },
      leaderElection: election
        ? { namespace: home, identity: POD, times: { ...LEASE_TIMES, retryPeriod: RENEWED_EVERY_MS } }
        : undefined,
      logger: createLogger({ name: 'n', version: 'v', level: 'Info', write: (line) => void this.#lines.push(line) }),
      development: false,
      processMetrics: false,
      env: { METRICS_SERVER: ground.metricsServer, POD_NAME: POD, POD_NAMESPACE: home },
      clock: systemClock,
      transport,
    });
  }

  start(): Promise<void> {
    return this.#manager.start();
  }

  stop(): Promise<void> {
    return this.#manager.stop();
  }

  /** What an elected operator whose metrics are read does beside its work. */
  async play(stage: Stage): Promise<void> {
    const { home, transport } = this.#place;
    await stage.until('the lease is renewed', () =>
      transport.done.some((request) => request.startsWith('PATCH') && request.includes('/leases/')),
    );
    await stage.until('it works', () => transport.done.some((request) => !request.includes('/leases')));
    // The same again becomes a series; only another one is news.
    for (const why of ['no such key', 'no such value', 'no such key', 'no such value'])
      this.#manager.refused(new Error(why));
    await stage.untilTold('ConfigRefused', POD, 2, home);
    const [address] = this.#lines.flatMap((line) => /"serving":"([^",]+)/.exec(line)?.[1] ?? []);
    const { status, body } = await scrape(address ?? '', this.#ground.reader);
    stage.checkRights();
    if (status !== 200) throw new Error(`metrics: ${status} ${body}`);
  }
}

const POD = 'pod';
/** So that a renewal comes within the story. */
const RENEWED_EVERY_MS = 100;
