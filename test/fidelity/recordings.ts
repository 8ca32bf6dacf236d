/** Files of what a real server answered: a line that tells which server, then a JSON value per line. */
import { readFile, writeFile } from 'node:fs/promises';
import { isObject, stringAt } from '../../devcluster/schema/json.ts';
import type { Outcome, RecordedStep } from './steps.ts';

/** What an object's `uid` looks like. */
export const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export async function writeRecording(path: string | URL, server: string, lines: readonly unknown[]): Promise<void> {
  const all = [{ server }, ...lines];
  await writeFile(path, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** @returns the version of the server, and the values. */
export async function readRecording(path: string | URL): Promise<{ server: string; lines: unknown[] }> {
  const [head, ...lines] = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
  return { server: stringAt(head, 'server'), lines };
}

const VERBS: ReadonlySet<string> = new Set(['create', 'update', 'json', 'merge', 'strategic', 'apply', 'delete']);

export function isOutcome(value: unknown): value is Outcome {
  return isObject(value) && typeof value['code'] === 'number';
}

export function isRecordedStep(value: unknown): value is RecordedStep {
  if (!isObject(value) || !isOutcome(value['outcome']) || typeof value['now'] !== 'string') return false;
  return isObject(value['step']) && VERBS.has(stringAt(value['step'], 'verb'));
}

/**
 * An outcome without what differs from run to run: errors that a real server finds walking a map come in any order, and
 * of several that end a walk any one.
 */
export function settledOutcome({ code, object, message }: Outcome): unknown {
  if (message === undefined) return { code, object };
  if (code === 404 || (code === 409 && !message.startsWith('Apply'))) return { code };
  if (/^failed to (create typed|convert new object)| "" is invalid: patch:/.test(message)) return { code };
  const text = message
    .replaceAll(/10\.(0|96)\.\d+\.\d+/g, 'ADDRESS')
    // Internal types, which print every field that they have, and the difference of two of them.
    .replace(/Invalid value: [[{].*: field is immutable/, 'Invalid value: …: field is immutable')
    .replace(/openAPIV3Schema: Invalid value: \{.*\}: only/, 'openAPIV3Schema: Invalid value: …: only')
    .replace(/(for bound claims)[^]*$/, '$1')
    .replace(/\]$/, '');
  return { code, message: text.split(/, |[[\]\n]/).sort() };
}
