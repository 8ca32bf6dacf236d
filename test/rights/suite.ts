import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { load } from 'js-yaml';
import { READER_RULES } from '../../project/manifests/metrics.ts';
import { addOnDefinitions } from '../../devcluster/kinds/add-ons.ts';
import { rightsOf } from '../../project/manifests/rights.ts';
import { planOf } from '../../runtime/plan.ts';
import { Arena, TYPES } from './arena.ts';
import { errandCrd, LEASE, PROJECT, refusals, ROUTE } from './errand.ts';
import { KINDS, Workshop, type GeneratedOperator, type Kind } from './projects.ts';
import { refusalsOf, type Ground } from './trial.ts';
import {
  boundRoles,
  byGrant,
  covering,
  describeGrant,
  describeVariant,
  grantedBy,
  neededFor,
  shareOf,
  VARIANTS,
  WORK,
  type BoundRole,
  type Lists,
  type Removal,
  type Variant,
} from './variants.ts';

/** A cluster to try rights on. */
export interface TriedCluster {
  /** Its text. */
  readonly kubeconfig: string;
  stop(): Promise<unknown>;
}

export interface SuiteOptions {
  readonly lists: Lists;
  /** Default: all. */
  readonly kinds?: readonly Kind[];
  /** Whether what is not tried here is tried on a server whose lists are otherwise. */
  readonly shared?: boolean;
}

/** Every verb of every variant on every server, and not just what differs. */
const ALL = process.env['AUTOPILOT_RIGHTS'] === 'all';
const TIMEOUT_MS = ALL ? 20 * 60_000 : 4 * 60_000;
/** How many operators of a kind are tried beside each other, where none sees what is another's. */
const BESIDE = 2;

/**
 * Tries the generated roles: all variants with all that is granted to them, in which nothing may be refused but by the end of a namespace;
 * and without each single verb, by which something has to be. Operators of different kinds work beside each other.
 */
