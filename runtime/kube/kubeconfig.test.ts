import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AutopilotError } from '../errors.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { findCluster, fromKubeconfig } from './kubeconfig.ts';

const kubeconfig = (user: string, cluster = 'server: "https://example.test:6443/"'): string => `
apiVersion: v1
kind: Config
current-context: here
contexts: [{ name: here, context: { cluster: c, user: u, namespace: apps } }]
clusters: [{ name: c, cluster: { ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
`;

describe('kubeconfig', () => {
  let folder: string;
  const clock = new ManualClock();
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives server, namespace, and a token', async () => {
    const access = fromKubeconfig(kubeconfig('token: abc'), clock);
    assert.equal(access.server, 'https://example.test:6443');
    assert.equal(access.namespace, 'apps');
    assert.deepEqual(await access.credentials.headers(), { authorization: 'Bearer abc' });
  });

  it('knows basic authentication, client certificates and the switches of TLS', async () => {
    const basic = fromKubeconfig(kubeconfig('username: a, password: b'), clock);
    assert.deepEqual(await basic.credentials.headers(), {
      authorization: `Basic ${Buffer.from('a:b').toString('base64')}`,
    });
    const data = (text: string): string => Buffer.from(text).toString('base64');
    const certificates = fromKubeconfig(
      kubeconfig(
        `client-certificate-data: ${data('cert')}, client-key-data: ${data('key')}`,
        `server: "https://x", certificate-authority-data: ${data('ca')}, tls-server-name: y, insecure-skip-tls-verify: true`,
      ),
      clock,
    );
    assert.deepEqual(certificates.tls, {
      ca: Buffer.from('ca'),
      cert: Buffer.from('cert'),
      key: Buffer.from('key'),
      servername: 'y',
      rejectUnauthorized: false,
    });
  });

  it('reads a token file again after a minute, and after a rejection', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'one\n');
    const { credentials } = fromKubeconfig(kubeconfig(`tokenFile: "${file}"`), clock);
    assert.deepEqual(await credentials.headers(), { authorization: 'Bearer one' });
    writeFileSync(file, 'two');
    assert.deepEqual(await credentials.headers(), { authorization: 'Bearer one' });
    clock.advance(60_001);
    assert.deepEqual(await credentials.headers(), { authorization: 'Bearer two' });
    writeFileSync(file, '');
    clock.advance(60_001);
    await assert.rejects(Promise.resolve(credentials.headers()), /token.*: the file has no token/);
    writeFileSync(file, 'three');
    assert.deepEqual(await credentials.headers(), { authorization: 'Bearer three' });
    writeFileSync(file, 'four');
    credentials.reject(await credentials.headers());
    assert.deepEqual(await credentials.headers(), { authorization: 'Bearer four' });
  });

  it('merges several files, the first that names a thing winning, and resolves paths beside the file', () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    writeFileSync(join(folder, 'ca.crt'), 'beside');
    writeFileSync(first, 'users: [{ name: u, user: { token: first } }]\ncurrent-context: here\n');
    writeFileSync(second, kubeconfig('token: second', 'server: "https://x", certificate-authority: ca.crt'));
    const access = findCluster({ KUBECONFIG: [first, join(folder, 'missing'), second].join(delimiter) }, clock);
    assert.deepEqual(access.tls.ca, Buffer.from('beside'));
    assert.deepEqual(access.tlsFiles, { ca: join(folder, 'ca.crt') });
    assert.equal(access.name, 'here');
  });

  const refused: Readonly<Record<string, [string, RegExp]>> = {
    'that is no YAML': ['a: [', /no YAML/],
    'that is no mapping': ['- a', /no kubeconfig/],
    'without a current context': ['apiVersion: v1', /current-context/],
    'whose context is missing': ['current-context: gone', /no context "gone"/],
    'whose cluster has no server': [kubeconfig('token: a', 'insecure-skip-tls-verify: true'), /no server/],
  };
  for (const [what, [text, message]] of Object.entries(refused)) {
    it(`refuses a file ${what}`, () => {
      assert.throws(
        () => fromKubeconfig(text, clock),
        (error) => error instanceof AutopilotError && error.code === 'ERR_AP_KUBECONFIG' && message.test(error.message),
      );
    });
  }

  /** A kubeconfig whose user logs in through a plugin that answers with this status and notes each of its runs in `log`. */
  const withPlugin = (status: object, log: string): string => {
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
    writeFileSync(
      join(folder, 'plugin.mjs'),
      `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(log)}, 'x'); console.log(${JSON.stringify(JSON.stringify(credential))});`,
    );
    return kubeconfig(
      `exec: { apiVersion: client.authentication.k8s.io/v1, command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(join(folder, 'plugin.mjs'))}], interactiveMode: Never }`,
    );
  };

  it('logs in through a plugin with @kubernetes/client-node, once for several requests', async () => {
    const log = join(folder, 'runs');
    const { credentials } = fromKubeconfig(withPlugin({ token: 'from-plugin' }, log), clock);
    const answers = await Promise.all(Array.from({ length: 10 }, async () => credentials.headers()));
    assert.deepEqual(new Set(answers.map(({ authorization }) => authorization)), new Set(['Bearer from-plugin']));
    assert.equal(readFileSync(log, 'utf8'), 'x');
  });

  it('runs the plugin again where its token is rejected, though it should have been good for longer', async () => {
    const log = join(folder, 'runs');
    const { credentials } = fromKubeconfig(
      withPlugin({ token: 'revoked', expirationTimestamp: '2099-01-01T00:00:00Z' }, log),
      clock,
    );
    credentials.reject(await credentials.headers());
    await Promise.all(Array.from({ length: 10 }, async () => credentials.headers()));
    assert.equal(readFileSync(log, 'utf8'), 'xx');
    clock.advance(60_001);
    await credentials.headers();
    assert.equal(readFileSync(log, 'utf8'), 'xx', 'what is good is used until it expires');
  });

  it('says so where a plugin gives no token', async () => {
    const certificate = { clientCertificateData: 'cert', clientKeyData: 'key' };
    const { credentials } = fromKubeconfig(withPlugin(certificate, join(folder, 'runs')), clock);
    await assert.rejects(
      Promise.resolve(credentials.headers()),
      /context here: the plugin by which its user logs in gave no token/,
    );
  });
});
