/**
 * Writes down the roles and bindings that a real API server makes by itself: `node devcluster/conformance/record-bootstrap.ts KUBECONFIG`.
 * The server needs the controller manager, which fills the roles that are put together of others, and nobody else who writes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as prettier from 'prettier';
import { HttpClient } from './http-client.ts';
import { isObject, listAt, stringAt } from '../schema/json.ts';
import { RBAC_GROUP } from '../auth/rbac-objects.ts';

const [kubeconfig] = process.argv.slice(2);
if (kubeconfig === undefined) {
  console.error('usage: node devcluster/conformance/record-bootstrap.ts KUBECONFIG');
  process.exit(2);
}
const client = new HttpClient(readFileSync(kubeconfig, 'utf8'));
const server = stringAt((await client.send('GET', '/version')).value, 'gitVersion');
const objects: object[] = [];
for (const [resource, kind] of [
  ['clusterroles', 'ClusterRole'],
  ['clusterrolebindings', 'ClusterRoleBinding'],
  ['roles', 'Role'],
  ['rolebindings', 'RoleBinding'],
]) {
  const { value } = await client.send('GET', `/apis/${RBAC_GROUP}/v1/${resource}`);
  for (const item of listAt(value, 'items')) objects.push({ kind, ...withoutIdentity(item) });
}
await client.close();
const file = new URL('../auth/bootstrap-policy.json', import.meta.url);
const text = JSON.stringify({ server, objects });
writeFileSync(file, await prettier.format(text, { ...(await prettier.resolveConfig(file)), parser: 'json' }));
console.log(`${objects.length} roles and bindings of ${server}`);

/** What is the same in every cluster. Who wrote what is worked out anew. */
function withoutIdentity(item: unknown): object {
  if (!isObject(item) || !isObject(item['metadata'])) throw new Error('not a list of objects');
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _time,
    managedFields: _fields,
    ...metadata
  } = item['metadata'];
  return { ...item, metadata };
}
