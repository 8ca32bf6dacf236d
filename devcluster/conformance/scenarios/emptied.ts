import type { Scenario, Step } from '../scenario.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'emptied.conformance.example.com';
const BOXES = `/apis/${GROUP}/v1/namespaces/{{ns}}/boxes`;

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const text = { type: 'string' };

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `boxes.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: 'Box', plural: 'boxes' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: object({
            spec: object(
              {
                z: text,
                must: object({ b: text, a: text }),
                may: object({ b: text, a: text }),
                deep: object({ inner: object({ b: text, a: text }, {}) }, { required: ['inner'] }),
                filled: object({ x: text }, { default: { x: 'd' } }),
                list: { type: 'array', items: text },
                map: { type: 'object', additionalProperties: text },
              },
              { required: ['must'] },
            ),
          }),
        },
      },
    ],
  },
};

const apply = (name: string, spec: object | undefined, manager = 'one', box = 'a'): Step => ({
  name,
  method: 'PATCH',
  path: `${BOXES}/${box}`,
  headers: { 'content-type': 'application/apply-patch+yaml' },
  query: { fieldManager: manager },
  body: { apiVersion: `${GROUP}/v1`, kind: 'Box', metadata: { name: box }, ...(spec && { spec }) },
});
const get = (name: string): Step => ({ name, path: `${BOXES}/a` });

/** Server-side apply by which what holds fields loses the last of them, and what is given as null. */
export const emptied: Scenario = {
  name: 'emptied',
  cleanup: [`${CRDS}/boxes.${GROUP}`],
  steps: [
    { name: 'definition', method: 'POST', path: CRDS, body: crd, setup: true },
    { name: 'served', path: BOXES, untilCode: 200, setup: true },
    apply('all', {
      z: 'z',
      must: { b: 'b', a: 'a' },
      may: { b: 'b', a: 'a' },
      deep: { inner: { b: 'b' } },
      filled: { x: 'x' },
      list: ['x'],
      map: { y: 'y', x: 'x' },
    }),
    apply('the optional ones are dropped', { must: { b: 'b' }, deep: { inner: { b: 'b' } } }),
    get('which leaves'),
    apply('an inner one is dropped with what holds it', { must: { b: 'b' } }),
    apply('another has a field of it', { must: { a: 'a' } }, 'two'),
    apply('the one that is left is the other’s', {}),
    apply('the last field of a required one is dropped', {}, 'two'),
    apply('and all of the spec', undefined, 'two'),
    get('which has changed nothing'),
    apply('deep', { must: { a: 'a' }, deep: { inner: { a: 'a' } } }, 'one', 'b'),
    apply('the last field of an inner required one is dropped', { must: { a: 'a' }, deep: {} }, 'one', 'b'),
    apply('it is given empty', { must: {}, deep: { inner: {} } }, 'one', 'b'),
    apply('it is given as null', { must: null }, 'one', 'b'),
    apply('what is optional is given as null', { must: { a: 'a' }, may: null }, 'one', 'c'),
    apply('a list is', { must: { a: 'a' }, list: null }, 'one', 'c'),
    apply('a member of a map is', { must: { a: 'a' }, map: { x: null } }, 'one', 'c'),
    apply('what has a default is', { must: { a: 'a' }, filled: null }, 'one', 'c'),
    {
      name: 'what is optional is given as null to be made',
      method: 'POST',
      path: BOXES,
      body: { apiVersion: `${GROUP}/v1`, kind: 'Box', metadata: { name: 'd' }, spec: { must: { a: 'a' }, may: null } },
    },
    {
      name: 'and what is required',
      method: 'POST',
      path: BOXES,
      body: { apiVersion: `${GROUP}/v1`, kind: 'Box', metadata: { name: 'e' }, spec: { must: null } },
    },
    {
      name: 'by a merge patch it goes',
      method: 'PATCH',
      path: `${BOXES}/a`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { may: null, must: null } },
    },
    {
      name: 'by a JSON patch it becomes null',
      method: 'PATCH',
      path: `${BOXES}/a`,
      headers: { 'content-type': 'application/json-patch+json' },
      body: [{ op: 'add', path: '/spec/may', value: null }],
    },
  ],
};
