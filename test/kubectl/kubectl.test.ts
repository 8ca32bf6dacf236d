import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startCluster } from 'autopilot-devcluster';
import { findKubectls } from './find-kubectl.ts';
import { Kubectl, rows } from './kubectl.ts';
import type { Cluster } from 'autopilot-devcluster';

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: { size: { type: 'integer', minimum: 1 }, color: { type: 'string', default: 'red' } },
              },
              status: open,
            },
          },
        },
      },
    ],
  },
};
const widget = (name: string, spec: object): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});
const configMap = (name: string, data: object, labels?: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels && { labels }) },
  data,
});
/** A Deployment with a container for each image, named after it. */
const deploymentOf = (name: string, ...images: string[]): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: images.map((image) => ({ name: image.split(':')[0], image })) },
    },
  },
});
const deployment = (name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
  },
});

const kubectls = findKubectls();
if (kubectls.length === 0) {
  it('kubectl works against the embedded cluster: skipped, none is there (KUBECTL names one)');
}
for (const { name, program } of kubectls) {
  describe(`An unmodified ${name} works against the embedded cluster`, function () {
    this.timeout(60_000);
    works(program);
  });
}

function works(program: string): void {
  let cluster: Cluster;
  let kubectl: Kubectl;

  before(async () => {
    cluster = await startCluster();
    kubectl = await Kubectl.create(program, await cluster.writeKubeconfig());
    await cluster.installCrd(WIDGETS);
  });

  after(async () => {
    await kubectl?.remove();
    await cluster?.stop();
  });

  describe('asks what is served:', () => {
    it('version', async () => {
      assert.match(await kubectl.out(['version']), /^Server Version: v1\.37\.2\+autopilot-devcluster$/m);
    });

    it('cluster-info and api-versions', async () => {
      assert.match(await kubectl.out(['cluster-info']), /is running at .*https:\/\/127\.0\.0\.1/);
      const versions = (await kubectl.out(['api-versions'])).trim().split('\n');
      for (const version of ['v1', 'apps/v1', 'example.com/v1', 'networking.istio.io/v1'])
        assert.ok(versions.includes(version));
    });

    it('api-resources', async () => {
      const table = rows(await kubectl.out(['api-resources']));
      assert.ok(table.includes('deployments | deploy | apps/v1 | true | Deployment'));
      assert.ok(table.includes('namespaces | ns | v1 | false | Namespace'));
      assert.ok(table.includes('widgets | wd | example.com/v1 | true | Widget'));
      assert.ok(table.includes('virtualservices | vs | networking.istio.io/v1 | true | VirtualService'));
    });

    it('explain', async () => {
      assert.match(await kubectl.out(['explain', 'widget.spec']), /size\t<integer> -required-/);
      assert.match(await kubectl.out(['explain', 'deployment.spec']), /replicas\t<integer>/);
    });

    it('who it is, and what it may do', async () => {
      assert.match(await kubectl.out(['auth', 'whoami']), /Username\s+admin/);
      assert.equal(await kubectl.out(['auth', 'can-i', 'create', 'pods']), 'yes\n');
    });
  });

  describe('creates:', () => {
    it('from a file, strictly', async () => {
      assert.equal(
        await kubectl.out(['create', '-f', '-'], configMap('created', { a: '1' })),
        'configmap/created created\n',
      );
      const again = await kubectl.run(['create', '-f', '-'], configMap('created', {}));
      assert.equal(again.code, 1);
      assert.match(
        again.err,
        /Error from server \(AlreadyExists\): error when creating "STDIN": configmaps "created" already exists/,
      );
      const unknown = await kubectl.run(['create', '--validate=strict', '-f', '-'], {
        ...configMap('bad', {}),
        foo: 1,
      });
      assert.match(unknown.err, /strict decoding error: unknown field "foo"/);
    });

    it('by its generators, which speak protobuf', async () => {
      await kubectl.out(['create', 'configmap', 'generated', '--from-literal=k=v']);
      assert.equal(await kubectl.out(['get', 'cm', 'generated', '-o', 'jsonpath={.data.k}']), 'v');
      await kubectl.out(['create', 'deployment', 'generated', '--image=nginx', '--replicas=2', '--port=80']);
      const container =
        '{.spec.replicas} {.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].ports[0].containerPort}';
      assert.equal(await kubectl.out(['get', 'deploy', 'generated', '-o', `jsonpath=${container}`]), '2 nginx 80');
      await kubectl.out(['create', 'secret', 'generic', 'generated', '--from-literal=password=secret']);
      assert.equal(await kubectl.out(['get', 'secret', 'generated', '-o', 'jsonpath={.data.password}']), 'c2VjcmV0');
      await kubectl.out(['create', 'service', 'clusterip', 'generated', '--tcp=80:8080']);
      assert.equal(
        await kubectl.out(['get', 'svc', 'generated', '-o', 'jsonpath={.spec.ports[0].targetPort}']),
        '8080',
      );
      await kubectl.out(['create', 'cronjob', 'generated', '--image=i', '--schedule=0 0 * * *', '--', 'echo', 'hi']);
      await kubectl.out(['create', 'role', 'generated', '--verb=get', '--resource=pods']);
      await kubectl.out(['create', 'ingress', 'generated', '--rule=example.com/*=generated:80']);
      const path = '{.spec.rules[0].http.paths[0].path} {.spec.rules[0].http.paths[0].backend.service.name}';
      assert.equal(await kubectl.out(['get', 'ing', 'generated', '-o', `jsonpath=${path}`]), '/ generated');
      await kubectl.out(['create', 'namespace', 'generated']);
    });

    it('pods with run, which stay pending', async () => {
      await kubectl.out(['run', 'nginx', '--image=nginx']);
      assert.deepEqual(
        rows(await kubectl.out(['get', 'pod', 'nginx'])).map((row) => row.replace(/\d+s$/, 'AGE')),
        ['NAME | READY | STATUS | RESTARTS | AGE', 'nginx | 0/1 | Pending | 0 | AGE'],
      );
    });
  });

  describe('gets:', () => {
    before(async () => {
      await cluster.apply(configMap('one', { a: '1', b: '2' }, { group: 'x' }));
      await cluster.apply(configMap('two', {}, { group: 'y' }));
      await cluster.apply(widget('small', { size: 1 }));
      await cluster.apply(deployment('web', 3));
    });

    it('tables', async () => {
      const table = rows(await kubectl.out(['get', 'configmaps', 'one', 'two']));
      assert.match(table.join('\n'), /^NAME \| DATA \| AGE\none \| 2 \| \d+s\ntwo \| 0 \| \d+s$/);
    });

    it('wide tables', async () => {
      assert.match(
        rows(await kubectl.out(['get', 'deploy', 'web', '-o', 'wide'])).join('\n'),
        /web \| 0\/3 \| 0 \| 0 \| \d+s \| main \| nginx \| app=web$/,
      );
      assert.equal(rows(await kubectl.out(['get', 'wd', 'small', '-o', 'wide']))[1], 'small | 1 | red');
    });

    it('by label, by field, and nothing', async () => {
      assert.equal(await kubectl.out(['get', 'cm', '-l', 'group=x', '-o', 'name']), 'configmap/one\n');
      assert.equal(
        await kubectl.out(['get', 'cm', '--field-selector', 'metadata.name=two', '-o', 'name']),
        'configmap/two\n',
      );
      const nothing = await kubectl.run(['get', 'cm', '-l', 'group=z']);
      assert.equal(nothing.err, 'No resources found in default namespace.\n');
    });

    it('from all namespaces', async () => {
      const table = rows(await kubectl.out(['get', 'serviceaccounts', '-A']));
      assert.ok(table.some((row) => row.startsWith('kube-system | default |')));
    });

    it('yaml, json and paths', async () => {
      assert.match(await kubectl.out(['get', 'cm', 'one', '-o', 'yaml']), /^kind: ConfigMap$/m);
      const json: unknown = JSON.parse(await kubectl.out(['get', 'cm', '-l', 'group', '-o', 'json']));
      assert.ok(typeof json === 'object' && json !== null && 'items' in json && Array.isArray(json.items));
      assert.equal(json.items.length, 2);
      assert.equal(await kubectl.out(['get', 'cm', 'one', '-o', 'jsonpath={.data.a}']), '1');
      assert.equal(
        await kubectl.out(['get', 'cm', 'one', '-o', 'custom-columns=N:.metadata.name,B:.data.b', '--no-headers']),
        'one   2\n',
      );
    });

    it('in pages', async () => {
      const names = await kubectl.out(['get', 'cm', '--chunk-size=1', '-l', 'group', '-o', 'name']);
      assert.equal(names, 'configmap/one\nconfigmap/two\n');
    });

    it('several kinds by a category', async () => {
      assert.match(await kubectl.out(['get', 'all', '-o', 'name']), /widget\.example\.com\/small/);
    });

    it('what is not there', async () => {
      assert.match(
        (await kubectl.run(['get', 'cm', 'nope'])).err,
        /^Error from server \(NotFound\): configmaps "nope" not found/,
      );
      assert.match((await kubectl.run(['get', 'nopes'])).err, /the server doesn't have a resource type "nopes"/);
    });

    it('changes, as they happen', async () => {
      const child = kubectl.start([
        'get',
        'cm',
        '-w',
        '-l',
        'watched',
        '-o',
        'custom-columns=N:.metadata.name,V:.data.v',
        '--no-headers',
      ]);
      if (!child.stdout) throw new Error('no output');
      const lines: string[] = [];
      const reader = createInterface(child.stdout);
      reader.on('line', (line) => lines.push(line.replaceAll(/\s+/g, ' ')));
      await cluster.requests.until({ verb: 'watch', resource: 'configmaps', userAgent: 'kubectl' });
      await cluster.apply(configMap('w', { v: '1' }, { watched: '' }));
      await cluster.apply(configMap('w', { v: '2' }, { watched: '' }));
      while (lines.length < 2) await once(reader, 'line');
      child.kill();
      assert.deepEqual(lines, ['w 1', 'w 2']);
    });

    it('describes', async () => {
      const text = await kubectl.out(['describe', 'deploy', 'web']);
      assert.match(text, /Replicas:\s+3 desired/);
      assert.match(await kubectl.out(['describe', 'widget', 'small']), /Color:\s+red/);
    });
  });

  describe('changes:', () => {
    it('apply --server-side, with conflicts', async () => {
      const apply = (...more: string[]): string[] => ['apply', '--server-side', ...more, '-f', '-'];
      assert.equal(await kubectl.out(apply(), configMap('ssa', { a: '1' })), 'configmap/ssa serverside-applied\n');
      const refused = await kubectl.run(apply('--field-manager=other'), configMap('ssa', { a: '2' }));
      assert.equal(refused.code, 1);
      assert.match(refused.err, /Apply failed with 1 conflict: conflict with "kubectl": \.data\.a/);
      await kubectl.out(apply('--field-manager=other', '--force-conflicts'), configMap('ssa', { a: '2' }));
      assert.equal(await kubectl.out(['get', 'cm', 'ssa', '-o', 'jsonpath={.data.a}']), '2');
    });

    it('apply on custom resources', async () => {
      assert.equal(
        await kubectl.out(['apply', '-f', '-'], widget('applied', { size: 1 })),
        'widget.example.com/applied created\n',
      );
      assert.equal(
        await kubectl.out(['apply', '-f', '-'], widget('applied', { size: 2 })),
        'widget.example.com/applied configured\n',
      );
      assert.equal(
        await kubectl.out(['apply', '-f', '-'], widget('applied', { size: 2 })),
        'widget.example.com/applied unchanged\n',
      );
      const invalid = await kubectl.run(['apply', '-f', '-'], widget('applied', { size: 0 }));
      assert.match(invalid.err, /spec\.size in body should be greater than or equal to 1/);
    });

    it('patch --type=merge and --type=json', async () => {
      await kubectl.out(['patch', 'wd', 'small', '--type=merge', '-p', '{"spec":{"color":"blue"}}']);
      await kubectl.out([
        'patch',
        'wd',
        'small',
        '--type=json',
        '-p',
        '[{"op":"replace","path":"/spec/size","value":7}]',
      ]);
      assert.equal(await kubectl.out(['get', 'wd', 'small', '-o', 'jsonpath={.spec.color} {.spec.size}']), 'blue 7');
      await kubectl.out([
        'patch',
        'wd',
        'small',
        '--subresource=status',
        '--type=merge',
        '-p',
        '{"status":{"phase":"Done"}}',
      ]);
      assert.equal(await kubectl.out(['get', 'wd', 'small', '-o', 'jsonpath={.status.phase}']), 'Done');
    });

    it('apply of a list, with custom resources in it', async () => {
      const items = [configMap('listed', { a: '1' }), widget('listed', { size: 2 })];
      const list = { apiVersion: 'v1', kind: 'List', items };
      const told = 'configmap/listed created\nwidget.example.com/listed created\n';
      assert.equal(await kubectl.out(['apply', '-f', '-'], list), told);
      const unknown = { apiVersion: 'v1', kind: 'List', items: [{ ...configMap('listed', {}), unknown: 1 }] };
      const refused = await kubectl.run(['apply', '-f', '-'], unknown);
      assert.match(refused.err, /unknown field "unknown" in io\.k8s\.api\.core\.v1\.ConfigMap/);
    });

    it('apply on built-in kinds, by strategic merge patches', async () => {
      const apply = (...containers: string[]): Promise<string> =>
        kubectl.out(['apply', '-f', '-'], deploymentOf('client-side', ...containers));
      const images = (): Promise<string> =>
        kubectl.out(['get', 'deploy', 'client-side', '-o', 'jsonpath={.spec.template.spec.containers[*].image}']);
      assert.equal(await apply('main:1', 'side:1'), 'deployment.apps/client-side created\n');
      await kubectl.out(['set', 'image', 'deploy/client-side', 'side=other:7']);
      assert.equal(await apply('main:2', 'side:1'), 'deployment.apps/client-side configured\n');
      assert.equal(await images(), 'main:2 side:1');
      assert.equal(await apply('main:2'), 'deployment.apps/client-side configured\n');
      assert.equal(await apply('main:2'), 'deployment.apps/client-side unchanged\n');
      assert.equal(await images(), 'main:2');
      const patch = { spec: { template: { spec: { containers: [{ name: 'more', image: 'more:1' }] } } } };
      await kubectl.out(['patch', 'deploy', 'client-side', '-p', JSON.stringify(patch)]);
      assert.equal(await images(), 'more:1 main:2');
    });

    it('rollout restart', async () => {
      await kubectl.out(['rollout', 'restart', 'deploy/web']);
      const path = 'jsonpath={.spec.template.metadata.annotations}';
      assert.match(await kubectl.out(['get', 'deploy', 'web', '-o', path]), /kubectl\.kubernetes\.io\/restartedAt/);
    });

    it('label, annotate, scale', async () => {
      assert.equal(await kubectl.out(['label', 'cm', 'one', 'new=label']), 'configmap/one labeled\n');
      assert.equal(await kubectl.out(['annotate', 'cm', 'one', 'note=text']), 'configmap/one annotated\n');
      assert.equal(
        await kubectl.out(['get', 'cm', 'one', '-o', 'jsonpath={.metadata.labels.new} {.metadata.annotations.note}']),
        'label text',
      );
      assert.equal(await kubectl.out(['scale', 'deploy/web', '--replicas=5']), 'deployment.apps/web scaled\n');
      assert.equal(await kubectl.out(['get', 'deploy', 'web', '-o', 'jsonpath={.spec.replicas}']), '5');
    });

    it('replace, and a dry run that changes nothing', async () => {
      await kubectl.out(['replace', '-f', '-'], configMap('two', { replaced: 'yes' }, { group: 'y' }));
      assert.equal(await kubectl.out(['get', 'cm', 'two', '-o', 'jsonpath={.data.replaced}']), 'yes');
      await kubectl.out(['apply', '--server-side', '--dry-run=server', '-f', '-'], configMap('dry', { a: 'b' }));
      assert.equal((await kubectl.run(['get', 'cm', 'dry'])).code, 1);
    });
  });

  describe('waits and deletes:', () => {
    it('wait for a condition, and for a value', async () => {
      await kubectl.out(['wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=5s']);
      const waiting = kubectl.out(['wait', '--for=jsonpath={.status.phase}=Ready', 'wd/small', '--timeout=20s']);
      await cluster.requests.until({ verb: ['list', 'watch'], resource: 'widgets', userAgent: 'kubectl' });
      await cluster.patch(
        { apiVersion: 'example.com/v1', kind: 'Widget', name: 'small' },
        { status: { phase: 'Ready' } },
        { subresource: 'status' },
      );
      assert.equal(await waiting, 'widget.example.com/small condition met\n');
    });

    it('delete, and wait until it is gone', async () => {
      await cluster.apply({ ...configMap('held', {}), metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      const deleting = kubectl.out(['delete', 'cm', 'held']);
      await cluster.until(
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'held' },
        (object) => object?.metadata.deletionTimestamp,
      );
      await cluster.patch({ apiVersion: 'v1', kind: 'ConfigMap', name: 'held' }, { metadata: { finalizers: null } });
      assert.match(await deleting, /^configmap "held" deleted/);
    });

    it('delete by selector, and what is not there', async () => {
      assert.match(
        await kubectl.out(['delete', 'cm', '-l', 'group']),
        /configmap "one" deleted.*\nconfigmap "two" deleted/,
      );
      assert.equal(await kubectl.out(['delete', 'cm', 'one', '--ignore-not-found']), '');
    });

    it('wait --for=delete', async () => {
      await kubectl.out(['create', 'configmap', 'going']);
      cluster.requests.clear();
      const waiting = kubectl.out(['wait', '--for=delete', 'cm/going', '--timeout=20s']);
      await cluster.requests.until({ verb: 'watch', resource: 'configmaps', userAgent: 'kubectl' });
      await cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'going' });
      assert.equal(await waiting, 'configmap/going condition met\n');
    });

    it('a namespace with what is in it', async () => {
      await cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'inside', namespace: 'generated' },
      });
      await kubectl.out(['delete', 'namespace', 'generated']);
      assert.match((await kubectl.run(['get', 'cm', 'inside', '-n', 'generated'])).err, /NotFound/);
    });

    it('a definition with its objects', async () => {
      await kubectl.out(['delete', 'crd', 'widgets.example.com']);
      assert.match(
        (await kubectl.run(['get', 'widgets'])).err,
        /the server doesn't have a resource type|could not find the requested resource/,
      );
    });
  });
}
