import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Libraries that Node, its packages' native parts, and look-ups of names load beside those that Node is linked to. */
const LOADED = [
  'libdl.so.2',
  'libpthread.so.0',
  'libresolv.so.2',
  'librt.so.1',
  'libnss_dns.so.2',
  'libnss_files.so.2',
];
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
/** As of distroless images. */
const DISTROLESS_NODE = 'nodejs/bin/node';

/** What stands for `node:24-slim`: this machine's Node, npm, and a shell with what npm's scripts call. No image can be fetched where tests run. */
export async function buildRoot(root: string): Promise<string> {
  await rootFileSystem(root, [process.execPath, '/bin/sh', '/bin/mkdir', '/usr/bin/env']);
  await copy('/bin/sh', join(root, 'bin/sh'));
  await copy('/bin/mkdir', join(root, 'bin/mkdir'));
  await copy('/usr/bin/env', join(root, 'usr/bin/env'));
  await copy(process.execPath, join(root, 'usr/bin/node'));
  await cp(npmFolder(), join(root, 'usr/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'));
  const npm = {
    npm_config_registry: execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim(),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
  await writeFile(
    join(root, 'Dockerfile'),
    dockerfile({ PATH: '/usr/bin:/bin', NODE_EXTRA_CA_CERTS: AUTHORITIES, ...npm }),
  );
  return root;
}

/** What stands for distroless Node: Node and what it is linked to, no shell, Node not where others have it. */
export async function runtimeRoot(root: string): Promise<string> {
  await rootFileSystem(root, [process.execPath]);
  await copy(process.execPath, join(root, DISTROLESS_NODE));
  const entrypoint = `ENTRYPOINT ["/${DISTROLESS_NODE}"]\n`;
  await writeFile(join(root, 'Dockerfile'), `${dockerfile({ PATH: '/usr/bin:/bin' })}${entrypoint}`);
  return root;
}

function dockerfile(env: Readonly<Record<string, string>>): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return `FROM scratch\nCOPY . /\nENV ${variables.join(' ')}\n`;
}

async function rootFileSystem(root: string, programs: readonly string[]): Promise<void> {
  for (const folder of ['dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'usr/bin', 'bin'])
    await mkdir(join(root, folder), { recursive: true });
  const linked = programs.flatMap((program) =>
    [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+\.so\S*)/g)].map(([, path = '']) => path),
  );
  const folder = dirname(linked.find((path) => path.endsWith('/libc.so.6')) ?? '/lib/libc.so.6');
  const loaded = LOADED.map((name) => join(folder, name)).filter((path) => existsSync(path));
  for (const path of new Set([...linked, ...loaded])) await copy(path, join(root, path));
  if (existsSync(AUTHORITIES)) await copy(AUTHORITIES, join(root, AUTHORITIES));
}

/** The file itself where it is a link. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(await realpath(from), to);
}

function npmFolder(): string {
  const root = execFileSync('npm', ['root', '--global'], { encoding: 'utf8', cwd: homedir() }).trim();
  return join(root, 'npm');
}
