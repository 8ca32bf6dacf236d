import { Agent, request } from 'undici';
import { deepCopy, deepEqual, isObject } from '../schema/json.ts';
import { Normaliser, pick, removeAt } from './normalise.ts';
import type { Answer, Scenario, Step } from './scenario.ts';

/** A server to ask. */
export interface Target {
  readonly url: string;
  readonly token: string;
  readonly ca: string;
}

const DEADLINE = 90_000;
const PAUSE = 20;
const NAMESPACE = /^\/api\/v1\/namespaces\/[^/]+$/;
const STORED_ONLY = 'the embedded cluster stores this';

interface Raw {
  readonly code: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly text: string;
  readonly value: unknown;
}

/** Runs a scenario and returns the answers that count, in the order of their steps. */
export async function runScenario(target: Target, scenario: Scenario): Promise<Answer[]> {
  const agent = new Agent({ allowH2: false, connect: { ca: target.ca } });
  const namespace = `conf-${scenario.name}`;
  try {
    return await new Run(target, agent, namespace).all(scenario);
  } finally {
    await agent.destroy();
  }
}

class Run {
  readonly #target: Target;
  readonly #agent: Agent;
  readonly #namespace: string;
  readonly #raw = new Map<string, unknown>();

  constructor(target: Target, agent: Agent, namespace: string) {
    this.#target = target;
    this.#agent = agent;
    this.#namespace = namespace;
  }

  async all({ steps, cleanup = [] }: Scenario): Promise<Answer[]> {
    await this.#clean(cleanup);
    await this.#send('POST', '/api/v1/namespaces', { metadata: { name: this.#namespace } });
    for (const ready of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) {
      await this.#ask({ name: 'ready', path: `/api/v1/namespaces/{{ns}}/${ready}`, untilCode: 200 });
    }
    const pending: Promise<Answer | undefined>[] = [];
    const normaliser = new Normaliser([
      [this.#namespace, '{{ns}}'],
      [this.#target.url.replace('https://', ''), '{{server}}'],
    ]);
    const raws: [Step, Promise<Raw>][] = [];
    for (const step of steps) {
      const answer = this.#ask(step);
      raws.push([step, answer]);
      // A watch answers while later steps run.
      if (step.events === undefined) this.#raw.set(step.name, (await answer).value);
    }
    for (const [step, answer] of raws) {
      const raw = await answer;
      if (!step.setup) pending.push(Promise.resolve(toAnswer(step, raw, normaliser)));
    }
    const answers = await Promise.all(pending);
    await this.#remove(cleanup);
    return answers.filter((answer) => answer !== undefined);
  }

  /** Nothing is left of a run before. */
  async #clean(paths: readonly string[]): Promise<void> {
    for (const path of await this.#remove(paths)) await this.#ask({ name: 'gone', path, untilCode: 404 });
  }

  /** Waits for what is gone at once only: a namespace takes a real server five seconds, in which the next scenario can run. */
  async #remove(paths: readonly string[]): Promise<readonly string[]> {
    const namespaces = [`/api/v1/namespaces/${this.#namespace}`];
    for (const path of paths) {
      if (NAMESPACE.test(path)) namespaces.push(path);
      else {
        await this.#send('DELETE', path);
        await this.#ask({ name: 'gone', path, untilCode: 404 });
      }
    }
    for (const path of namespaces) {
      // No kubelet confirms that they have ended; one with a node would be waited for until it is seen that there is no such node.
      await this.#send('DELETE', `${path}/pods`, { gracePeriodSeconds: 0 });
      await this.#send('DELETE', path);
    }
    return namespaces;
  }

  async #ask(step: Step): Promise<Raw> {
    const end = Date.now() + DEADLINE;
    for (;;) {
      const raw = await this.#once(step);
      const done =
        (step.untilCode === undefined || raw.code === step.untilCode) &&
        (step.untilText === undefined || raw.text.includes(step.untilText)) &&
        (step.untilValue === undefined ||
          deepEqual(pick(raw.value, step.untilValue[0].split('.')), step.untilValue[1]));
      if (done) return raw;
      if (Date.now() > end) throw new Error(`${step.name}: not as expected in time, last ${raw.code} ${raw.text}`);
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE);
      });
    }
  }

  async #once(step: Step): Promise<Raw> {
    const query = Object.entries(step.query ?? {}).map(([key, value]): [string, string] => [key, this.#fill(value)]);
    const search = query.length > 0 ? `?${new URLSearchParams(query).toString()}` : '';
    const body = step.body === undefined ? undefined : this.#fill(asText(step.body));
    const headers = {
      ...step.headers,
      ...(step.as !== undefined && { 'impersonate-user': this.#fill(step.as) }),
      ...(step.token !== undefined && { authorization: step.token && `Bearer ${this.#fill(step.token)}` }),
    };
    return this.#send(step.method ?? 'GET', this.#fill(step.path) + search, body, headers, step.events);
  }

  #fill(text: string): string {
    return text
      .replaceAll('{{ns}}', this.#namespace)
      .replaceAll(/\{\{([^:{}]+):([^}]+)\}\}/g, (_, name: string, path: string) =>
        String(pick(this.#raw.get(name), path.split('.'))),
      );
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    headers: Step['headers'] = {},
    events?: number,
  ): Promise<Raw> {
    const response = await request(this.#target.url + path, {
      dispatcher: this.#agent,
      method: method === 'DELETE' || method === 'GET' || method === 'PUT' || method === 'PATCH' ? method : 'POST',
      headers: {
        authorization: `Bearer ${this.#target.token}`,
        'user-agent': 'conformance/1.0',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...mutable(headers),
      },
      ...(body !== undefined && { body: asText(body) }),
    });
    const text = events === undefined ? await response.body.text() : await readLines(response.body, events);
    const { warning = [], 'content-type': contentType } = response.headers;
    return {
      code: response.statusCode,
      contentType: String(contentType),
      warnings: [warning].flat(),
      text,
      value: events === undefined ? parsed(text) : text.split('\n').filter(Boolean).map(parsed),
    };
  }
}

/** As undici takes them. */
function mutable(headers: Step['headers'] = {}): Record<string, string | string[]> {
  const all = Object.entries(headers);
  return Object.fromEntries(all.map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
}

function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function readLines(stream: AsyncIterable<Buffer>, count: number): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk.toString();
    const lines = text.split('\n');
    if (lines.length > count) return lines.slice(0, count).join('\n');
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sortAt(body: unknown, path: readonly string[]): void {
  const list = pick(body, path);
  if (Array.isArray(list)) list.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function toAnswer(step: Step, raw: Raw, normaliser: Normaliser): Answer {
  const body = normaliser.answer(deepCopy(raw.value));
  for (const path of step.ignore ?? []) removeAt(body, path.split('.'));
  for (const path of step.unordered ?? []) sortAt(body, path.split('.'));
  const shown = step.only ? Object.fromEntries(step.only.map((path) => [path, pick(body, path.split('.'))])) : body;
  const told = step.storedOnly === true ? raw.warnings.filter((text) => !text.includes(STORED_ONLY)) : raw.warnings;
  const warnings = step.unorderedWarnings === true ? [...told].sort() : told;
  return {
    step: step.name,
    code: raw.code,
    contentType: raw.contentType,
    ...(warnings.length > 0 && { warnings: normaliser.plain(warnings.join(', ')) }),
    body: isObject(shown) && Object.keys(shown).length === 0 ? {} : shown,
  };
}
