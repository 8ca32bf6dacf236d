import { isDns1123Subdomain } from '../schema/names.ts';
import { forbiddenAttributes } from './attributes.ts';
import { serviceAccountGroups, serviceAccountOf } from './service-account.ts';
import { ANONYMOUS, AUTHENTICATED, MASTERS, NODE_NAME, UNAUTHENTICATED } from './user.ts';
import { wantedUser } from './wanted-user.ts';
import type { ApiRequest } from '../http/exchange.ts';
import type { Attributes, ResourceAttributes } from './attributes.ts';
import type { Authorizer } from './authorizer.ts';
import type { User } from './user.ts';
import type { WantedUser } from './wanted-user.ts';

const AUTHENTICATION = 'authentication.k8s.io';

/** The ways to be allowed to be another: narrower ones for some users and requests first, `impersonate` for all last. */
const MODES = ['associated-node', 'arbitrary-node', 'serviceaccount', 'user-info', 'legacy'] as const;
type Mode = (typeof MODES)[number];

/**
 * Answers requests in the name of another user, whom their headers `Impersonate-*` name.
 * Source: k8s.io/apiserver/pkg/endpoints/filters/impersonation; KEP-5284 for the narrower ways.
 */
export class Impersonation {
  readonly #authorizer: Authorizer;
  /** By who asks: the way that was allowed last is tried first, and its refusal is the one that is told. */
  readonly #lastMode = new Map<string, Mode>();

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  /**
   * The user in whose name a request is answered; `asked` is what its sender wants to do as that one. Throws 403 where the
   * sender may not be that one, and 400 for headers that name nobody.
   */
  actingUser(asked: Attributes, request: ApiRequest): User {
    const wanted = wantedUser(request);
    if (!wanted) return asked.user;
    const last = this.#lastMode.get(asked.user.name);
    let refusal: unknown;
    for (const mode of last ? [last, ...MODES.filter((each) => each !== last)] : MODES) {
      if (!applies(mode, wanted, asked.user)) continue;
      try {
        this.#check(mode, wanted, asked);
        this.#lastMode.set(asked.user.name, mode);
        return actual(wanted, groupsAs(mode, wanted));
      } catch (error) {
        refusal ??= error;
      }
    }
    throw refusal;
  }

  #check(mode: Mode, wanted: WantedUser, asked: Attributes): void {
    if (mode !== 'legacy') {
      this.#demand({ ...asked, verb: `impersonate-on:${mode}:${asked.verb}` });
      refuseSpecial(mode, wanted, asked.user);
    }
    const right = (resource: Wish): Attributes => rightTo(mode, asked.user, resource);
    this.#demand(right(subjectOf(mode, wanted)));
    if (wanted.uid !== '') this.#demand(right({ group: AUTHENTICATION, resource: 'uids', name: wanted.uid }));
    const groups = wanted.groups.map((name) => right({ resource: 'groups', name }));
    this.#demandAll(mode, right({ resource: 'groups', name: '*' }), groups);
    const extra = { group: AUTHENTICATION, resource: 'userextras' };
    const extras = Object.entries(wanted.extra).flatMap(([subresource, values]) =>
      values.map((name) => right({ ...extra, subresource, name })),
    );
    this.#demandAll(mode, right({ ...extra, subresource: '*', name: '*' }), extras);
  }

  /** Where there are many, a right to all of them may take the place of the single ones. */
  #demandAll(mode: Mode, toAll: Attributes, single: readonly Attributes[]): void {
    if (mode !== 'legacy' && single.length >= MANY && this.#authorizer.authorize(toAll).allowed) return;
    for (const attributes of single) this.#demand(attributes);
  }

  #demand(attributes: Attributes): void {
    const { allowed, reason } = this.#authorizer.authorize(attributes);
    if (!allowed) throw forbiddenAttributes(attributes, reason);
  }
}

const MANY = 4;

type Wish = Partial<ResourceAttributes> & { readonly resource: string };

function rightTo(mode: Mode, user: User, resource: Wish): Attributes {
  return {
    user,
    verb: mode === 'legacy' ? 'impersonate' : `impersonate:${mode}`,
    resource: {
      group: mode === 'legacy' ? '' : AUTHENTICATION,
      subresource: '',
      namespace: '',
      name: '',
      ...resource,
    },
  };
}

function subjectOf(mode: Mode, { name }: WantedUser): Wish {
  const account = serviceAccountOf(name);
  if (account) return { resource: 'serviceaccounts', ...account };
  const node = mode === 'legacy' ? undefined : nodeOf(name);
  if (node === undefined) return { resource: 'users', name };
  return { resource: 'nodes', name: mode === 'associated-node' ? '*' : node };
}

function nodeOf(name: string): string | undefined {
  const node = /^system:node:(.*)$/.exec(name)?.[1];
  return node !== undefined && isDns1123Subdomain(node).length === 0 ? node : undefined;
}

function applies(mode: Mode, wanted: WantedUser, user: User): boolean {
  const { name, uid, groups, extra } = wanted;
  const onlyName = uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
  const node = nodeOf(name);
  switch (mode) {
    case 'associated-node': {
      const own = user.extra?.[NODE_NAME];
      return onlyName && node !== undefined && own?.length === 1 && own[0] === node && isAccount(user.name);
    }
    case 'arbitrary-node':
      return onlyName && node !== undefined;
    case 'serviceaccount':
      return onlyName && isAccount(name);
    case 'user-info':
      return node === undefined && !isAccount(name);
    case 'legacy':
      return true;
  }
}

const isAccount = (name: string): boolean => serviceAccountOf(name) !== undefined;

/** What the narrower ways do not allow to anybody. */
function refuseSpecial(mode: Mode, { groups, extra }: WantedUser, user: User): void {
  const refuse = (wish: Wish, why: string): never => {
    throw forbiddenAttributes(rightTo(mode, user, wish), why);
  };
  if (groups.includes('')) refuse({ resource: 'groups' }, 'impersonating the empty string group is not allowed');
  if (groups.includes(MASTERS)) {
    refuse({ resource: 'groups', name: MASTERS }, 'impersonating the system:masters group is not allowed');
  }
  for (const [key, values] of Object.entries(extra)) {
    const wish = { group: AUTHENTICATION, resource: 'userextras' };
    if (key === '') refuse(wish, 'impersonating the empty string key in extra is not allowed');
    if (!/^[^/]+\/./.test(key)) refuse(wish, 'impersonating an invalid key in extra is not allowed');
    if (values.includes('')) refuse(wish, 'impersonating the empty string value in extra is not allowed');
  }
}

/** Groups that were not asked for are those that such a user always has. */
function groupsAs(mode: Mode, { name, groups }: WantedUser): readonly string[] {
  if (mode === 'associated-node' || mode === 'arbitrary-node') return ['system:nodes'];
  const account = groups.length === 0 ? serviceAccountOf(name) : undefined;
  return account ? serviceAccountGroups(account.namespace) : groups;
}

function actual({ name, uid, extra }: WantedUser, groups: readonly string[]): User {
  const more = name === ANONYMOUS.name ? UNAUTHENTICATED : AUTHENTICATED;
  const unauthenticated = name !== ANONYMOUS.name && groups.includes(UNAUTHENTICATED);
  const all = unauthenticated || groups.includes(more) ? groups : [...groups, more];
  return { name, groups: all, ...(uid !== '' && { uid }), ...(Object.keys(extra).length > 0 && { extra }) };
}
