/** The operations of a kind, as the paths of an OpenAPI v3 document have them, without descriptions. */
import { apiVersionOf } from '../kinds/served-kind.ts';
import { capital, groupTag, groupTitle } from './operation-ids.ts';
import { DELETE, LIST, pathParameter, queryParameter, SELECTION, WRITE } from './parameters.ts';
import type { ServedKind, Subresource } from '../kinds/served-kind.ts';
import type { Parameter } from './parameters.ts';

export interface Operation {
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content; readonly required?: true };
  readonly responses: { readonly [code: string]: { readonly description: string; readonly content?: Content } };
  readonly 'x-kubernetes-action'?: string;
  readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind;
}

/** What is said in each media type: always the same. */
export interface Content {
  readonly [mediaType: string]: { readonly schema: object };
}

export interface PathItem {
  readonly parameters?: readonly Parameter[];
  readonly operations: { readonly [method: string]: Operation };
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The names of components that operations speak of. */
export interface ComponentNames {
  /** Of the kind, and of `…List`. */
  of(kind: GroupVersionKind): string;
  /** `Status`, `DeleteOptions` … of apimachinery. */
  meta(name: string): string;
}

const REASONS: Readonly<Record<string, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 401: 'Unauthorized' };
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** The path of a group version, `/apis/apps/v1`. */
export function groupVersionPath(kind: { readonly group: string; readonly version: string }): string {
  return `/${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
}

/** All paths of a kind, but for those of its subresources that are connections to somewhere else (`exec`, `proxy` …). */
export function pathItems(kind: ServedKind, names: ComponentNames): readonly [path: string, item: PathItem][] {
  return new Paths(kind, names).all();
}

/** `GET /apis/apps/v1/` and its like. `key` is a title for the operation's name, `answer` the kind that it answers. */
export function discoveryItem(tag: string, operationId: string, answer: string): PathItem {
  const response = { description: 'OK', content: content(['application/json', PROTOBUF, 'application/yaml'], answer) };
  const responses = { 200: response, 401: { description: 'Unauthorized' } };
  return { operations: { get: { tags: [tag], operationId, responses } } };
}

export function content(mediaTypes: readonly string[], component: string): Content {
  const schema = { $ref: `#/components/schemas/${component}` };
  return Object.fromEntries(mediaTypes.map((type) => [type, { schema }]));
}

interface OperationOptions {
  readonly verb: string;
  readonly action: string;
  readonly suffix?: string;
  readonly parameters: readonly string[];
  readonly codes: readonly number[];
  readonly answer: string;
  readonly body?: { readonly component: string; readonly types?: readonly string[]; readonly optional?: true };
  readonly of?: GroupVersionKind;
  readonly streamed?: boolean;
  readonly namespaced?: boolean;
}

class Paths {
  readonly #kind: ServedKind;
  readonly #names: ComponentNames;
  readonly #root: string;
  readonly #component: string;

  constructor(kind: ServedKind, names: ComponentNames) {
    this.#kind = kind;
    this.#names = names;
    this.#root = groupVersionPath(kind);
    this.#component = names.of(kind);
  }

