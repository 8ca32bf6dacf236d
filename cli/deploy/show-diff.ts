import { Buffer } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import { unifiedDiff } from '../../generators/diff.ts';
import { toYaml } from '../../project/manifests/yaml.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { isFields } from '../cluster/fields.ts';
import { readable } from './comparable.ts';
import { nameOf } from './manifest.ts';
import type { Plan } from './plan.ts';

/** What would become of each object, as unified diffs of its YAML. [] where nothing would. */
export function diffsOf({ objects, obsolete }: Plan): readonly string[] {
  const changes = objects
    .filter(({ change }) => change === 'created' || change === 'changed')
    .map(({ manifest, before, after }) => diffOf(manifest, before, after ?? manifest))
    .filter((text) => text !== '');
  return [
    ...changes,
    ...obsolete.map(({ object }) => `${nameOf(object)} would be deleted: it is in no manifest any more.\n`),
  ];
}

function diffOf(manifest: KubernetesObject, before: KubernetesObject | undefined, after: KubernetesObject): string {
  const [old, now] = [before && yamlOf(before), yamlOf(after)];
  // Who manages its fields is all that changes.
  if (old?.equals(now)) return '';
  return unifiedDiff(nameOf(manifest).replaceAll(' ', '/'), old, now);
}

const yamlOf = (object: KubernetesObject): Buffer => Buffer.from(toYaml(withoutValues(readable(object))));

/** Secrets are compared by digests that say no more than whether a value is another. */
function withoutValues(object: object): object {
  if (!('kind' in object) || object.kind !== 'Secret') return object;
  const masked = Object.entries(object).map(([key, value]: [string, unknown]) =>
    (key === 'data' || key === 'stringData') && isFields(value)
      ? [key, Object.fromEntries(Object.entries(value).map(([name, text]) => [name, digest(text)]))]
      : [key, value],
  );
  return Object.fromEntries(masked) as object;
}

/** New each time, so that nothing can be guessed from a digest. */
const KEY = randomBytes(32);
const digest = (value: unknown): string =>
  `*** ${createHmac('sha256', KEY).update(JSON.stringify(value)).digest('hex').slice(0, 8)}`;
