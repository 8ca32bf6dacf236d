import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { asRead } from './as-read.ts';
import { beyondZod } from './beyond-zod.ts';
import { SCHEMAS } from './corpus/schemas.ts';
import { GROUP, kindOf, pluralOf, samples, SEED, type Sample } from './samples.ts';

/**
 * Has every sample judged by zod and by a server that serves the corpus, the embedded cluster or a real one: both have to accept it or both
 * refuse it, and where they accept it the server has to store what zod makes of it. `rerun`: the command that does so, for what is said of
 * differences.
 */
export async function assertAgreement(client: HttpClient, atOnce: number, rerun: string): Promise<void> {
  const counts = { accepted: 0, refused: 0 };
  const differences: string[] = [];
  const rest = samples();
  const work = async (): Promise<void> => {
    for (const sample of rest) {
      const { accepts, problem } = await judge(client, sample);
      counts[accepts ? 'accepted' : 'refused'] += 1;
      const { schema, index, spec } = sample;
      const alone = `SCHEMA_SEED=${SEED} SCHEMA_CASE=${schema}:${index} ${rerun}`;
      if (problem !== undefined)
        differences.push(`${schema}: ${JSON.stringify(spec)}\n  ${problem}\n  This one alone: ${alone}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  assert.deepEqual(differences, [], `\n${differences.join('\n')}`);
  const { accepted, refused } = counts;
  console.log(`      ${accepted} objects accepted by both, ${refused} refused by both, seed ${SEED}`);
  // Values that are nearly all right or nearly all wrong would show little.
  if (process.env['SCHEMA_CASE'] !== undefined) return;
  assert.ok(accepted + refused >= 1000);
  assert.ok(Math.min(accepted, refused) > (accepted + refused) / 4);
}

interface Judgement {
  readonly accepts: boolean;
  /** How the server differs. */
  readonly problem?: string;
}

async function judge(client: HttpClient, { schema: name, spec }: Sample): Promise<Judgement> {
  const schema = SCHEMAS[name];
  assert.ok(schema);
  // A spec of null counts as absent too, which an empty one may be.
  const read = asRead(schema, spec ?? {});
  const parsed = schema.safeParse(read.value);
  const others = read.ofOtherForms.map((each) => ({ path: each.path, ...z.safeParse(each.schema, each.value) }));
  const accepts = parsed.success && others.every(({ success }) => success) && beyondZod(name, parsed.data);
  const { code, value: answer } = await create(client, name, spec, 'Ignore');
  assert.ok([201, 400, 422].includes(code), `${name}: ${code} ${JSON.stringify(answer)}`);
  const stored = specIn(answer);
  const said = code === 201 ? `the server stores ${JSON.stringify(stored)}` : JSON.stringify(answer);
  if (accepts !== (code === 201))
    return { accepts, problem: `zod ${accepts ? 'accepts' : `refuses (${parsed.error?.message})`}, ${said}` };
  if (!accepts) return { accepts };
  const expected: unknown = JSON.parse(JSON.stringify(parsed.data));
  for (const { path, data } of others) put(expected, path, data);
  if (!isDeepStrictEqual(stored, expected))
    return { accepts, problem: `zod makes ${JSON.stringify(expected)}, ${said}` };
  if (!read.hasUnknownKeys) return { accepts };
  const strictly = await create(client, name, spec, 'Strict');
  return strictly.code === 400 ? { accepts } : { accepts, problem: 'strict validation accepts keys that zod refuses' };
}

/** Asks the server to create an object, and to keep nothing of it. */
function create(client: HttpClient, name: string, spec: unknown, fieldValidation: 'Ignore' | 'Strict') {
  const path = `/apis/${GROUP}/v1/namespaces/default/${pluralOf(name)}`;
  const body = { apiVersion: `${GROUP}/v1`, kind: kindOf(name), metadata: { generateName: 'a-' }, spec };
  return client.send('POST', `${path}?dryRun=All&fieldValidation=${fieldValidation}`, { body });
}

/** Sets what stands at a path of an object. */
function put(target: unknown, [key = '', ...rest]: readonly (string | number)[], value: unknown): void {
  if (typeof target !== 'object' || target === null) return;
  if (rest.length > 0) put(Reflect.get(target, key), rest, value);
  else Reflect.set(target, key, JSON.parse(JSON.stringify(value)));
}

function specIn(object: unknown): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, 'spec') : undefined;
}
