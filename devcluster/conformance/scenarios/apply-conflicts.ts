import type { Scenario, Step } from '../scenario.ts';

const TEMPLATES = '/api/v1/namespaces/{{ns}}/podtemplates';
const PODS = '/api/v1/namespaces/{{ns}}/pods';
const SERVICES = '/api/v1/namespaces/{{ns}}/services';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

/** A manager's opinion of an object; `force` takes what others have. */
const applied =
  (collection: string, apiVersion: string, kind: string) =>
  (name: string, manager: string, object: string, spec: object, more: { force?: boolean; at?: string } = {}): Step => ({
    name,
    method: 'PATCH',
    path: `${collection}/${object}${more.at === undefined ? '' : `/${more.at}`}`,
    query: { fieldManager: manager, ...(more.force && { force: 'true' }) },
    headers: APPLY,
    body: { apiVersion, kind, metadata: { name: object }, ...spec },
    only: [
      'metadata.managedFields',
      'metadata.generation',
      'template.spec',
      'spec.ports',
      'spec.selector',
      'spec.priority',
      'status',
      'message',
      'reason',
      'details',
      'code',
    ],
  });
// No controller has anything to do with it.
const template = applied(TEMPLATES, 'v1', 'PodTemplate');
const pod = applied(PODS, 'v1', 'Pod');
const service = applied(SERVICES, 'v1', 'Service');

const main = (more: object = {}): object => ({ name: 'main', image: 'one', ...more });
const pods = (...containers: object[]): object => ({
  template: { metadata: { labels: { app: 'a' } }, spec: { containers } },
});
const only = (...containers: object[]): object => ({ template: { spec: { containers } } });
const grace = (terminationGracePeriodSeconds: number): object => ({
  template: { spec: { terminationGracePeriodSeconds } },
});
const condition = (type: string, more: object = {}): object => ({
  status: { conditions: [{ type, status: 'True', ...more }] },
});
const port = (value: number, more: object = {}): object => ({ port: value, ...more });
const put = (name: string, path: string, value: unknown): Step => ({
  name,
  method: 'PATCH',
  path,
  query: { fieldManager: 'editor' },
  headers: { 'content-type': 'application/merge-patch+json' },
  body: value,
  only: ['metadata.managedFields'],
});

/** APPLY by several managers to lists that are maps: who has what, who loses, and who is told. */
export const applyConflicts: Scenario = {
  name: 'apply-conflicts',
  steps: [
    template('first', 'one', 'd', pods(main())),
    template('another container', 'two', 'd', only({ name: 'side', image: 'two' })),
    template('the same value', 'two', 'd', only({ name: 'side', image: 'two' }, main())),
    template('another value', 'two', 'd', only(main({ image: 'two' }))),
    template('another value by force', 'two', 'd', only(main({ image: 'two' })), { force: true }),
    template('the loser again', 'one', 'd', pods(main())),
    template('the loser without it', 'one', 'd', pods({ name: 'main' })),
    template('two conflicts', 'three', 'd', only(main({ image: 'x' }), { name: 'side', image: 'x' })),
    template(
      'variables',
      'one',
      'd',
      pods({
        name: 'main',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '1' },
        ],
      }),
    ),
    template('variables of another', 'three', 'd', only({ name: 'main', env: [{ name: 'C', value: '3' }] })),
    template(
      'a variable in conflict',
      'three',
      'd',
      only({
        name: 'main',
        env: [
          { name: 'C', value: '3' },
          { name: 'A', value: '3' },
        ],
      }),
    ),
    template('a variable given up', 'one', 'd', pods({ name: 'main', env: [{ name: 'B', value: '1' }] })),
    template('a variable taken over', 'three', 'd', only({ name: 'main', env: [{ name: 'A', value: '3' }] })),
    template(
      'ports with two keys',
      'one',
      'd',
      pods({ name: 'main', ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] }),
    ),
    template(
      'a port in conflict',
      'three',
      'd',
      only({ name: 'main', ports: [{ containerPort: 80, protocol: 'UDP', name: 'x' }] }),
    ),
    template(
      'a port twice',
      'three',
      'd',
      only({ name: 'main', ports: [{ containerPort: 81 }, { containerPort: 81 }] }),
    ),
    template('a container without its key', 'three', 'd', only({ image: 'x' })),
    template(
      'a variable twice',
      'three',
      'd',
      only({
        name: 'main',
        env: [
          { name: 'D', value: '1' },
          { name: 'D', value: '2' },
        ],
      }),
    ),
    template('a period', 'one', 'd', grace(10)),
    put('a period by an update', `${TEMPLATES}/d`, grace(20)),
    template('conflict with an update', 'one', 'd', grace(10)),
    template('conflict with an update, by force', 'one', 'd', grace(10), { force: true }),
    {
      name: 'create pod',
      method: 'POST',
      path: PODS,
      query: { fieldManager: 'maker' },
      body: { metadata: { name: 'p' }, spec: { containers: [main()] } },
      setup: true,
    },
    pod('a condition', 'one', 'p', condition('example.com/a'), { at: 'status' }),
    pod('a condition of another', 'two', 'p', condition('example.com/b'), { at: 'status' }),
    pod('a condition in conflict', 'two', 'p', condition('example.com/a', { status: 'False' }), { at: 'status' }),
    pod('a condition by force', 'two', 'p', condition('example.com/a', { status: 'False' }), {
      at: 'status',
      force: true,
    }),
    pod(
      'a spec beside a status',
      'two',
      'p',
      { spec: { priority: 5 }, ...condition('example.com/a', { status: 'False' }) },
      { at: 'status' },
    ),
    pod('a status where it does not belong', 'three', 'p', condition('example.com/c')),
    pod('conditions given up', 'two', 'p', {}, { at: 'status' }),
    template('nothing at all', 'one', 'd', {}),
    template('nothing at all, the last of it', 'two', 'd', {}),
    service('a service', 'one', 's', { spec: { selector: { app: 'a' }, ports: [port(80, { name: 'web' })] } }),
    service('another port', 'two', 's', { spec: { ports: [port(81, { name: 'admin' })] } }),
    service('the same port, other protocol', 'two', 's', {
      spec: { ports: [port(80, { name: 'web-udp', protocol: 'UDP' })] },
    }),
    service('a port’s target in conflict', 'two', 's', {
      spec: { ports: [port(80, { name: 'web', targetPort: 8080 })] },
    }),
    service(
      'the same by force',
      'two',
      's',
      { spec: { ports: [port(80, { name: 'web', targetPort: 8080 })] } },
      { force: true },
    ),
    service('a map of many', 'two', 's', { spec: { selector: { tier: 'x' } } }),
    service('a key of an atomic map in conflict', 'three', 's', { spec: { selector: { app: 'b' } } }),
    service('a key of an atomic map by force', 'three', 's', { spec: { selector: { app: 'b' } } }, { force: true }),
  ],
};
