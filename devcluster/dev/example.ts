import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { isObject, stringAt } from '../schema/json.ts';
import type { ObjectLike } from '../cluster/objects.ts';
import type { DevProject } from './project.ts';

/** The objects in the project's example manifest. Throws with what is wrong with the file. */
export async function readExample({ folder, example }: DevProject): Promise<readonly ObjectLike[]> {
  const text = await readFile(join(folder, example), 'utf8').catch((error: unknown) => {
    throw new Error('there is no such file: `ap generate` makes it', { cause: error });
  });
  return loadAll(text)
    .filter((document) => document !== null && document !== undefined)
    .map((document) => {
      if (isManifest(document)) return document;
      throw new Error('it holds something that is no Kubernetes object (apiVersion, kind, metadata.name)');
    });
}

function isManifest(value: unknown): value is ObjectLike {
  return (
    isObject(value) &&
    stringAt(value, 'kind') !== '' &&
    stringAt(value, 'apiVersion') !== '' &&
    stringAt(value, 'metadata', 'name') !== ''
  );
}
