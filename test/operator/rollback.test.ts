import assert from 'node:assert/strict';
import type { KubernetesObject, PhaseDefinition, ResourceType } from 'autopilot-runtime';
import { killedAtEveryWrite } from './killed-at-every-write.ts';
import {
  condition,
  configMaps,
  final,
  OPERATOR,
  phase,
  routes,
  services,
  sum,
  Testbed,
  type ConfigMap,
  type Route,
  namespaces,
} from './testbed.ts';

const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };

/** Returns what `spec` of its Route says. */
const cautious = (more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
  phase(
    ({ route: { spec } }) => {
      // A server gives back the members of a map by their names, and the namespace has to be there first.
      const { namespaces: first, ...rest } = spec['outputs'] as Readonly<Record<string, unknown>>;
      return {
        phase: spec['to'] ?? 'Only',
        outputs: { ...(first !== undefined && { namespaces: first }), ...rest },
        ...(spec['patches'] !== undefined && { patches: spec['patches'] }),
      };
    },
    {
      initial: true,
      rollback: true,
      inputs: {},
      outputs: {
        configMaps: { type: configMaps, replace: true },
        services: { type: services },
        namespaces: { type: namespaces },
      },
      patches: { secrets: { type: secrets } },
      ...more,
    },
  );
const operator = (more: Partial<PhaseDefinition> = {}) => routes({ Only: cautious(more), Done: final });

const map = (name: string, k: string, more: object = {}): object => ({ metadata: { name }, data: { k }, ...more });
const service = (port: unknown): object => ({
  metadata: { name: 'svc' },
  spec: { selector: { app: 'x' }, ports: [{ name: 'http', port }] },
});

describe('a phase with `rollback`', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());
  afterEach(clean);

  async function clean(): Promise<void> {
    testbed.cluster.faults.clear();
    for (const kind of ['Namespace', 'Secret', 'ConfigMap', 'Service']) {
      for (const { metadata } of await testbed.cluster.list({ apiVersion: 'v1', kind })) {
        if (metadata.labels?.['test'] !== 'mine') continue;
        await testbed.cluster.delete({ apiVersion: 'v1', kind, name: metadata.name, namespace: metadata.namespace });
      }
    }
    if (await testbed.getRoute('a')) await testbed.cluster.delete(REF);
    await testbed.untilGone(REF);
    await testbed.stopOperators();
    for (const name of NAMES) await testbed.untilGone({ ...MAP, name });
    await testbed.untilGone(SERVICE);
    testbed.cluster.requests.clear();
  }

  const start = (outputs: object, patches?: object): Promise<KubernetesObject> =>
    testbed.route('a', { outputs, ...(patches !== undefined && { patches }) });
  const change = (outputs: object, patches?: object): Promise<unknown> =>
    testbed.setSpec('a', { outputs, ...(patches !== undefined && { patches }) });
  const settled = (): Promise<Route> => testbed.untilReady('a', 'Only');
  const failed = (reason = 'WriteRejected'): Promise<Route> =>
    testbed.untilRoute(
      'a',
      (route) =>
        route.status?.conditions !== undefined &&
        condition(route, 'Ready').reason === reason &&
        route.status.observedGeneration === route.metadata.generation,
    );
  const data = async (name: string) => (await testbed.getConfigMap(name))?.data;
  /** Refuses the real writes of services, of which no dry run could tell. */
  const breakServices = (verb: 'create' | 'apply', code = 403) =>
    testbed.cluster.faults.answer(
      code,
      (request) =>
        request.userAgent.startsWith(OPERATOR) &&
        request.resource === 'services' &&
        request.verb === verb &&
        request.query['dryRun'] === undefined,
      { count: 1000 },
    );
  const writes = (): readonly string[] =>
    testbed
      .operatorRequests()
      .filter(({ resource }) => resource !== 'events' && resource !== 'routes')
      .map(({ verb, resource, query }) => `${verb} ${resource}${query['dryRun'] === undefined ? '' : ' (dry run)'}`);

  it('sends all outputs with a dry run first, then for real; what is as it should be is not sent', async () => {
    await testbed.run(operator());
    await start({ configMaps: [map('one', '1')], services: [service(80)] });
    await settled();
    const expected = ['create configmaps', 'create services'];
    assert.deepEqual(writes(), [...expected.map((write) => `${write} (dry run)`), ...expected]);
    testbed.cluster.requests.clear();
    await change({ configMaps: [map('one', '2')], services: [service(80)] });
    await settled();
    assert.deepEqual(writes(), ['apply configmaps (dry run)', 'patch configmaps', 'apply configmaps']);
  });

  it('is refused nothing for what stands there as it was created', async () => {
    await testbed.run(operator());
    await start({ services: [service(80)] });
    await settled();
    testbed.cluster.requests.clear();
    // Beside the former port of this name, which an apply drops only once its manager has taken over what it created.
    await change({ services: [service(81)] });
    await settled();
    const { spec } = await testbed.cluster.get<KubernetesObject & { readonly spec: { readonly ports: object[] } }>(
      SERVICE,
    );
    assert.deepEqual(
      spec.ports.map((port) => Reflect.get(port, 'port') as unknown),
      [81],
    );
    const dryRun = 'apply services (dry run)';
    assert.deepEqual(writes(), [dryRun, 'patch services', dryRun, 'apply services']);
  });

  it('writes nothing where the server refuses one of them', async () => {
    await testbed.run(operator());
    await start({ configMaps: [map('one', '1')], services: [service(0)] });
    const route = await failed();
    assert.match(condition(route, 'Ready').message, /ports/);
    assert.equal(await data('one'), undefined);
    assert.ok(writes().every((write) => write.endsWith('(dry run)')));
  });

  it('is no failure for lack of a namespace that the same result makes', async () => {
    const operatorOfAny = operator({
      outputs: { configMaps: { type: configMaps, namespace: 'any' }, namespaces: { type: namespaces } },
    });
    await testbed.run(operatorOfAny);
    const marked = { labels: { test: 'mine' } };
    await start({
      namespaces: [{ metadata: { name: 'made', ...marked } }],
      configMaps: [{ metadata: { name: 'one', namespace: 'made', ...marked }, data: { k: '1' } }],
    });
    await settled();
    assert.equal((await testbed.cluster.get<ConfigMap>({ ...MAP, name: 'one', namespace: 'made' })).data?.['k'], '1');
    await change({
      namespaces: [{ metadata: { name: 'made', ...marked } }],
      configMaps: [{ metadata: { name: 'one', namespace: 'elsewhere' } }],
    });
    assert.match(condition(await failed(), 'Ready').message, /namespaces "elsewhere" not found/);
  });

  it('deletes what it made and puts back what it changed where one fails after that; others are left alone', async () => {
    const running = await testbed.run(operator());
    await start({ configMaps: [map('one', '1', { metadata: { name: 'one', labels: { l: '1' } } })] });
    await settled();
    await testbed.cluster.apply({ ...BODY, metadata: { ...BODY.metadata, name: 'one' }, data: { theirs: 'x' } });
    const before = await testbed.getConfigMap('one');
    breakServices('create');
    await change({
      configMaps: [map('one', '2', { data: { k: '2', more: 'y' } }), map('two', '2')],
      services: [service(80)],
    });
    await failed();
    await testbed.untilGone({ ...MAP, name: 'two' });
    const one = await testbed.untilConfigMap('one', ({ data: now }) => now?.['k'] === '1');
    assert.deepEqual(one.data, { k: '1', theirs: 'x' });
    assert.deepEqual(
      [one.metadata.uid, one.metadata.labels, one.metadata.annotations, one.metadata.ownerReferences],
      [before?.metadata.uid, before?.metadata.labels, before?.metadata.annotations, before?.metadata.ownerReferences],
    );
    const { note } = await testbed.untilEvent(({ reason }) => reason === 'RolledBack');
    assert.match(note ?? '', /^Phase Only failed, and what it had written is undone\. /);
    assert.ok(sum(await running.metrics(), 'autopilot_outputs_total', 'action="rolled_back"') >= 2);
    // Once it can, it does.
    testbed.cluster.faults.clear();
    await settled();
    assert.deepEqual([await data('one'), await data('two')], [{ k: '2', more: 'y', theirs: 'x' }, { k: '2' }]);
    await testbed.untilIdle(running);
  });

  it('puts back lists by their keys, and what the server allocated stays', async () => {
    await testbed.run(operator());
    await start({ services: [service(80)] });
    await settled();
    const before = await testbed.cluster.get<Service>(SERVICE);
    breakMaps(testbed);
    await change({ services: [{ ...service(81) }], configMaps: [map('one', '1')] });
    await failed();
    const after = await testbed.until<Service>(SERVICE, ({ spec }) => spec.ports?.[0]?.port === 80);
    assert.deepEqual(after.spec, before.spec);
  });

  it('makes anew what it replaced', async () => {
    await testbed.run(operator());
    const fixed = (k: string) => [map('one', k, { immutable: true })];
    await start({ configMaps: fixed('1') });
    await settled();
    const first = await testbed.getConfigMap('one');
    breakServices('create');
    await change({ configMaps: fixed('2'), services: [service(80)] });
    await failed();
    const back = await testbed.untilConfigMap('one', ({ data: now }) => now?.['k'] === '1');
    assert.notEqual(back.metadata.uid, first?.metadata.uid);
    assert.deepEqual(back.metadata.annotations, first?.metadata.annotations);
  });

  it('gives up what it patched, and what it adopted', async () => {
    await testbed.cluster.create({
      ...BODY,
      kind: 'Secret',
      metadata: { name: 'theirs', namespace: 'default', labels: { test: 'mine' } },
    });
    await testbed.cluster.create({
      ...BODY,
      metadata: { name: 'one', namespace: 'default', labels: { test: 'mine' } },
      data: { theirs: 'x' },
    });
    await testbed.run(operator({ adopt: true }));
    const patches = (n: string) => ({ secrets: [{ metadata: { name: 'theirs', labels: { n } } }] });
    breakPrune(testbed);
    await start({ configMaps: [map('two', '1')] }, { secrets: [] });
    await settled();
    await change({ configMaps: [map('one', '1')] }, patches('1'));
    await failed();
    const secret = await testbed.until<KubernetesObject>(
      SECRET,
      ({ metadata }) => metadata.labels?.['n'] === undefined,
    );
    assert.deepEqual(secret.metadata.annotations ?? {}, {});
    const one = await testbed.untilConfigMap('one', ({ data: now }) => now?.['k'] === undefined);
    assert.deepEqual(
      [one.data, one.metadata.labels, one.metadata.ownerReferences ?? []],
      [{ theirs: 'x' }, { test: 'mine' }, []],
    );
  });

  it('does not bring back what it adopted and somebody deleted meanwhile', async () => {
    await testbed.cluster.create({ ...BODY, data: { theirs: 'x' } });
    await testbed.run(operator({ adopt: true }));
    await start({ configMaps: [map('two', '1')] });
    await settled();
    const pruning = { userAgent: OPERATOR, verb: 'delete', resource: 'configmaps', name: 'two' } as const;
    testbed.cluster.faults.delay(1000, pruning, { count: 1 });
    testbed.cluster.faults.answer(403, pruning, { count: 1000 });
    await change({ configMaps: [map('one', '1')] });
    await testbed.untilConfigMap('one', ({ data: now }) => now?.['k'] === '1');
    await testbed.cluster.delete({ ...MAP, name: 'one' });
    await failed();
    await change({ configMaps: [map('two', '1')] });
    await settled();
    await testbed.untilGone({ ...MAP, name: 'one' });
  });

  it('refuses a patch of what another holds before anything is written', async () => {
    await testbed.cluster.create({
      ...BODY,
      kind: 'Secret',
      metadata: { name: 'theirs', namespace: 'default', labels: { test: 'mine' } },
    });
    await testbed.run(operator());
    await start(
      { configMaps: [map('one', '1')] },
      { secrets: [{ metadata: { name: 'theirs', labels: { test: 'ours' } } }] },
    );
    await failed('PatchRefused');
    assert.equal(await data('one'), undefined);
    assert.ok(writes().every((write) => write.endsWith('(dry run)')));
  });

  it('undoes a create whose answer was lost', async () => {
    await testbed.run(operator());
    const lost = testbed.cluster.faults.cut(
      'after',
      (request) =>
        request.resource === 'services' && request.verb === 'create' && request.query['dryRun'] === undefined,
      { count: 1 },
    );
    const seen: string[] = [];
    const stop = testbed.cluster.onChange({ apiVersion: 'v1', kind: 'Service' }, ({ type, object }) => {
      if (object.metadata.name === 'svc') seen.push(type);
    });
    await start({ services: [service(80)] });
    await settled();
    stop();
    assert.equal(lost.remaining, 0);
    assert.deepEqual(seen, ['ADDED', 'DELETED', 'ADDED']);
  });

  it('tries again to undo what it could not, and says what that is', async () => {
    await testbed.run(operator());
    const stuck = testbed.cluster.faults.answer(
      403,
      { userAgent: OPERATOR, verb: 'delete', resource: 'configmaps' },
      { count: 1 },
    );
    breakServices('create');
    const { metadata } = await start({ configMaps: [map('one', '1')], services: [service(80)] });
    const { note } = await testbed.untilEvent(
      ({ reason, regarding }) => reason === 'RolledBack' && regarding?.uid === metadata.uid,
    );
    assert.match(note ?? '', /undone, but for ConfigMap default\/one: /);
    // The next run finds it as it would have it, and undoes it all the same.
    await testbed.untilGone({ ...MAP, name: 'one' });
    assert.equal(stuck.remaining, 0);
  });

  it('has no way back once a former output is deleted', async () => {
    const running = await testbed.run(operator());
    await start({ configMaps: [map('one', '1'), map('two', '1')] });
    await settled();
    // The second of two deletions fails.
    let deletions = 0;
    testbed.cluster.faults.answer(
      403,
      (request) => request.verb === 'delete' && request.resource === 'configmaps' && (deletions += 1) === 2,
      { count: 1000 },
    );
    await change({ configMaps: [map('three', '1')] });
    await settled();
    await testbed.untilIdle(running);
    assert.deepEqual([await data('one'), await data('two'), await data('three')], [undefined, undefined, { k: '1' }]);
    assert.equal(sum(await running.metrics(), 'autopilot_outputs_total', 'action="rolled_back"'), 0);
  });

  it('ends as it would have, whichever of its writes the operator is killed at', async () => {
    const writesOfAll = await killedAtEveryWrite(testbed, {
      operator: operator(),
      before: async () => {
        await start({ configMaps: [map('one', '1'), map('two', '1')] });
        await settled();
      },
      act: () => change({ configMaps: [map('one', '2'), map('three', '2')], services: [service(80)] }),
      done: async () => {
        await testbed.untilGone({ ...MAP, name: 'two' });
        await settled();
      },
      kinds: [MAP, SERVICE],
      after: clean,
    });
    assert.ok(writesOfAll >= 8, String(writesOfAll));
  });
}).timeout(60_000);

/** Makes the real creation of ConfigMaps fail. */
function breakMaps({ cluster }: Testbed): void {
  cluster.faults.answer(
    403,
    (request) =>
      request.verb === 'create' && request.resource === 'configmaps' && request.query['dryRun'] === undefined,
    { count: 1000 },
  );
}

/** Makes deletions of ConfigMaps by the operator fail, which come last. */
function breakPrune({ cluster }: Testbed): void {
  cluster.faults.answer(403, { userAgent: OPERATOR, verb: 'delete', resource: 'configmaps' }, { count: 1000 });
}

interface Service extends KubernetesObject {
  readonly spec: { readonly ports?: readonly { readonly port: number }[]; readonly clusterIP?: string };
}

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };
const BODY = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'default' } };
const SECRET = { apiVersion: 'v1', kind: 'Secret', name: 'theirs', namespace: 'default' };
const SERVICE = { apiVersion: 'v1', kind: 'Service', name: 'svc', namespace: 'default' };
const NAMES = ['one', 'two', 'three'];