  all(): readonly [string, PathItem][] {
    const { namespaced, plural, custom, verbs } = this.#kind;
    const scope = namespaced ? '/namespaces/{namespace}' : '';
    const collection = `${this.#root}${scope}/${plural}`;
    const items: [string, PathItem][] = [
      [collection, this.#item(collection, this.#collection())],
      [`${collection}/{name}`, this.#item(`${collection}/{name}`, this.#object())],
    ];
    for (const sub of this.#kind.subresources.filter(isPlain)) {
      const path = `${collection}/{name}/${sub.name}`;
      items.push([path, this.#item(path, this.#subresource(sub))]);
    }
    if (namespaced && verbs.includes('list')) {
      const path = `${this.#root}/${plural}`;
      items.push([path, this.#item(path, { get: this.#list('ForAllNamespaces', false) })]);
    }
    if (!custom && verbs.includes('watch')) items.push(...this.#watches(scope));
    return items.filter(([, { operations }]) => Object.keys(operations).length > 0);
  }

  #collection(): Record<string, Operation> {
    const { verbs } = this.#kind;
    return {
      ...(verbs.includes('list') && { get: this.#list('', this.#kind.namespaced) }),
      ...(verbs.includes('create') && { post: this.#create(this.#component) }),
      ...(verbs.includes('deletecollection') && {
        delete: this.#operation({
          verb: 'deleteCollection',
          action: 'deletecollection',
          parameters: this.#kind.custom ? SELECTION_OF_CUSTOM : [...SELECTION, ...DELETE],
          codes: [200],
          answer: this.#names.meta('Status'),
          ...(!this.#kind.custom && { body: { component: this.#names.meta('DeleteOptions'), optional: true } }),
        }),
      }),
    };
  }

  #object(): Record<string, Operation> {
    const { verbs } = this.#kind;
    const changed = this.#changes(this.#component, '', verbs);
    return {
      ...changed,
      ...(verbs.includes('delete') && {
        delete: this.#operation({
          verb: 'delete',
          action: 'delete',
          parameters: DELETE,
          codes: [200, 202],
          answer: DELETED_ANSWERS.has(this.#kind.collection) ? this.#component : this.#names.meta('Status'),
          body: { component: this.#names.meta('DeleteOptions'), optional: true },
        }),
      }),
    };
  }

  #subresource(sub: Subresource): Record<string, Operation> {
    const component = this.#names.of(sub);
    // Of custom resources, also scales are said to be the resource's own kind.
    const of = this.#kind.custom ? undefined : sub;
    const changed = this.#changes(component, capital(sub.name), sub.verbs, of);
    return sub.verbs.includes('create')
      ? { ...changed, post: this.#create(component, capital(sub.name), sub) }
      : changed;
  }

  /** What reads and changes one object. */
  #changes(
    component: string,
    suffix: string,
    verbs: readonly string[],
    of?: GroupVersionKind,
  ): Record<string, Operation> {
    const { custom } = this.#kind;
    const rest = { suffix, answer: component, ...(of && { of }) };
    return {
      ...(verbs.includes('get') && {
        get: this.#operation({
          ...rest,
          verb: 'read',
          action: 'get',
          parameters: custom ? ['resourceVersion'] : [],
          codes: [200],
        }),
      }),
      ...(verbs.includes('update') && {
        put: this.#operation({
          ...rest,
          verb: 'replace',
          action: 'put',
          parameters: WRITE,
          codes: [200, 201],
          body: { component },
        }),
      }),
      ...(verbs.includes('patch') && {
        patch: this.#operation({
          ...rest,
          verb: 'patch',
          action: 'patch',
          parameters: [...WRITE, 'force'],
          codes: custom ? [200] : [200, 201],
          body: { component: this.#names.meta('Patch'), types: custom ? CUSTOM_PATCHES : PATCHES },
        }),
      }),
    };
  }

  #create(component: string, suffix = '', of?: GroupVersionKind): Operation {
    return this.#operation({
      verb: 'create',
      action: 'post',
      suffix,
      parameters: WRITE,
      codes: [200, 201, 202],
      answer: component,
      body: { component },
      ...(of && { of }),
    });
  }

  #list(suffix: string, namespaced: boolean): Operation {
    return this.#operation({
      verb: 'list',
      action: 'list',
      suffix,
      parameters: LIST,
      codes: [200],
      answer: this.#names.of({ ...this.#kind, kind: this.#kind.listKind }),
      streamed: true,
      namespaced,
    });
  }

  #watches(scope: string): [string, PathItem][] {
    const { plural, namespaced, verbs } = this.#kind;
    const watch = (path: string, action: string, suffix: string, inNamespace: boolean): [string, PathItem] => [
      path,
      this.#item(path, {
        get: this.#operation({
          verb: 'watch',
          action,
          suffix,
          parameters: LIST,
          codes: [200],
          answer: this.#names.meta('WatchEvent'),
          streamed: true,
          namespaced: inNamespace,
        }),
      }),
    ];
    const base = `${this.#root}/watch`;
    return [
      ...(namespaced ? [watch(`${base}/${plural}`, 'watchlist', 'ListForAllNamespaces', false)] : []),
      watch(`${base}${scope}/${plural}`, 'watchlist', 'List', namespaced),
      ...(verbs.includes('get') ? [watch(`${base}${scope}/${plural}/{name}`, 'watch', '', namespaced)] : []),
    ];
  }

  #operation(options: OperationOptions): Operation {
    const { custom, group, version, kind, namespaced } = this.#kind;
    const { verb, action, suffix = '', parameters, codes, answer, body, of, streamed = false } = options;
    const inNamespace = options.namespaced ?? namespaced;
    const [stem, infix] = verb === 'deleteCollection' ? ['delete', 'Collection'] : [verb, ''];
    const api = `${groupTitle(group)}${capital(version)}`;
    const types = custom ? ['application/json', 'application/yaml'] : answerTypes(streamed);
    const responses = codes.map((code): [number, Operation['responses'][string]] => [
      code,
      { description: REASONS[code] ?? '', content: content(types, answer) },
    ]);
    const about = of ?? this.#kind;
    return {
      tags: [groupTag(group, version)],
      operationId: `${stem}${api}${infix}${inNamespace ? 'Namespaced' : ''}${kind}${suffix}`,
      parameters: [...parameters, 'pretty'].map(queryParameter),
      ...(body && {
        requestBody: {
          content: content(body.types ?? (custom ? ['application/json', 'application/yaml'] : ['*/*']), body.component),
          ...(!body.optional && { required: true as const }),
        },
      }),
      responses: { ...Object.fromEntries(responses), 401: { description: 'Unauthorized' } },
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group: about.group, version: about.version, kind: about.kind },
    };
  }

  /** What all operations of a path have in common is said of the path. */
  #item(path: string, operations: Record<string, Operation>): PathItem {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name));
    const all = Object.values(operations);
    const shared = new Set(
      (all[0]?.parameters ?? [])
        .map(({ name }) => name)
        .filter((name) => all.every(({ parameters = [] }) => parameters.some((other) => other.name === name))),
    );
    const common = (all[0]?.parameters ?? []).filter(({ name }) => shared.has(name));
    const own = Object.entries(operations).map(([method, { parameters = [], ...rest }]): [string, Operation] => {
      const left = sorted(parameters.filter(({ name }) => !shared.has(name)));
      return [method, { ...rest, ...(left.length > 0 && { parameters: left }) }];
    });
    return { parameters: sorted([...inPath, ...common]), operations: Object.fromEntries(own) };
  }
}

const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const CUSTOM_PATCHES = PATCHES.filter((type) => !type.includes('strategic'));
const SELECTION_OF_CUSTOM = [...LIST];

/** Whose objects come back when they are deleted. */
const DELETED_ANSWERS = new Set([
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/pods',
  '/podtemplates',
  '/resourcequotas',
  '/serviceaccounts',
  '/services',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/resourceclaims',
  'resource.k8s.io/resourceclaimtemplates',
  'resource.k8s.io/resourceslices',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
]);

function answerTypes(streamed: boolean): readonly string[] {
  return streamed
    ? ['application/json', 'application/yaml', PROTOBUF, 'application/json;stream=watch', `${PROTOBUF};stream=watch`]
    : ['application/json', 'application/yaml', PROTOBUF];
}

/** Reads or writes an object; the others (`exec`, `proxy`, `log` …) are connections. */
function isPlain({ name, kind }: Subresource): boolean {
  return name !== 'log' && !kind.endsWith('Options');
}

function sorted(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
