import assert from 'node:assert/strict';
import type { Clock } from '../clock.ts';
import { ApiError, isNamespaceTerminating } from '../errors.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { configMaps, object } from '../testing/objects.ts';
import { ScriptedServer, type Script } from '../testing/scripted-server.ts';
import type { RequestRecord } from './caller.ts';
import { KubeClient } from './client.ts';
import { loadedCredentials, type Credentials } from './credentials.ts';
import type { ExchangeTracer } from './exchange-tracer.ts';

const ref = { type: configMaps, name: 'a', namespace: 'default' };
const status = (
  code: number,
  reason: string,
  message = reason,
  details: object = {},
): { status: number; body: object } => ({
  status: code,
  body: { kind: 'Status', code, reason, message, details },
});

describe('kube client', () => {
  let server: ScriptedServer;
  let records: RequestRecord[];
  let waits: number[];

  const clientOf = (
    script: Script,
    credentials: Credentials = {
      headers: () => Promise.resolve({ authorization: 'Bearer t' }),
      reject: () => undefined,
    },
    tracer?: ExchangeTracer,
  ): KubeClient => {
    server = new ScriptedServer(script);
    records = [];
    waits = [];
    const manual = new ManualClock();
    const clock: Clock = {
      now: () => manual.now(),
      monotonic: () => manual.monotonic(),
      after: (milliseconds, callback) => {
        waits.push(milliseconds);
        setImmediate(callback);
        return { cancel: () => undefined };
      },
    };
    return new KubeClient({
      transport: server,
      credentials,
      fieldManager: 'the operator',
      userAgent: 'agent',
      clock,
      onRequest: (record) => records.push(record),
      tracer,
    });
  };
  const sent = (index = 0) => server.requests[index] ?? assert.fail('no such request');

  it('creates with the field manager, and asks for metadata only in return where told to', async () => {
    const client = clientOf(() => ({ status: 201, body: object('a', 1) }));
    await client.create(configMaps, object('a', 0), { metadataOnly: true });
    assert.equal(sent().method, 'POST');
    assert.equal(sent().path, '/api/v1/namespaces/default/configmaps?fieldManager=the+operator&fieldValidation=Strict');
    assert.deepEqual(sent().headers, {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
      'user-agent': 'agent',
      authorization: 'Bearer t',
      'content-type': 'application/json',
    });
    assert.deepEqual(records, [{ verb: 'create', resource: 'configmaps', method: 'POST', status: 201, seconds: 0 }]);
  });

  it('applies by force to the object of its name', async () => {
    const client = clientOf(() => ({ body: object('a', 1) }));
    await client.apply({ ...configMaps, group: 'example.io' }, object('a', 0));
    assert.equal(
      sent().path,
      '/apis/example.io/v1/namespaces/default/configmaps/a?fieldManager=the+operator&force=true',
    );
    assert.equal(sent().headers['content-type'], 'application/apply-patch+yaml');
  });

  it('patches a subresource', async () => {
    const client = clientOf(() => ({ body: object('a', 1) }));
    await client.jsonPatch(ref, [{ op: 'remove', path: '/x' }], { subresource: 'status' });
    assert.equal(sent().path, '/api/v1/namespaces/default/configmaps/a/status?fieldManager=the+operator');
    assert.equal(sent().body, '[{"op":"remove","path":"/x"}]');
  });

  it('deletes the object of one uid, and tells whether it is gone', async () => {
    const gone = clientOf(() => ({ body: { kind: 'Status', status: 'Success' } }));
    assert.equal(await gone.delete(ref, 'u1'), undefined);
    assert.deepEqual(JSON.parse(sent().body ?? ''), {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'u1' },
      propagationPolicy: 'Background',
    });
    const kept = { ...object('a', 1), metadata: { ...object('a', 1).metadata, deletionTimestamp: 't' } };
    const waiting = clientOf(() => ({ body: kept }));
    assert.deepEqual(await waiting.delete(ref, 'u1'), kept);
  });

  for (const on of [false, true])
    it(`tells its credentials of a refusal, and asks once more by others, ${on ? 'traced' : 'not traced'}`, async () => {
      const tokens = ['old', 'new'];
      const credentials = loadedCredentials(new ManualClock(), () =>
        Promise.resolve({ authorization: tokens.shift() ?? 'none' }),
      );
      const client = clientOf(
        ({ headers }) =>
          headers['authorization'] === 'new' ? { body: object('a', 1) } : status(401, 'Unauthorized', 'expired'),
        credentials,
        { on, exchange: (_exchange, send) => send({ traceparent: '00-1' }, () => undefined) },
      );
      await client.get(ref);
      const traced = { ...(on && { traceparent: '00-1' }) };
      const headers = { accept: 'application/json', 'user-agent': 'agent', ...traced };
      assert.deepEqual(
        server.requests.map((each) => each.headers),
        [
          { ...headers, authorization: 'old' },
          { ...headers, authorization: 'new' },
        ],
      );
    });

  it('throws what the server answered', async () => {
    const client = clientOf(() =>
      status(422, 'Invalid', 'it is wrong', { causes: [{ field: 'spec.x', reason: 'FieldValueInvalid' }] }),
    );
    await assert.rejects(client.get(ref), (error) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual(
        [error.code, error.status, error.reason, error.causes[0]?.field],
        ['ERR_AP_API', 422, 'Invalid', 'spec.x'],
      );
      assert.equal(error.message, 'GET /api/v1/namespaces/default/configmaps/a: 422 Invalid it is wrong');
      return true;
    });
  });

  it('throws what is no Status as text', async () => {
    const client = clientOf(() => ({ status: 502, body: { proxy: 'sad' } }));
    await assert.rejects(client.get(ref), /502 {2}\{"proxy":"sad"\}/);
  });

  it('tells a namespace that is being deleted from other refusals', () => {
    const refusal = (reason: string): ApiError =>
      new ApiError({ status: 403, reason: 'Forbidden', message: '', request: '', causes: [{ reason }] });
    assert.ok(isNamespaceTerminating(refusal('NamespaceTerminating')));
    assert.ok(!isNamespaceTerminating(refusal('Other')));
  });

  it('sends again when the server says when, a few times', async () => {
    const patient = clientOf((_request, _query, number) =>
      number < 3 ? { ...status(429, 'TooManyRequests'), headers: { 'retry-after': '2' } } : { body: object('a', 1) },
    );
    assert.equal((await patient.get(ref)).metadata.name, 'a');
    assert.deepEqual(waits, [2000, 2000]);
    const hopeless = clientOf(() => ({ ...status(429, 'TooManyRequests'), headers: { 'retry-after': '1' } }));
    await assert.rejects(hopeless.get(ref), /429/);
    assert.equal(server.requests.length, 6);
  });

  it('gives up the wait for another try, not what is on its way', async () => {
    const over = new AbortController();
    const client = clientOf(() => {
      over.abort();
      return { ...status(429, 'TooManyRequests'), headers: { 'retry-after': '2' } };
    });
    await assert.rejects(client.create(configMaps, object('a', 0), { giveUp: over }), /429/);
    assert.deepEqual([server.requests.length, sent().signal], [1, undefined]);
  });

  it('gives that wait up too where it could abort the request', async () => {
    const [over, cut] = [new AbortController(), new AbortController()];
    for (const end of [over, cut]) {
      const client = clientOf(() => {
        end.abort();
        return { ...status(429, 'TooManyRequests'), headers: { 'retry-after': '2' } };
      });
      const options = { giveUp: over, signal: cut.signal };
      await assert.rejects(client.create(configMaps, object('a', 0), options), /429/);
      assert.deepEqual([server.requests.length, sent().signal], [1, cut.signal]);
    }
  });

  it('does not wait where it is not to, but asks for new credentials all the same', async () => {
    const later = clientOf(() => ({ ...status(429, 'TooManyRequests'), headers: { 'retry-after': '2' } }));
    await assert.rejects(later.get(ref, { waits: false }), /429/);
    assert.deepEqual([server.requests.length, waits], [1, []]);
    const expired = clientOf((_request, _query, number) =>
      number === 1 ? status(401, 'Unauthorized') : { body: object('a', 1) },
    );
    await expired.get(ref, { waits: false });
    assert.equal(server.requests.length, 2);
  });

  it('sends nothing again that failed otherwise', async () => {
    const client = clientOf(() => status(500, 'InternalError'));
    await assert.rejects(client.create(configMaps, object('a', 0)), /500/);
    assert.equal(server.requests.length, 1);
  });

  it('asks for new credentials once when they were refused', async () => {
    let token = 'old';
    const credentials: Credentials = {
      headers: () => Promise.resolve({ authorization: token }),
      reject: () => void (token = 'new'),
    };
    const client = clientOf(
      ({ headers }) => (headers['authorization'] === 'new' ? { body: object('a', 1) } : status(401, 'Unauthorized')),
      credentials,
    );
    await client.get(ref);
    assert.equal(server.requests.length, 2);
    const refused = clientOf(() => status(401, 'Unauthorized'), credentials);
    await assert.rejects(refused.get(ref), /401/);
    assert.equal(server.requests.length, 2);
  });

  it('counts requests that got no answer', async () => {
    const client = clientOf(() => Promise.reject(new Error('connection refused')));
    await assert.rejects(client.get(ref), /connection refused/);
    assert.equal(records[0]?.status, 0);
  });
});
