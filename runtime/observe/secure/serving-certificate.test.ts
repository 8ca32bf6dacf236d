import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { createLogger } from '../logger.ts';
import { selfSigned } from './self-signed.ts';
import { ServingCertificate } from './serving-certificate.ts';
import type { KeyPair } from './key-pair.ts';

describe('the certificate of metrics', () => {
  const [one, two, three] = [1, 2, 3].map(() => selfSigned([], new Date())) as [KeyPair, KeyPair, KeyPair];
  let folder: string;
  let certificate: ServingCertificate | undefined;
  let log: string[];
  let wake: () => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certificate-'));
    log = [];
    wake = () => undefined;
  });
  afterEach(async () => {
    await certificate?.close();
    certificate = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (of = folder): Promise<ServingCertificate> => {
    const write = (line: string): void => {
      log.push(line);
      wake();
    };
    const logger = createLogger({ name: 'n', version: 'v', level: 'Info', write });
    certificate = await ServingCertificate.open({ folder: of, clock: systemClock, logger });
    certificate.onChange(() => wake());
    return certificate;
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
  };
  /** As kubelet mounts a Secret: another folder, to which the link `..data` is turned at once. */
  const mount = async (version: string, files: Readonly<Record<string, string>>): Promise<void> => {
    await mkdir(join(folder, version));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, version, name), text);
    await symlink(version, join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  const secret = ({ cert, key }: KeyPair) => ({ 'tls.crt': cert, 'tls.key': key });
  const link = async (): Promise<void> => {
    for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(folder, name));
  };

  it('is the one that is mounted, and each that Kubernetes mounts in its place', async () => {
    await mount('..1', secret(one));
    await link();
    const opened = await open();
    assert.deepEqual(opened.pair, one);
    await mount('..2', secret(two));
    await until(() => opened.pair.cert === two.cert);
    assert.equal(opened.pair.key, two.key);
    await mount('..3', secret(three));
    await until(() => opened.pair.cert === three.cert);
    assert.ok(
      log.every((line) => line.includes('are served with this certificate')),
      log.join(''),
    );
  });

  it('is one of its own where nothing is mounted, until something is', async () => {
    const opened = await open();
    const [own] = [opened.pair];
    assert.match(own.cert, /BEGIN CERTIFICATE/);
    // Optional Secrets that come later are mounted then.
    await mount('..1', secret(one));
    await link();
    await until(() => opened.pair.cert === one.cert);
    assert.notDeepEqual(opened.pair, own);
  });

  it('needs no folder', async () => {
    assert.match((await open('')).pair.cert, /BEGIN CERTIFICATE/);
    await certificate?.close();
    assert.match((await open(join(folder, 'none'))).pair.cert, /BEGIN CERTIFICATE/);
  });

  it('stays while the files do not go together, or are gone, which is said', async () => {
    await writeFile(join(folder, 'tls.crt'), one.cert);
    await writeFile(join(folder, 'tls.key'), one.key);
    const opened = await open();
    await writeFile(join(folder, 'tls.crt'), two.cert);
    await until(() =>
      log.some((line) => line.includes('ERR_AP_CERTIFICATE') || line.includes('the former certificate')),
    );
    assert.deepEqual(opened.pair, one);
    await writeFile(join(folder, 'tls.key'), two.key);
    await until(() => opened.pair.cert === two.cert);
    for (const name of ['tls.crt', 'tls.key']) await rm(join(folder, name));
    await until(() => log.some((line) => line.includes('no certificate any more')));
    assert.deepEqual(opened.pair, two);
  });

  it('is refused at the start where its files cannot be used', async () => {
    const refused = (problem: RegExp) => assert.rejects(open(), { code: 'ERR_AP_CERTIFICATE', message: problem });
    await writeFile(join(folder, 'tls.crt'), one.cert);
    await refused(/there is tls\.crt and no tls\.key/);
    await writeFile(join(folder, 'tls.key'), two.key);
    await refused(/mismatch/);
    await rm(join(folder, 'tls.crt'));
    await refused(/there is tls\.key and no tls\.crt/);
    await writeFile(join(folder, 'tls.crt'), 'nonsense');
    await refused(/in .*certificate-.* cannot be used/);
    await rm(join(folder, 'tls.crt'));
    await mkdir(join(folder, 'tls.crt'));
    await refused(/tls\.crt cannot be read/);
  });
});
