import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { renderKubeconfig } from '../auth/kubeconfig.ts';
import { startDev } from './dev.ts';
import type { DevSession } from './dev.ts';

/** An operator in a few lines: watches its kind, and tells so; everything else of an operator is the runtime's business. */
const OPERATOR = `
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
const config = readFileSync(process.env.KUBECONFIG ?? '', 'utf8');
const find = (name) => new RegExp(name + ': (\\\\S+)').exec(config)[1];
console.log('generation', GENERATION, 'dev', process.env.AUTOPILOT_DEV);
request(find('server') + '/apis/examples.io/v1/things?watch=1', {
  ca: Buffer.from(find('certificate-authority-data'), 'base64'),
  headers: { authorization: 'Bearer ' + find('token') },
}, (response) => response.resume()).end();
`;

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.examples.io' },
  spec: {
    group: 'examples.io',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const OTHER = {
  ...CRD,
  metadata: { name: 'others.vendor.io' },
  spec: { ...CRD.spec, group: 'vendor.io', names: { kind: 'Other', plural: 'others' } },
};

/** Lines as they are printed, and a way to wait for one. */
class Lines {
  readonly all: string[] = [];
  readonly #waiting = new Set<() => void>();

  readonly add = (line: string): void => {
    this.all.push(line);
    for (const check of Array.from(this.#waiting)) check();
  };

  until(part: string, from = 0): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!this.all.slice(from).some((line) => line.includes(part))) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

describe('The dev loop', () => {
  let folder: string;
  let session: DevSession;
  const printed = new Lines();
  const said = new Lines();

  const save = (generation: string): Promise<void> =>
    writeFile(join(folder, 'src', 'main.ts'), OPERATOR.replace('GENERATION', generation));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dev-loop-'));
    await mkdir(join(folder, 'src', 'workers'), { recursive: true });
    await writeFile(join(folder, 'autopilot.yaml'), 'apiVersion: examples.io/v1\nkind: Thing\n');
    await mkdir(join(folder, 'crds'));
    await writeFile(join(folder, 'crds', 'others.yaml'), `---\n${JSON.stringify(OTHER)}\n`);
    await writeFile(join(folder, 'crds', 'README.md'), 'Of other vendors.\n');
    await save('1');
    // Left behind by an earlier one: nobody listens there.
    await mkdir(join(folder, '.work'));
    const earlier = { server: 'https://127.0.0.1:1', ca: '', user: 'admin', token: '' };
    await writeFile(join(folder, '.work', 'kubeconfig'), renderKubeconfig(earlier));
    const output = new PassThrough();
    output.on('data', (chunk: Buffer) => chunk.toString().split('\n').filter(Boolean).forEach(said.add));
    session = await startDev({ folder: join(folder, 'src', 'workers'), print: printed.add, output });
  });

  after(async () => {
    await session.stop();
    await rm(folder, { recursive: true });
  });

  it('finds the project upward and writes a kubeconfig that only its owner reads', async () => {
    assert.equal(session.kubeconfig, join(folder, '.work', 'kubeconfig'));
    assert.equal((await stat(session.kubeconfig)).mode & 0o777, 0o600);
    assert.ok((await readFile(session.kubeconfig, 'utf8')).includes(session.cluster.url));
  });

  it('has the kinds of other vendors that the project defines in crds/', async () => {
    const other = { apiVersion: 'vendor.io/v1', kind: 'Other', metadata: { name: 'x', namespace: 'default' } };
    assert.equal((await session.cluster.create(other)).kind, 'Other');
  });

  it('is the only one of its project', async () => {
    await assert.rejects(startDev({ folder, print: () => undefined }), {
      code: 'ERR_AP_DEV_RUNNING',
      message: new RegExp(session.cluster.url),
    });
  });

  it('starts the operator in development mode, and knows when it watches its kind', async () => {
    await session.cluster.installCrd(CRD);
    await save('2');
    await session.ready;
    await said.until('generation 2 dev 1');
  });

  it('prints the phases that a resource goes through', async () => {
    const ref = { apiVersion: 'examples.io/v1', kind: 'Thing', name: 'a' };
    await session.cluster.create({ apiVersion: 'examples.io/v1', kind: 'Thing', metadata: { name: 'a' } });
    await session.cluster.patch(ref, { status: { phase: 'First' } }, { subresource: 'status' });
    await session.cluster.patch(ref, { metadata: { labels: { not: 'a-phase' } } });
    await session.cluster.patch(ref, { status: { phase: 'Second' } }, { subresource: 'status' });
    await session.cluster.delete(ref);
    await printed.until('default/a  deleted');
    const lines = printed.all.filter((line) => line.includes('default/a')).map((line) => line.slice(12));
    assert.deepEqual(lines, [
      'default/a  created',
      'default/a  new → First',
      'default/a  First → Second',
      'default/a  deleted',
    ]);
  });

  it('shows why a broken source does not start, and goes on with the next save', async () => {
    await save('))');
    await printed.until('operator    ended with exit code 1; it starts again when a source is saved');
    assert.ok(said.all.some((line) => line.includes('SyntaxError')));
    await save('3');
    await said.until('generation 3');
  });

  it('starts the operator again when its configuration is saved', async () => {
    const from = said.all.length;
    await writeFile(join(folder, 'autopilot-operator.yaml'), 'logLevel: Debug\n');
    await said.until('generation 3', from);
  });

  it('says where it looked when there is no project', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'no-project-'));
    await assert.rejects(startDev({ folder: elsewhere }), {
      code: 'ERR_AP_DEV_PROJECT',
      message: new RegExp(elsewhere),
    });
    await rm(elsewhere, { recursive: true });
  });

  it('says which file in crds/ is none of a CustomResourceDefinition, and ends', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'broken-crds-'));
    await mkdir(join(broken, 'crds'));
    await writeFile(join(broken, 'autopilot.yaml'), 'apiVersion: examples.io/v1\nkind: Thing\n');
    const code = 'ERR_AP_CLUSTER_CRDS';
    await writeFile(join(broken, 'crds', 'a.yaml'), 'kind: List\nitems: []\n');
    await assert.rejects(startDev({ folder: broken }), { code, message: /a\.yaml holds something else/ });
    await writeFile(join(broken, 'crds', 'a.yaml'), 'kind: [\n');
    await assert.rejects(startDev({ folder: broken }), { code, message: /a\.yaml is no YAML/ });
    await rm(broken, { recursive: true });
  });

  it('says what is wrong with a project that names no kind', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'no-kind-'));
    await writeFile(join(broken, 'autopilot.yaml'), 'kind: Thing\n');
    await assert.rejects(startDev({ folder: broken }), { code: 'ERR_AP_DEV_PROJECT', message: /apiVersion/ });
    await rm(broken, { recursive: true });
  });
});
