import assert from 'node:assert/strict';
import type { TransportRequest } from '../kube/transport.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { QueryError } from './errors.ts';
import { prometheus, QUERY_MS } from './prometheus.ts';

const never = new AbortController().signal;

/** Asks a server that gives this answer. */
async function ask(body: unknown, status = 200) {
  const requests: TransportRequest[] = [];
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const send = async (request: TransportRequest) => {
    requests.push(request);
    return { status, headers: {}, body: Object.assign(bytes(text), { text: () => Promise.resolve(text) }) };
  };
  const server = { address: 'http://metrics.test', authorization: 'Bearer secret' };
  const asked = await prometheus(server, { send }, new ManualClock())
    .value('getRate', 'up', never)
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  return { ...asked, requests };
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const vector = (...values: readonly string[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1.5, value] })) },
});

async function value(body: unknown): Promise<number | undefined> {
  const asked = await ask(body);
  return 'value' in asked ? asked.value : assert.fail(String(asked.error));
}

async function failure(body: unknown, status = 200): Promise<QueryError> {
  const asked = await ask(body, status);
  assert.ok('error' in asked && asked.error instanceof QueryError, JSON.stringify(asked));
  return asked.error;
}

describe('Prometheus', () => {
  it('is asked with a form, who asks, and how long it may take', async () => {
    const { requests } = await ask(vector('1'));
    const [request] = requests;
    assert.deepEqual([request?.method, request?.path], ['POST', '/api/v1/query']);
    assert.equal(request?.headers['authorization'], 'Bearer secret');
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), { query: 'up', timeout: '9000ms' });
  });

  it('answers with a number', async () => {
    for (const [text, number] of [
      ['99.5', 99.5],
      ['0', 0],
      ['-1e-07', -1e-7],
      ['+Inf', Infinity],
      ['-Inf', -Infinity],
    ] as const)
      assert.equal(await value(vector(text)), number);
    const scalar = { status: 'success', data: { resultType: 'scalar', result: [1, '3'] } };
    assert.equal(await value(scalar), 3);
  });

  it('has no data where there are no series, and where nothing is divided by nothing', async () => {
    assert.equal(await value(vector()), undefined);
    assert.equal(await value(vector('NaN')), undefined);
  });

  it('fails where the answer is not one number', async () => {
    const of = (resultType: string, result: unknown) => ({ status: 'success', data: { resultType, result } });
    const cases: readonly (readonly [unknown, RegExp])[] = [
      [vector('1', '2'), /2 series, and no single number/],
      [of('matrix', []), /a matrix, and no number/],
      [of('string', [1, 'x']), /a string, and no number/],
      [of('vector', [{ metric: {}, histogram: [1, {}] }]), /a histogram/],
      [of('vector', [{ metric: {} }]), /a sample without a value/],
      [vector('many'), /"many", which is no number/],
      [{ status: 'success' }, /a undefined, and no number/],
    ];
    for (const [answer, message] of cases) {
      const error = await failure(answer);
      assert.equal(error.code, 'ERR_AP_QUERY_RESULT');
      assert.match(error.message, message);
      assert.match(error.message, /^getRate: the metrics server http:\/\/metrics\.test answered/);
    }
  });

  it('fails with the server’s words, and with what kind of failure it was', async () => {
    const error = await failure({ status: 'error', errorType: 'bad_data', error: 'parse error' }, 400);
    assert.deepEqual(
      [error.code, error.status, error.errorType, error.query],
      ['ERR_AP_QUERY_FAILED', 400, 'bad_data', 'getRate'],
    );
    assert.match(error.message, /answered 400 bad_data: parse error$/);
    const late = await failure({ status: 'error', errorType: 'timeout', error: 'too long' }, 503);
    assert.equal(late.code, 'ERR_AP_QUERY_TIMEOUT');
  });

  it('fails where somebody else answers', async () => {
    for (const [body, status] of [
      ['<html>', 200],
      ['Unauthorized', 401],
      ['', 302],
      ['[]', 200],
      [{ status: 'success' }, 500],
    ] as const) {
      const error = await failure(body, status);
      assert.deepEqual([error.code, error.status], ['ERR_AP_QUERY_FAILED', status]);
    }
  });
});

describe('A query that is not answered', () => {
  const waiting = {
    send: ({ signal }: TransportRequest) =>
      new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  };
  const server = { address: 'http://metrics.test' };

  it('fails after its time', async () => {
    const clock = new ManualClock();
    const asked = prometheus(server, waiting, clock).value('getRate', 'up', never);
    clock.advance(QUERY_MS);
    await assert.rejects(asked, { code: 'ERR_AP_QUERY_TIMEOUT', message: /no answer .* within 10 s/ });
  });

  it('ends with its signal, whose reason it gives', async () => {
    const over = new AbortController();
    const asked = prometheus(server, waiting, new ManualClock()).value('getRate', 'up', over.signal);
    over.abort(new Error('over'));
    await assert.rejects(asked, { message: 'over' });
    await assert.rejects(prometheus(server, waiting, new ManualClock()).value('getRate', 'up', over.signal), {
      message: 'over',
    });
  });

  it('fails where there is no connection, and says how to name another server', async () => {
    const send = () => Promise.reject(new Error('connect ECONNREFUSED'));
    await assert.rejects(prometheus(server, { send }, new ManualClock()).value('getRate', 'up', never), {
      code: 'ERR_AP_QUERY_UNREACHABLE',
      message:
        /getRate: the metrics server http:\/\/metrics\.test cannot be reached: connect ECONNREFUSED\. Set METRICS_SERVER/,
    });
  });
});
