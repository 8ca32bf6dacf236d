import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt, valueAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const VERSION_KIND =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** The refusals are those of kube-apiserver 1.37.2. */
describe('Bodies of requests', () => {
  let cluster: Cluster;
  let client: HttpClient;
  const unforeseen: unknown[] = [];

  before(async () => {
    cluster = await startCluster({ crds: [], onError: (error) => unforeseen.push(error) });
    client = new HttpClient(cluster.kubeconfig);
    await defineOdds(client);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  afterEach(() => assert.deepEqual(unforeseen.splice(0), []));

  it('may break off as their clients die, which is nothing to report', async () => {
    const { port, hostname } = new URL(cluster.url);
    const socket = connect({ host: hostname, port: Number(port), ca: cluster.ca });
    await once(socket, 'secureConnect');
    const head = ['POST /api/v1/namespaces/default/configmaps HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
    const sender = cluster.addUser('dies', ['system:masters']);
    const [, token = ''] = /token: (\S+)/.exec(sender) ?? [];
    const begun = new Promise<void>((resolve) => {
      const stop = cluster.requests.subscribe(({ user }) => {
        if (user !== 'dies') return;
        stop();
        resolve();
      });
    });
    socket.write(
      [...head, `Authorization: Bearer ${token}`, 'Content-Length: 1000', '', '{"apiVersion":'].join('\r\n'),
    );
    await begun;
    socket.destroy();
    await cluster.requests.until({ user: 'dies', code: 400 });
  });

  it('that are larger than a server takes are answered so, on a connection that can be used again', async () => {
    const { code } = await client.send('POST', CONFIG_MAPS, { body: 'x'.repeat(5 * 1024 * 1024) });
    assert.equal(code, 413);
    assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
  });

  describe('of a DELETE that are no DeleteOptions delete nothing', () => {
    const field = (what: string, path: string, type: string): string =>
      `json: cannot unmarshal ${what} into Go struct field ${path} of type ${type}`;
    const refused: Readonly<Record<string, string>> = {
      '{"preconditions":"x"}': field('string', 'DeleteOptions.preconditions', 'v1.Preconditions'),
      '{"preconditions":[]}': field('array', 'DeleteOptions.preconditions', 'v1.Preconditions'),
      '{"preconditions":{"uid":5}}': field('number', 'Preconditions.preconditions.uid', 'types.UID'),
      '{"dryRun":"All"}': field('string', 'DeleteOptions.dryRun', '[]string'),
      '{"dryRun":[5]}': field('number', 'DeleteOptions.dryRun', 'string'),
      '{"gracePeriodSeconds":"x"}': field('string', 'DeleteOptions.gracePeriodSeconds', 'int64'),
      '{"gracePeriodSeconds":1.5}': field('number 1.5', 'DeleteOptions.gracePeriodSeconds', 'int64'),
      '{"orphanDependents":"yes"}': field('string', 'DeleteOptions.orphanDependents', 'bool'),
      '{"propagationPolicy":5}': field('number', 'DeleteOptions.propagationPolicy', 'v1.DeletionPropagation'),
      '{"kind":"Foo","apiVersion":"v1"}':
        'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
      '{"kind":"Foo"}':
        'no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
      '{"kind":5}': `couldn't get version/kind; json parse error: ${field('number', '.kind', 'string')}`,
      '[]': `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${VERSION_KIND}`,
    };

    before(() => client.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'kept' } } }));

    for (const [body, message] of Object.entries(refused)) {
      it(body, async () => {
        for (const path of [`${CONFIG_MAPS}/kept`, CONFIG_MAPS]) {
          const { code, value } = await client.send('DELETE', path, { body });
          assert.deepEqual([code, stringAt(value, 'message')], [400, message], path);
        }
        assert.equal((await client.send('GET', `${CONFIG_MAPS}/kept`)).code, 200);
      });
    }

    for (const body of [
      'null',
      '{"junk":1,"propagationPolicy":null,"orphanDependents":null,"preconditions":null}',
      '{"kind":"DeleteOptions","apiVersion":"apps/v1"}',
    ]) {
      it(`but ${body} is one`, async () => {
        await client.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'gone' } } });
        assert.equal((await client.send('DELETE', `${CONFIG_MAPS}/gone`, { body })).code, 200);
      });
    }
  });

  describe('that nest deeply', () => {
    const ODDS = '/apis/example.com/v1/namespaces/default/odds';
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    const odd = (name: string, levels: number): string =>
      `{"apiVersion":"example.com/v1","kind":"Odd","metadata":{"name":"${name}"},"spec":{"a":${nested(levels - 2)}}}`;
    const send = (method: 'POST' | 'PATCH', path: string, type: string, body: string): ReturnType<HttpClient['send']> =>
      client.send(method, path, { body, headers: { 'content-type': `application/${type}` } });

    before(async () => {
      await send('POST', ODDS, 'json', odd('deep', 3));
    });

    it('are taken up to a thousand levels', async () => {
      const path = `${ODDS}/deep`;
      const spec = `{"spec":{"a":${nested(998)}}}`;
      const answers = [
        await send('POST', ODDS, 'json', odd('posted', 1000)),
        await send('POST', ODDS, 'yaml', odd('yaml', 1000)),
        await send('PATCH', path, 'merge-patch+json', spec),
        await send('PATCH', path, 'json-patch+json', `[{"op":"add","path":"/spec/b","value":${nested(997)}}]`),
        await send('PATCH', `${path}?fieldManager=m`, 'apply-patch+yaml', odd('deep', 1000)),
        await client.send('GET', ODDS),
        await client.send('GET', ODDS, { headers: { accept: 'application/yaml' } }),
      ];
      assert.deepEqual(
        answers.map(({ code }) => code),
        [201, 201, 200, 200, 200, 200, 200],
      );
    });

    it('are refused beyond that as the real server refuses them beyond ten thousand', async () => {
      const path = `${ODDS}/deep`;
      const spec = `{"spec":{"a":${nested(11_000)}}}`;
      const answers = [
        await send('POST', ODDS, 'json', odd('posted', 1001)),
        await send('POST', ODDS, 'json', odd('posted', 11_000)),
        await send('PATCH', path, 'merge-patch+json', spec),
        await send('PATCH', path, 'json-patch+json', `[{"op":"add","path":"/spec/a/-","value":${nested(998)}}]`),
        await client.send('DELETE', path, { body: spec }),
      ];
      const tooDeep = "couldn't get version/kind; json parse error: invalid character '[' exceeded max depth";
      const unrecognized = `the object provided is unrecognized (must be of type Odd): ${tooDeep} ({"apiVersion":"example.com/v1" ...)`;
      assert.deepEqual(
        answers.map(({ code, value }) => `${code} ${stringAt(value, 'message')}`),
        [
          `400 ${unrecognized}`,
          `400 ${unrecognized}`,
          '400 invalid JSON patch',
          '400 the patched object would nest in more than 1000 levels',
          `400 ${tooDeep}`,
        ],
      );
    });

    it('are not made by operations of a JSON patch either', async () => {
      const copies = Array.from({ length: 1100 }, () => ({ op: 'copy', from: '/spec', path: '/spec/a' }));
      const growing = [{ op: 'add', path: '/spec', value: {} }, ...copies];
      assert.equal((await send('PATCH', `${ODDS}/deep`, 'json-patch+json', JSON.stringify(growing))).code, 400);
    });
  });

  describe('in YAML', () => {
    const ODDS = '/apis/example.com/v1/namespaces/default/odds';
    const HEAD = 'apiVersion: example.com/v1\nkind: Odd\nmetadata: {name: odd}\n';
    const post = (text: string, query = ''): ReturnType<HttpClient['send']> =>
      client.send('POST', `${ODDS}?dryRun=All${query}`, {
        body: text,
        headers: { 'content-type': 'application/yaml' },
      });
    const apply = (text: string, query = ''): ReturnType<HttpClient['send']> =>
      client.send('PATCH', `${ODDS}/odd?dryRun=All&fieldManager=m${query}`, {
        body: text,
        headers: { 'content-type': 'application/apply-patch+yaml' },
      });

    const scalars: Readonly<Record<string, unknown>> = {
      '010': 8,
      '0o17': 15,
      '-010': -8,
      '08': 8,
      '0b11': 3,
      '-0b11': -3,
      '0x_1F': 31,
      '1_000': 1000,
      '1_0.5': 10.5,
      _1: '_1',
      '+12': 12,
      '1.': 1,
      '.5': 0.5,
      '1e3': 1000,
      '1e400': '1e400',
      '1:30': '1:30',
      '0xZZ': '0xZZ',
      yes: true,
      '2001-01-01': '2001-01-01',
      '!!timestamp 2001-01-01': '2001-01-01',
      '!!binary YQ==': 'a',
      '!!str 1': '1',
      '!!int "3"': 3,
    };
    for (const [text, expected] of Object.entries(scalars)) {
      it(`reads ${text} as ${JSON.stringify(expected)}`, async () => {
        const { value } = await post(`${HEAD}spec: {a: ${text}}`);
        assert.deepEqual(valueAt(value, 'spec', 'a'), expected);
      });
    }

    it('refuses what JSON has no number for', async () => {
      for (const [text, told] of [
        ['.inf', '+Inf'],
        ['-.INF', '-Inf'],
        ['.NaN', 'NaN'],
      ]) {
        const posted = await post(`${HEAD}spec: {a: ${text}}`);
        assert.equal(posted.code, 400);
        assert.match(stringAt(posted.value, 'message'), /\(must be of type Odd\): json: unsupported value: \S+ \(/);
        const applied = await apply(`${HEAD}spec: {a: ${text}}`);
        const message = `error encoding patch: json: unsupported value: ${told}`;
        assert.deepEqual([applied.code, stringAt(applied.value, 'message')], [400, message]);
      }
    });

    it('takes the first of several documents', async () => {
      for (const text of [`${HEAD}---\na: [`, `# c\n---\n${HEAD}---\nkind: Other\n`]) {
        assert.deepEqual([(await post(text)).code, (await apply(text)).code], [201, 201], text);
      }
    });

    it('tells keys that occur twice, by line', async () => {
      const text = `${HEAD}spec:\n  a: 1\n  a: 2\n  b: {q: 1, q: 2}\n`;
      const lines = ['line 6: key "a" already set in map', 'line 7: key "q" already set in map'];
      const warned = lines.map((line) => `299 - "${line.replaceAll('"', '\\"')}"`).join(', ');
      for (const send of [post, apply]) {
        const warnings = await send(text);
        assert.deepEqual(
          [warnings.code, String(warnings.headers['warning']).replaceAll(',299', ', 299')],
          [201, warned],
        );
        assert.deepEqual(valueAt(warnings.value, 'spec'), { a: 2, b: { q: 2 } });
      }
      const errors = `yaml: unmarshal errors:\n  ${lines.join('\n  ')}`;
      const strict = [await post(text, '&fieldValidation=Strict'), await apply(text, '&fieldValidation=Strict')];
      assert.deepEqual(
        strict.map(({ code, value }) => `${code} ${stringAt(value, 'message')}`),
        [
          `400 Odd in version "v1" cannot be handled as a Odd: strict decoding error: ${errors}`,
          `400 error strict decoding patch: error converting YAML to JSON: ${errors}`,
        ],
      );
      const json = '{"apiVersion":"example.com/v1","kind":"Odd","metadata":{"name":"odd"},"spec":{"a":1,"a":2}}';
      const { code, value } = await apply(json, '&fieldValidation=Strict');
      assert.equal(code, 400);
      assert.match(stringAt(value, 'message'), /line 1: key "a" already set in map$/);
    });

    it('applies nothing that is no object', async () => {
      for (const text of ['', 'null', '# c\n', '---\n']) {
        const { code, value } = await apply(text);
        assert.deepEqual([code, stringAt(value, 'message')], [400, 'invalid object type: /, Kind=']);
      }
      const { value } = await apply('true');
      assert.match(stringAt(value, 'message'), /json: cannot unmarshal bool into Go value of type map/);
    });
  });

  describe('with large numbers', () => {
    const ODDS = '/apis/example.com/v1/namespaces/default/odds';
    const body = (number: string): string =>
      `{"apiVersion":"example.com/v1","kind":"Odd","metadata":{"name":"large"},"spec":{"a":${number}}}`;

    before(() => client.send('POST', ODDS, { body: body('1') }));

    for (const [number, why] of [
      ['9007199254740993', 'the embedded cluster cannot hold 9007199254740993 exactly: write it as a string'],
      ['9223372036854775807', 'the embedded cluster cannot hold 9223372036854775807 exactly: write it as a string'],
      ['-9223372036854775808', 'the embedded cluster cannot hold -9223372036854775808 exactly: write it as a string'],
      ['1E400', 'json: cannot unmarshal number 1E400 into Go value of type float64'],
    ] as const) {
      it(`refuses ${number}, and does not round it`, async () => {
        const types = { json: 'application/json', merge: 'application/merge-patch+json' };
        const posted = await client.send('POST', ODDS, { body: body(number), headers: { 'content-type': types.json } });
        const refusal = `Odd in version "v1" cannot be handled as a Odd: ${why}`;
        assert.deepEqual([posted.code, stringAt(posted.value, 'message')], [400, refusal]);
        const patch = { body: `{"spec":{"a":${number}}}`, headers: { 'content-type': types.merge } };
        const patched = await client.send('PATCH', `${ODDS}/large`, patch);
        assert.deepEqual([patched.code, stringAt(patched.value, 'message')], [400, `error decoding patch: ${why}`]);
        if (number.includes('E')) return; // YAML takes it for a string
        const yaml = { body: body(number), headers: { 'content-type': 'application/apply-patch+yaml' } };
        const applied = await client.send('PATCH', `${ODDS}/large?fieldManager=m`, yaml);
        assert.deepEqual([applied.code, stringAt(applied.value, 'message')], [400, `error encoding patch: ${why}`]);
      });
    }

    for (const [number, expected] of [
      ['9007199254740992', 2 ** 53],
      ['9007199254740994', 2 ** 53 + 2],
      ['18446744073709551616', 2 ** 64],
      ['9007199254740993.0', 2 ** 53],
      ['-0', 0],
      ['0.30000000000000004', 0.1 + 0.2],
      ['"9007199254740993"', '9007199254740993'],
    ] as const) {
      it(`takes ${number}, as the real server does`, async () => {
        const { code, value } = await client.send('POST', `${ODDS}?dryRun=All`, {
          body: body(number).replace('large', 'taken'),
        });
        assert.deepEqual([code, valueAt(value, 'spec', 'a')], [201, expected]);
      });
    }
  });

  describe('of a create with a status', () => {
    const post = (path: string, object: object, mode: string): ReturnType<HttpClient['send']> =>
      client.send('POST', `${path}?dryRun=All&fieldValidation=${mode}`, { body: object });
    const odd = {
      apiVersion: 'example.com/v1',
      kind: 'Odd',
      metadata: { name: 'status' },
      status: { a: 'x', junk: 1 },
      other: 1,
    };
    const ODDS = '/apis/example.com/v1/namespaces/default/odds';

    it('tell of its unknown fields, though it is not kept', async () => {
      const strict = await post(ODDS, odd, 'Strict');
      const unknown = 'unknown field "status.junk"';
      assert.deepEqual(
        [strict.code, stringAt(strict.value, 'message').split(': ').slice(1).join(': ')],
        [400, `strict decoding error: unknown field "other", ${unknown}`],
      );
      const warned = await post(ODDS, odd, 'Warn');
      assert.deepEqual([warned.code, valueAt(warned.value, 'status')], [201, undefined]);
      assert.match(String(warned.headers['warning']), /status\.junk/);
      const ignored = await post(ODDS, odd, 'Ignore');
      assert.deepEqual([ignored.code, ignored.headers['warning']], [201, undefined]);
    });

    it('of a built-in kind have to have its types', async () => {
      const { code, value } = await post('/api/v1/namespaces/default/pods', { status: { phase: 5 } }, 'Ignore');
      assert.equal(code, 400);
      assert.match(stringAt(value, 'message'), /Go struct field PodStatus\.status\.phase of type v1\.PodPhase$/);
    });
  });

  it('of a create may name a resource version that no object has', async () => {
    for (const [resourceVersion, expected] of [
      ['0', 201],
      ['00', 201],
      ['x', 201],
      ['99999999999999999999', 201],
      ['1', 500],
    ]) {
      const body = { metadata: { generateName: 'versioned-', resourceVersion } };
      assert.equal((await client.send('POST', CONFIG_MAPS, { body })).code, expected);
    }
  });

  describe('with odd metadata or texts', () => {
    const ODDS = '/apis/example.com/v1/namespaces/default/odds?dryRun=All';
    const odd = (metadata: unknown): object => ({ apiVersion: 'example.com/v1', kind: 'Odd', metadata });

    for (const [metadata, type] of [
      [[], 'array'],
      ['x', 'string'],
      [5, 'number'],
      [true, 'bool'],
    ] as const) {
      it(`refuses metadata that is of type ${type}`, async () => {
        const answers = [
          await client.send('POST', ODDS, { body: odd(metadata) }),
          await client.send('POST', CONFIG_MAPS, { body: { metadata } }),
        ];
        const refusal = (kind: string, target: string): string =>
          `400 ${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${type} into Go ${target} of type v1.ObjectMeta`;
        assert.deepEqual(
          answers.map(({ code, value }) => `${code} ${stringAt(value, 'message')}`),
          [refusal('Odd', 'value'), refusal('ConfigMap', 'struct field ConfigMap.metadata')],
        );
      });
    }

    it('takes null for an empty text', async () => {
      const { value } = await client.send('POST', ODDS, {
        body: odd({ name: 'nulls', labels: { a: null }, annotations: { b: null } }),
      });
      const shown = ['labels', 'annotations'].map((name) => valueAt(value, 'metadata', name));
      assert.deepEqual(shown, [{ a: '' }, { b: '' }]);
    });

    it('takes null for an object without members', async () => {
      assert.equal((await client.send('POST', CONFIG_MAPS, { body: 'null' })).code, 422);
      const { value } = await client.send('POST', ODDS, { body: 'null' });
      assert.match(stringAt(value, 'message'), /\(must be of type Odd\): Object 'Kind' is missing in 'null'/);
    });

    it('replaces halves of characters', async () => {
      const body = '{"metadata":{"name":"halves"},"data":{"a":"x\\ud800y","b":"\\ud83d\\ude00"}}';
      const { value } = await client.send('POST', CONFIG_MAPS, { body });
      assert.deepEqual(valueAt(value, 'data'), { a: 'x\ufffdy', b: '\u{1f600}' });
    });
  });
});

async function defineOdds(client: HttpClient): Promise<void> {
  const object = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const status = { type: 'object', properties: { a: { type: 'string' } } };
  const openAPIV3Schema = { type: 'object', properties: { spec: object, status } };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    subresources: { status: {} },
    schema: { openAPIV3Schema },
  };
  const body = {
    metadata: { name: 'odds.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Odd', plural: 'odds' }, versions: [version] },
  };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  assert.equal((await client.send('POST', path, { body })).code, 201);
}
