import { TYPES } from './arena.ts';
import type { Kind } from './projects.ts';
import type { Stage } from './stage.ts';
import type { KubernetesObject } from 'autopilot-runtime';

/** What happens around an operator, so that it has to do all that it can. */
export interface Story {
  /** What there is before the operator. */
  readonly before: (stage: Stage) => Promise<void>;
  /** Rejects with `Refused` as soon as the operator lacks a right. */
  readonly play: (stage: Stage) => Promise<void>;
}

const SELECTED = { tier: 'shop' };
const SELECTOR = { matchLabels: SELECTED };
/** Selects the same, and is another spec. */
const ALSO = { matchLabels: SELECTED, matchExpressions: [{ key: 'tier', operator: 'Exists' }] };

function deployment(name: string, labels: Readonly<Record<string, string>> = SELECTED) {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name, image: 'example.test/x:1', ports: [{ containerPort: 8080 }] }] },
  };
  return { metadata: { name, labels }, spec: { selector: { matchLabels: { app: name } }, template } };
}

const service = (name: string) => ({ metadata: { name }, spec: { ports: [{ name: 'http', port: 8080 }] } });
const virtualService = (name: string) => ({ metadata: { name }, spec: { hosts: ['somewhere'] } });
const gateway = (name: string) => ({ metadata: { name }, spec: { servers: [] } });

/** The object, with more metadata. */
function having<Object extends { readonly metadata: object }, More extends object>(object: Object, more: More) {
  return { ...object, metadata: { ...object.metadata, ...more } };
}

const AUTO_ROUTE: Story = {
  async before(stage) {
    for (const name of ['web', 'cart']) await stage.make(TYPES.Deployment, deployment(name));
    const route = await stage.ask('shop', { deploymentSelector: SELECTOR });
    // As a run leaves them that was killed: creates of the same meet them.
    const ours = stage.controlledBy(route);
    await stage.make(TYPES.Service, having(service('web'), ours));
    await stage.make(TYPES.VirtualService, having(virtualService('web'), ours));
    await stage.make(TYPES.Gateway, having(gateway('shop'), ours));
    // As a version of the worker has left it that called the Gateway otherwise.
    await stage.leave(TYPES.Gateway, having(gateway('former'), ours), route, 'Syncing');
    // Somebody else's.
    await stage.make(TYPES.Service, service('cart'));
  },

  async play(stage) {
    await stage.untilTold('OutputRefused', 'shop', 1);
    await stage.askAnew('shop', { deploymentSelector: ALSO });
    await stage.untilTold('OutputRefused', 'shop', 2);
    await stage.remove(TYPES.Service, 'cart');
    stage.loseStatus('shop');
    await stage.askAnew('shop', { deploymentSelector: SELECTOR });
    await stage.untilPhase('shop', 'Ready');
    await stage.until('the former Gateway has gone', async () => !(await stage.find(TYPES.Gateway, 'former')));
    await stage.change(TYPES.VirtualService, 'web', { spec: { hosts: ['elsewhere'] } });
    await stage.until('what somebody took is put back', async () => {
      const { spec } = (await stage.find(TYPES.VirtualService, 'web')) ?? {};
      return JSON.stringify(spec?.['hosts']) === '["web.shop"]';
    });
    await stage.untilPhase('shop', 'Ready');
    await stage.change(TYPES.Deployment, 'cart', { metadata: { labels: { tier: null } } });
    await stage.until('what is not wanted any more is pruned', async () => {
      const left = await Promise.all([stage.find(TYPES.Service, 'cart'), stage.find(TYPES.VirtualService, 'cart')]);
      return left.every((object) => object === undefined);
    });
    await stage.untilPhase('shop', 'Ready');
    stage.endNamespaceBefore(TYPES.Service);
    await stage.change(TYPES.Deployment, 'cart', { metadata: { labels: SELECTED } });
    await stage.untilRefusedByTerminating();
    await stage.end('shop');
  },
};

const TEAM = 'examples.io/team';

/** What another manager sets in a Deployment. */
function theirs(stage: Stage, name: string, labels: Readonly<Record<string, string>>): Promise<KubernetesObject> {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: stage.work, labels } };
  return stage.arena.admin.apply(TYPES.Deployment, object, { fieldManager: 'somebody' });
}

