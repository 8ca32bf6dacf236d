import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isObject, listAt, objectAt, stringAt } from '../../../devcluster/schema/json.ts';
import type { Program } from '../kubernetes/kubelet/played-pod.ts';
import { buildRoot, runtimeRoot } from './base-images.ts';

const run = promisify(execFile);

/** Images of buildah's in a folder of their own, with two to build upon. Everything is gone with the folder. */
export class ImageStore {
  readonly #folder: string;
  /** What makes buildah use the folder, and a chroot for `RUN`, which works inside of containers too. */
  readonly env: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = {
      ...process.env,
      CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
      BUILDAH_ISOLATION: 'chroot',
    };
  }

  static async create(): Promise<ImageStore> {
    const folder = await mkdtemp(join(tmpdir(), 'images-'));
    const store = new ImageStore(folder);
    await store.#configure('overlay').catch(() => store.#configure('vfs'));
    const [build, runtime] = [await buildRoot(join(folder, 'build')), await runtimeRoot(join(folder, 'runtime'))];
    await store.#buildah('bud', '--quiet', '--tag', 'localhost/node-build', build);
    await store.#buildah('bud', '--quiet', '--tag', 'localhost/node-runtime', runtime);
    await Promise.all([build, runtime].map((root) => rm(root, { recursive: true })));
    await mkdir(join(homedir(), '.npm'), { recursive: true });
    return store;
  }

  /** `vfs` works everywhere, but copies all of an image for each layer. Throws where the folder's file system cannot do it. */
  async #configure(driver: 'overlay' | 'vfs'): Promise<void> {
    const [graph, temporary] = [join(this.#folder, driver), join(this.#folder, `${driver}-run`)];
    const settings = `[storage]\ndriver = "${driver}"\ngraphroot = "${graph}"\nrunroot = "${temporary}"\n`;
    await writeFile(join(this.#folder, 'storage.conf'), settings);
    await this.#buildah('info');
  }

  /** For `--image-build-args`: the base images, and this machine's cache of npm. */
  get buildArgs(): string {
    const bases = '--build-arg BUILD_IMAGE=localhost/node-build --build-arg RUNTIME_IMAGE=localhost/node-runtime';
    return `${bases} --volume ${join(homedir(), '.npm')}:/root/.npm`;
  }

  /** What the image's configuration says (OCI's `config`). */
  async config(image: string): Promise<unknown> {
    const value: unknown = JSON.parse(await this.#buildah('inspect', '--type', 'image', image));
    return objectAt(value, 'OCIv1', 'config');
  }

  /** What a container of the image runs, in a file system of its own. */
  async program(image: string): Promise<Program & { readonly root: string }> {
    const config = await this.config(image);
    const texts = (name: string): string[] => listAt(config, name).filter((each) => typeof each === 'string');
    const container = await this.#buildah('from', image);
    return {
      root: await this.#buildah('mount', container),
      command: [...texts('Entrypoint'), ...texts('Cmd')],
      folder: stringAt(config, 'WorkingDir'),
      user: stringAt(config, 'User'),
      env: Object.fromEntries(
        texts('Env').map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
      ),
    };
  }

  /** Names of the containers that builds have left. */
  async containers(): Promise<readonly string[]> {
    const list: unknown = JSON.parse((await this.#buildah('containers', '--json')) || '[]');
    return Array.isArray(list) ? list.filter(isObject).map((each) => stringAt(each, 'containername')) : [];
  }

  async remove(): Promise<void> {
    await this.#buildah('umount', '--all').catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #buildah(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('buildah', args, { env: this.env, maxBuffer: 2 ** 26 });
    return stdout.trim();
  }
}
