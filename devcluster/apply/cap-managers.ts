import { compareStrings } from '../schema/go-text.ts';
import { managerId, managerKey, seconds, type Managers } from './managers.ts';

const MAX_UPDATE_MANAGERS = 10;

/**
 * Joins the oldest entries of updates, beyond ten, into one of the manager `ancient-changes` for each API version; in place.
 * Source: k8s.io/apimachinery/pkg/util/managedfields/internal/capmanagers.go.
 */
export function capUpdateManagers(managers: Managers): void {
  const updaters = [...managers]
    .filter(([, ownership]) => ownership.id.operation === 'Update')
    .sort(([a, x], [b, y]) => seconds(x.time) - seconds(y.time) || compareStrings(a, b));
  let count = updaters.length;
  const firstOfVersion = new Map<string, string>();
  for (const [key, ownership] of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) return;
    const { apiVersion } = ownership;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, key);
      continue;
    }
    const id = managerId('ancient-changes', 'Update', apiVersion, undefined);
    const bucket = managerKey(id);
    const joined = managers.get(bucket) ?? managers.get(first);
    if (!managers.has(bucket)) managers.delete(first);
    const fields = joined === undefined ? ownership.fields : ownership.fields.union(joined.fields);
    managers.set(bucket, { id, fields, apiVersion, time: ownership.time });
    // The bucket itself may be one of the oldest, and not the first: the real server loses it then.
    managers.delete(key);
    count--;
  }
}
