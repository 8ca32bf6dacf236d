import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { DevclusterError } from '../errors.ts';
import { stringAt } from '../schema/json.ts';
import type { ObjectLike } from './objects.ts';

/**
 * The CustomResourceDefinitions in the YAML files of a folder, file by file; none where there is no such folder. Files may hold
 * several, as vendors publish theirs; anything else in them is refused, since it would be left out silently.
 */
export async function readCrdFolder(folder: string): Promise<readonly ObjectLike[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const found: ObjectLike[] = [];
  for (const name of names.filter((each) => /\.ya?ml$/.test(each)).sort()) {
    found.push(...definitionsIn(join(folder, name), await readFile(join(folder, name), 'utf8')));
  }
  return found;
}

function definitionsIn(file: string, text: string): readonly ObjectLike[] {
  let documents: unknown[];
  try {
    documents = loadAll(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DevclusterError('ERR_AP_CLUSTER_CRDS', `${file} is no YAML: ${why}`, { cause: error });
  }
  return documents
    .filter((document) => document !== null && document !== undefined)
    .map((document) => {
      if (isDefinition(document)) return document;
      const message = `${file} holds something else than a CustomResourceDefinition of apiextensions.k8s.io/v1. Move it out of this folder.`;
      throw new DevclusterError('ERR_AP_CLUSTER_CRDS', message);
    });
}

function isDefinition(value: unknown): value is ObjectLike {
  return (
    stringAt(value, 'apiVersion') === 'apiextensions.k8s.io/v1' &&
    stringAt(value, 'kind') === 'CustomResourceDefinition'
  );
}
