import { chmod, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../../../../devcluster/schema/json.ts';
import { MissingError } from './pod-api.ts';
import type { PodApi } from './pod-api.ts';
import type { ApiObject } from '../../../../devcluster/store/object.ts';
import type { JsonObject } from '../../../../devcluster/schema/json.ts';

type Files = Map<string, Buffer>;

/** The folders of a pod's volumes, as kubelet lays them out. Of tokens, those of before are kept: they are good for an hour. */
export class Volumes {
  readonly #api: PodApi;
  readonly #pod: ApiObject;
  readonly #folder: string;
  readonly #tokens = new Map<string, Buffer>();
  /** What each volume holds, as one text. */
  readonly #written = new Map<string, string>();

  constructor(api: PodApi, pod: ApiObject, folder: string) {
    this.#api = api;
    this.#pod = pod;
    this.#folder = folder;
  }

  folderOf(volume: string): string {
    return join(this.#folder, volume);
  }

  /** Writes all of them, or what has changed since. Throws a MissingError where a ConfigMap or Secret is not there. */
  async write(): Promise<void> {
    for (const volume of listAt(this.#pod, 'spec', 'volumes').filter(isObject)) {
      const name = stringAt(volume, 'name');
      await mkdir(this.folderOf(name), { recursive: true });
      if (volume['emptyDir'] !== undefined) continue;
      const files = await this.#filesOf(name, volume);
      const text = JSON.stringify([...files].map(([path, content]) => [path, content.toString('base64')]));
      if (text === this.#written.get(name)) continue;
      await publish(this.folderOf(name), files);
      this.#written.set(name, text);
    }
  }

  async #filesOf(name: string, volume: JsonObject): Promise<Files> {
    const files: Files = new Map();
    const sources = volume['projected'] === undefined ? [volume] : listAt(volume, 'projected', 'sources');
    for (const source of sources) {
      for (const [path, content] of await this.#sourceFiles(name, source)) files.set(path, content);
    }
    return files;
  }

  async #sourceFiles(name: string, source: unknown): Promise<Files> {
    const token = objectAt(source, 'serviceAccountToken');
    if (token) return new Map([[stringAt(token, 'path'), await this.#token(name, token)]]);
    const downward = objectAt(source, 'downwardAPI');
    if (downward) {
      const items = listAt(downward, 'items');
      return new Map(
        items.map((item) => [
          stringAt(item, 'path'),
          Buffer.from(fieldOf(this.#pod, stringAt(item, 'fieldRef', 'fieldPath'))),
        ]),
      );
    }
    const [configMap, secret] = [objectAt(source, 'configMap'), objectAt(source, 'secret')];
    const reference = configMap ?? secret;
    if (!reference)
      throw new Error(`volume ${name} of pod ${this.#pod.metadata.name} is of a kind that is not played here`);
    const plural = configMap ? 'configmaps' : 'secrets';
    const object = stringAt(reference, 'name') || stringAt(reference, 'secretName');
    const data = await this.#api.data(plural, this.#pod.metadata.namespace, object);
    if (!data && reference['optional'] === true) return new Map();
    if (!data)
      throw new MissingError(
        `MountVolume.SetUp failed for volume "${name}" : ${plural.slice(0, -1)} "${object}" not found`,
      );
    const items = listAt(reference, 'items');
    if (items.length === 0) return new Map(data);
    return new Map(
      items.flatMap((item) => {
        const content = data.get(stringAt(item, 'key'));
        return content ? [[stringAt(item, 'path'), content]] : [];
      }),
    );
  }

  async #token(volume: string, wanted: JsonObject): Promise<Buffer> {
    const known = this.#tokens.get(volume);
    if (known) return known;
    const seconds = Number(wanted['expirationSeconds'] ?? 3600);
    const token = Buffer.from(await this.#api.token(this.#pod, seconds, stringAt(wanted, 'audience')));
    this.#tokens.set(volume, token);
    return token;
  }
}

/** Replaces all files at once, as kubelet does it: they are links into `..data`, itself a link, which is renamed onto the former one. */
async function publish(folder: string, files: Files): Promise<void> {
  const data = join(folder, '..data');
  const former = await readlink(data).catch(() => undefined);
  const next = await mkdtemp(`${folder}/..`);
  await chmod(next, 0o755);
  for (const [path, content] of files) {
    await mkdir(dirname(join(next, path)), { recursive: true });
    await writeFile(join(next, path), content, { mode: 0o644 });
  }
  await symlink(basename(next), `${data}_tmp`);
  await rename(`${data}_tmp`, data);
  const wanted = new Set([...files.keys()].map((path) => path.split('/')[0] ?? ''));
  const there = (await readdir(folder)).filter((name) => !name.startsWith('..'));
  for (const name of there) if (!wanted.has(name)) await rm(join(folder, name));
  for (const name of wanted) if (!there.includes(name)) await symlink(join('..data', name), join(folder, name));
  if (former !== undefined) await rm(join(folder, former), { recursive: true });
}

/** A field of a pod by the path that `fieldRef` takes. */
export function fieldOf(pod: ApiObject, path: string): string {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  const value = map === undefined ? valueAt(pod, ...path.split('.')) : valueAt(pod, 'metadata', map, key ?? '');
  return typeof value === 'string' ? value : '';
}
