/** Has the definitions and objects of `random-schemas.ts` judged by a server, a real one or the embedded one. */
import type { HttpAnswer, HttpClient } from '../../devcluster/conformance/http-client.ts';
import { isObject, listAt, stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { GROUP, type Sample } from './random-schemas.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** What came back: what was stored, or what is wrong. */
export interface Judgement {
  readonly code: number;
  readonly kept?: JsonObject | undefined;
  readonly causes?: readonly string[] | undefined;
}

/** Of the definition, then of each object and its change. */
export async function judge(client: HttpClient, { definition, objects, changes }: Sample): Promise<Judgement[]> {
  const name = stringAt(definition, 'metadata', 'name');
  const path = `/apis/${GROUP}/v1/namespaces/default/${name.split('.', 1)[0] ?? ''}`;
  const made = await client.send('POST', DEFINITIONS, { body: definition });
  const judgements = [judgementOf(made, true)];
  if (made.code !== 201) return judgements;
  await until(async () => (await client.send('GET', path)).code === 200);
  for (const [index, body] of objects.entries()) {
    const created = await client.send('POST', path, { body });
    judgements.push(judgementOf(created, false));
    if (created.code !== 201) continue;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const changed = await client.send('PATCH', `${path}/o${index}`, { headers, body: changes[index] });
    judgements.push(judgementOf(changed, false));
  }
  await client.send('DELETE', `${DEFINITIONS}/${name}`);
  return judgements;
}

function judgementOf({ code, value }: HttpAnswer, isDefinition: boolean): Judgement {
  if (code < 300) {
    const { spec, status } = isObject(value) ? value : {};
    return isDefinition ? { code } : { code, kept: { spec, status } };
  }
  const causes = listAt(value, 'details', 'causes').map(
    (cause) => `${stringAt(cause, 'reason')} ${stringAt(cause, 'field')}: ${stringAt(cause, 'message')}`,
  );
  return { code, causes: [...new Set(causes.length > 0 ? causes : [stringAt(value, 'message')])].map(settled).sort() };
}

const settled = (text: string): string => text.replaceAll(/selfType\d+/g, 'selfType');

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come to be');
}
