import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The packages that a scaffold gets as tarballs, so that nothing needs to be published. Their names carry a hash of their
 * contents: npm takes a changed tarball under an old name out of its cache.
 */
export const BUNDLED_PACKAGES = ['autopilot-runtime', 'autopilot-devcluster'] as const;
export type BundledName = (typeof BUNDLED_PACKAGES)[number];

export interface BundledPackage {
  readonly name: BundledName;
  /** `vendor/autopilot-runtime-0.1.0-0123456789.tgz`: relative to the project. */
  readonly path: string;
  /** What package.json says: `file:<path>`. */
  readonly specifier: string;
  readonly contents: Buffer;
}

const VENDOR = 'vendor';
const HASH_LENGTH = 10;

/** The folder with the tarballs: `dist/vendor`, beside the compiled generator. */
const BUNDLE_FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/vendor/' : '../../vendor/', import.meta.url),
);

/** The tarballs that this copy of the generator carries; none in a checkout that was not built. */
export async function readBundle(folder = BUNDLE_FOLDER): Promise<BundledPackage[]> {
  const files = await readdir(folder).catch(() => []);
  const found = BUNDLED_PACKAGES.flatMap((name) => {
    const file = files.find((candidate) => bundledNameOf(candidate) === name);
    return file === undefined ? [] : [{ name, file }];
  });
  return Promise.all(
    found.map(async ({ name, file }) => ({
      name,
      path: `${VENDOR}/${file}`,
      specifier: `file:${VENDOR}/${file}`,
      contents: await readFile(join(folder, file)),
    })),
  );
}

/** `autopilot-runtime-0.1.0-0123456789.tgz` */
export function bundledFileName(name: BundledName, version: string, contents: Buffer): string {
  return `${name}-${version}-${hashOf(contents)}.tgz`;
}

/**
 * The tarballs in the project's `vendor/` that an older generator put there: those that are what their name says, that are not
 * among `wanted`, and that `packageJson` does not ask for.
 */
export async function staleBundles(
  project: string,
  wanted: readonly string[],
  packageJson: string,
): Promise<{ path: string; contents: Buffer }[]> {
  const stale: { path: string; contents: Buffer }[] = [];
  for (const file of await readdir(join(project, VENDOR)).catch(() => [])) {
    const path = `${VENDOR}/${file}`;
    if (bundledNameOf(file) === undefined || wanted.includes(path) || packageJson.includes(path)) continue;
    const contents = await readFile(join(project, path));
    if (file.endsWith(`-${hashOf(contents)}.tgz`)) stale.push({ path, contents });
  }
  return stale;
}

function bundledNameOf(file: string): BundledName | undefined {
  return BUNDLED_PACKAGES.find((name) => file.startsWith(`${name}-`) && file.endsWith('.tgz'));
}

function hashOf(contents: Buffer): string {
  return createHash('sha256').update(contents).digest('hex').slice(0, HASH_LENGTH);
}
