import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { ApiError } from '../../errors.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { createLogger } from '../logger.ts';
import { Callers } from './callers.ts';
import type { CallOptions } from '../../kube/caller.ts';
import type { KubernetesObject } from '../../kube/types.ts';

type Review = KubernetesObject & { readonly spec: Readonly<Record<string, unknown>> };

/** An API server that knows the tokens of these users. */
const USERS: Readonly<Record<string, object>> = {
  reader: { username: 'reader', uid: '1', groups: ['scrapers'], extra: { pod: ['prometheus-0'] } },
  other: { username: 'other', groups: [] },
};

describe('callers of metrics', () => {
  let clock: ManualClock;
  let reviews: Review[];
  let logged: string[];
  let answering: (review: Review, options?: CallOptions) => Promise<object>;
  let callers: Callers;

  beforeEach(() => {
    clock = new ManualClock();
    reviews = [];
    logged = [];
    answering = ({ kind, spec }) => {
      if (kind === 'SubjectAccessReview') return Promise.resolve({ allowed: spec['user'] === 'reader' });
      const user = USERS[String(spec['token'])];
      return Promise.resolve(user ? { authenticated: true, user } : { error: 'unknown' });
    };
    callers = new Callers({
      clock,
      logger: createLogger({ name: 'n', version: 'v', level: 'Info', write: (line) => void logged.push(line) }),
      client: {
        create: async (_, review, options) => {
          reviews.push(review as Review);
          return { ...review, status: await answering(review as Review, options) };
        },
      },
    });
  });

  const ask = async (authorization?: string, method = 'GET'): Promise<number> => {
    const request = new IncomingMessage(new Socket());
    request.method = method;
    if (authorization !== undefined) request.headers.authorization = authorization;
    return (await callers.refusal(request, '/metrics'))?.status ?? 200;
  };
  const kinds = (): readonly unknown[] => reviews.splice(0).map(({ kind }) => kind);

  it('without a token are not looked up at all', async () => {
    for (const authorization of [undefined, '', 'Basic cmVhZGVy', 'Bearer', 'Bearer a b'])
      assert.equal(await ask(authorization), 401, authorization);
    assert.deepEqual(kinds(), []);
  });

  it('are who their token says, with all that the server tells of them, and are asked for by verb and path', async () => {
    assert.equal(await ask('Bearer reader'), 200);
    assert.deepEqual(
      reviews.map(({ apiVersion, kind, spec }) => ({ apiVersion, kind, spec })),
      [
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'reader' } },
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: {
            user: 'reader',
            uid: '1',
            groups: ['scrapers'],
            extra: { pod: ['prometheus-0'] },
            nonResourceAttributes: { verb: 'get', path: '/metrics' },
          },
        },
      ],
    );
  });

  it('are refused where nobody knows the token, and where they have no right', async () => {
    assert.equal(await ask('Bearer nobody'), 401);
    assert.equal(await ask('Bearer other'), 403);
  });

  it('are looked up again after a while: tokens after a minute, rights after five, refusals after half of one', async () => {
    await ask('Bearer reader');
    await ask('bearer reader');
    assert.deepEqual(kinds(), ['TokenReview', 'SubjectAccessReview']);
    clock.advance(60_000);
    await ask('Bearer reader');
    assert.deepEqual(kinds(), ['TokenReview']);
    await ask('Bearer reader', 'POST');
    assert.deepEqual(kinds(), ['SubjectAccessReview'], 'another verb is another question');
    clock.advance(240_000);
    await ask('Bearer reader');
    assert.deepEqual(kinds(), ['TokenReview', 'SubjectAccessReview']);

    await ask('Bearer other');
    kinds();
    clock.advance(29_999);
    assert.equal(await ask('Bearer other'), 403);
    assert.deepEqual(kinds(), []);
    clock.advance(1);
    assert.equal(await ask('Bearer other'), 403);
    assert.deepEqual(kinds(), ['SubjectAccessReview']);
  });

  it('are let in by nobody while the server does not answer, which is said once', async () => {
    answering = () =>
      Promise.reject(new ApiError({ status: 403, reason: 'Forbidden', message: 'no', request: 'create tokenreviews' }));
    assert.equal(await ask('Bearer reader'), 500);
    assert.equal(await ask('Bearer reader'), 500);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /create tokenreviews.*deploy\/overlays\/production/);
    assert.doesNotMatch(logged[0] ?? '', /reader/);
  });

  it('are not waited for longer than ten seconds', async () => {
    answering = (_, options) =>
      new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('late')), { once: true });
      });
    const asked = ask('Bearer reader');
    clock.advance(10_000);
    assert.equal(await asked, 500);
  });

  it('are eight at a time: others are told to come again', async () => {
    let answer: () => void = () => undefined;
    const held = new Promise<object>((resolve) => (answer = () => resolve({})));
    answering = () => held;
    const asked = Array.from({ length: 9 }, (_, index) => ask(`Bearer wrong-${index}`));
    assert.equal(await asked[8], 429);
    answer();
    assert.deepEqual(
      await Promise.all(asked.slice(0, 8)),
      Array.from({ length: 8 }, () => 401),
    );
    assert.equal(await ask('Bearer wrong-8'), 401);
  });
});