export function triesRights(start: () => Promise<TriedCluster>, options: SuiteOptions): void {
  const { kinds = KINDS, lists, shared = false } = options;
  const variants = VARIANTS.filter(({ kind }) => kinds.includes(kind));
  const operators = new Map<string, GeneratedOperator>();
  const nameOf = ({ kind, finalizer }: Pick<Variant, 'kind' | 'finalizer'>): string => `${kind} ${finalizer}`;
  const roles = new Map<Variant, readonly BoundRole[]>();
  let workshop: Workshop;
  let cluster: TriedCluster;
  let ground: Ground;
  let metrics: Awaited<ReturnType<typeof badMetrics>>;

  before(async function () {
    this.timeout(TIMEOUT_MS);
    workshop = await Workshop.open();
    for (const kind of kinds)
      for (const finalizer of [false, true])
        operators.set(nameOf({ kind, finalizer }), await workshop.generate(kind, finalizer));
    const generated = (variant: Variant): GeneratedOperator =>
      operators.get(nameOf(variant)) ?? assert.fail(describeVariant(variant));
    for (const variant of variants) roles.set(variant, boundRoles(variant, generated(variant)));
    cluster = await start();
    const arena = new Arena(cluster.kubeconfig);
    for (const { definition, crd } of operators.values()) await arena.install(crd, planOf(definition).resource);
    for (const crd of addOnDefinitions('istio')) {
      const type = [TYPES.Gateway, TYPES.VirtualService].find(
        ({ plural, group }) => crd.metadata.name === `${plural}.${group}`,
      );
      if (type) await arena.install(crd, type);
    }
    metrics = await badMetrics();
    await arena.createNamespace('monitoring');
    const reads: BoundRole = { file: 'metrics_reader_role.yaml', namespace: undefined, rules: READER_RULES };
    const reader = await arena.account('prometheus', 'monitoring', [{ ...reads }], String);
    const rolesOf = (variant: Variant): readonly BoundRole[] => roles.get(variant) ?? assert.fail();
    ground = { arena, reader, metricsServer: metrics.address, generated, rolesOf };
  });
  after(async () => {
    await ground.arena.close();
    await metrics.close();
    await cluster.stop();
    await workshop.close();
  });

  /** Those that see all of the cluster one after the other, then the others beside each other. */
  const perKind = async <T>(
    trials: readonly T[],
    of: (trial: T) => Variant,
    failures: unknown[],
    run: (trial: T) => Promise<void>,
  ): Promise<void> => {
    await Promise.all(
      kinds.map(async (kind) => {
        const own = trials.filter((trial) => of(trial).kind === kind);
        for (const [watch, width] of [
          ['cluster', 1],
          ['namespaced', BESIDE],
        ] as const) {
          const left = own.filter((trial) => of(trial).watch === watch).values();
          await Promise.all(
            Array.from({ length: width }, async () => {
              for (const trial of left) await run(trial).catch((error: unknown) => failures.push(error));
            }),
          );
        }
      }),
    );
  };

  it(`are enough, in all ${variants.length} variants`, async () => {
    const wrong: unknown[] = [];
    await perKind(
      variants,
      (variant) => variant,
      wrong,
      async (variant) => {
        const found = await refusalsOf(ground, variant);
        for (const { request, message, isOfTerminating } of found)
          if (!isOfTerminating) wrong.push(`${describeVariant(variant)}: ${request}: ${message}`);
        if (found.length === 0) wrong.push(`${describeVariant(variant)}: no namespace has ended`);
      },
    );
    assert.deepEqual(wrong, []);
  }).timeout(TIMEOUT_MS);

  it('are enough for what else a phase can be told: to roll back, and to make anew', async () => {
    const { arena } = ground;
    await arena.install(errandCrd(), ROUTE);
    for (const place of ['namespaced', 'cluster'] as const) {
      const namespace = `errand-${place}`;
      await arena.createNamespace(namespace);
      const rights: BoundRole = {
        file: 'rights',
        namespace: place === 'cluster' ? undefined : WORK,
        rules: rightsOf(PROJECT, place)[place],
      };
      const lease: BoundRole = { file: 'lease', namespace: WORK, rules: LEASE };
      const token = await arena.account('operator', namespace, [rights, lease], () => namespace);
      const kubeconfig = kubeconfigWith(cluster.kubeconfig, token);
      assert.equal(await refusals({ admin: arena.admin, namespace, kubeconfig, place }), 0, place);
    }
  }).timeout(TIMEOUT_MS);

  it('are the least: without any of them, something is refused', async () => {
    const removals = variants.flatMap((variant): Removal[] =>
      grantedBy(roles.get(variant) ?? []).map(({ role, grant }) => ({ role, grant, variant })),
    );
    const needed = neededFor(lists, removals);
    const share = shared ? shareOf(lists, removals) : covering(needed);
    const others = shared ? shareOf(lists === 'paged' ? 'streamed' : 'paged', removals) : [];
    // Every verb of every rule of every role of an operator is taken away, here or there.
    const names = (of: readonly Removal[]): readonly string[] => [...byGrant(of).keys()].toSorted();
    assert.deepEqual(names([...share, ...others]), names(shared ? removals : needed));
    const tried = ALL ? needed : share;
    const idle: unknown[] = [];
    await perKind(
      tried,
      ({ variant }) => variant,
      idle,
      async (removal) => {
        const found = await refusalsOf(ground, removal.variant, removal);
        if (found.every(({ isOfTerminating }) => isOfTerminating))
          idle.push(`${describeVariant(removal.variant)}: ${describeGrant(removal)}`);
      },
    );
    assert.deepEqual(idle, []);
  }).timeout(TIMEOUT_MS);
}

/** The kubeconfig with another's token. */
function kubeconfigWith(kubeconfig: string, token: string): string {
  const admin = load(kubeconfig) as { readonly contexts: readonly { readonly context: { readonly user: string } }[] };
  const users = admin.contexts.map(({ context }) => ({ name: context.user, user: { token } }));
  return JSON.stringify({ ...admin, users });
}

/** A Prometheus to which no request has succeeded. */
async function badMetrics() {
  const answer = { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '0'] }] } };
  const server = createServer((_request, response) => void response.end(JSON.stringify(answer)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    address: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
