import type { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { stringAt, valueAt } from '../../devcluster/schema/json.ts';
import type { JsonObject } from '../../devcluster/schema/json.ts';
import type { RbacWorld } from './random-roles.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

/** Makes a world on a server, asks all of its questions, and returns the answers: what is the same on each server. */
export async function askRoles(client: HttpClient, world: RbacWorld): Promise<readonly string[]> {
  await make(client, '/api/v1/namespaces', { metadata: { name: world.namespace } });
  for (const object of world.objects) await make(client, pathOf(object), object);
  for (const spec of world.inForce) while (!(await review(client, spec)).startsWith('yes'));
  const answers: string[] = [];
  for (const spec of world.questions) answers.push(await review(client, spec));
  for (const { user, groups, role } of world.attempts) {
    const headers = {
      'impersonate-user': user,
      ...(groups.length > 0 && { 'impersonate-group': groups }),
    };
    const { code, value } = await client.send('POST', `${pathOf(role)}?dryRun=All`, { body: role, headers });
    answers.push(`${code} ${settled(stringAt(value, 'message'))}`);
  }
  return answers;
}

/** Removes what the world made. */
export async function forgetRoles(client: HttpClient, { namespace, objects }: RbacWorld): Promise<void> {
  for (const object of objects) {
    await client.send('DELETE', `${pathOf(object)}/${stringAt(object, 'metadata', 'name')}`);
  }
  await client.send('DELETE', `/api/v1/namespaces/${namespace}`);
}

async function make(client: HttpClient, path: string, body: JsonObject): Promise<void> {
  const { code, value } = await client.send('POST', path, { body });
  if (code !== 201) throw new Error(`${path}: ${code} ${stringAt(value, 'message')}`);
}

async function review(client: HttpClient, spec: JsonObject): Promise<string> {
  const { value } = await client.send('POST', REVIEWS, { body: { spec } });
  // Which of several bindings allowed it is not the same from one time to the next.
  if (valueAt(value, 'status', 'allowed') === true) return 'yes';
  return `no ${settled(stringAt(value, 'status', 'reason'))}`.trim();
}

/** Errors come in any order. */
function settled(message: string): string {
  return message.replace(/\[?((?:(?:cluster)?roles?\.\S+ "\S+" not found(?:, )?)+)\]*$/, (_, errors: string) =>
    errors.split(', ').sort().join(', '),
  );
}

function pathOf(object: JsonObject): string {
  const plural = `${stringAt(object, 'kind').toLowerCase()}s`;
  const namespace = stringAt(object, 'metadata', 'namespace');
  return namespace === '' ? `${RBAC}/${plural}` : `${RBAC}/namespaces/${namespace}/${plural}`;
}