const OWNERSHIP: Story = {
  async before(stage) {
    await stage.make(TYPES.Deployment, deployment('web'));
    await theirs(stage, 'web', { [TEAM]: 'theirs' });
    await stage.ask('shop', { team: 'blue', deploymentSelector: SELECTOR });
  },

  async play(stage) {
    const team = async (): Promise<string | undefined> =>
      (await stage.find(TYPES.Deployment, 'web'))?.metadata.labels?.[TEAM];
    await stage.untilTold('PatchRefused', 'shop', 1);
    await stage.askAnew('shop', { deploymentSelector: ALSO });
    await stage.untilTold('PatchRefused', 'shop', 2);
    await theirs(stage, 'web', {});
    stage.loseStatus('shop');
    await stage.askAnew('shop', { deploymentSelector: SELECTOR });
    await stage.until('the label is set', async () => (await team()) === 'blue');
    await stage.change(TYPES.Deployment, 'web', { metadata: { labels: { [TEAM]: null } } });
    await stage.until('what somebody took is put back', async () => (await team()) === 'blue');
    await stage.change(TYPES.Deployment, 'web', { metadata: { labels: { tier: null } } });
    await stage.until('what is not wanted any more is given up', async () => (await team()) === undefined);
    await theirs(stage, 'web', { tier: 'late', [TEAM]: 'theirs' });
    stage.endNamespaceBefore(TYPES.Event);
    await stage.ask('late', { team: 'blue', deploymentSelector: { matchLabels: { tier: 'late' } } });
    await stage.untilRefusedByTerminating();
    for (const name of ['shop', 'late']) await stage.end(name);
  },
};

const ANNOUNCEMENT: Story = {
  async before(stage) {
    const { id } = stage;
    await Promise.all([
      stage.arena.createNamespace(`${id}-a`, { told: id }),
      stage.arena.createNamespace(`${id}-b`, { told: id }),
      stage.arena.createNamespace(`${id}-c`),
    ]);
    const asked = await stage.ask(id, { text: 'hello', namespaceSelector: { matchLabels: { told: id } } });
    const at = (namespace: string, name = id) => ({ metadata: { namespace, name } });
    // Nobody's, which is adopted; a former version's; and somebody's, which is not.
    await stage.make(TYPES.ConfigMap, at(`${id}-a`));
    await stage.leave(TYPES.ConfigMap, at(`${id}-a`, 'former'), asked, 'Spreading');
    const controller = { apiVersion: 'v1', kind: 'ConfigMap', name: 'somebody', uid: 'a-b-c', controller: true };
    await stage.make(TYPES.ConfigMap, having(at(`${id}-b`), { ownerReferences: [controller] }));
    if (!stage.finalizer) return;
    await stage.make(TYPES.Secret, { metadata: { name: 'farewell', ...stage.controlledBy(asked) } });
  },

  async play(stage) {
    const { id } = stage;
    const text = async (place: string, name = id): Promise<string | undefined> => {
      const found = await stage.find(TYPES.ConfigMap, name, `${id}-${place}`);
      return found && (found.data?.['text'] ?? 'nothing');
    };
    await stage.untilTold('OutputRefused', id, 1);
    await stage.askAnew(id, { text: 'hello again' });
    await stage.untilTold('OutputRefused', id, 2);
    await stage.remove(TYPES.ConfigMap, id, `${id}-b`);
    stage.loseStatus(id);
    await stage.askAnew(id, { text: 'hello, all' });
    await stage.until('all are told', async () => {
      const [a, b, former] = await Promise.all([text('a'), text('b'), text('a', 'former')]);
      return a === 'hello, all' && b === 'hello, all' && former === undefined;
    });
    stage.endNamespaceBefore(TYPES.ConfigMap, `${id}-c`);
    await stage.change(TYPES.Namespace, `${id}-c`, { metadata: { labels: { told: id } } });
    await stage.untilRefusedByTerminating();
    await stage.end(id);
    await stage.until('nothing is left', async () => {
      const left = await Promise.all([text('a'), text('b'), stage.find(TYPES.Secret, 'farewell')]);
      return left.every((object) => object === undefined);
    });
  },
};

const ROLLOUT_GUARD: Story = {
  async before(stage) {
    const spec = { host: 'shop', stable: 'v1', canary: 'v2' };
    const guard = await stage.ask('shop', spec);
    const ours = stage.controlledBy(guard);
    await stage.make(TYPES.VirtualService, having(virtualService('shop'), ours));
    await stage.leave(TYPES.VirtualService, having(virtualService('former'), ours), guard, 'Starting');
    await stage.ask('cart', spec);
    await stage.make(TYPES.VirtualService, virtualService('cart'));
    stage.loseStatus('shop');
  },

  async play(stage) {
    await stage.untilTold('OutputRefused', 'cart', 1);
    await stage.askAnew('cart', { step: 20 });
    await stage.untilTold('OutputRefused', 'cart', 2);
    await stage.remove(TYPES.VirtualService, 'cart');
    await stage.askAnew('cart', { step: 30 });
    // The metrics are bad.
    for (const name of ['shop', 'cart']) await stage.untilPhase(name, 'RolledBack');
    await stage.until('the former one has gone', async () => !(await stage.find(TYPES.VirtualService, 'former')));
    stage.endNamespaceBefore(TYPES.VirtualService);
    await stage.ask('late', { host: 'late', stable: 'v1', canary: 'v2' });
    await stage.untilRefusedByTerminating();
    for (const name of ['shop', 'cart', 'late']) await stage.end(name);
  },
};

export const STORIES: Readonly<Record<Kind, Story>> = {
  AutoRoute: AUTO_ROUTE,
  Ownership: OWNERSHIP,
  Announcement: ANNOUNCEMENT,
  RolloutGuard: ROLLOUT_GUARD,
};
